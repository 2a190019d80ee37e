import { chunked } from "../../basics/chunked.ts";
import type { DepartmentPartners, PartnerBooks } from "../../review/ports.ts";
import { eachReply, type FeishuCall } from "../feishu/call.ts";
import { readVisible } from "../feishu/visible-ids.ts";
import {
  batchGetEmployeePartners,
  getPartnersByDepartment,
  listPartners,
  maxEmployees,
  queryLocationPartners,
  type Workplace,
} from "./calls.ts";
import { readEmployees } from "./holders.ts";

/** The HR partners and location partners of CoreHR. */
export function openPartnerBooks(call: FeishuCall): PartnerBooks {
  return {
    holdersPerRead: maxEmployees,
    listDepartments: () => listDepartments(call),
    ofHolders: (ids) => readHrPartners(call, ids),
    atWorkplaces: (ids) => readLocationPartners(call, ids),
    climbFrom: async (departmentId) =>
      ((await call(getPartnersByDepartment(departmentId))).data.items ?? []).map(({ department_id, hrbp_ids }) => ({
        departmentId: department_id,
        partnerIds: hrbp_ids,
      })),
  };
}

async function listDepartments(call: FeishuCall): Promise<DepartmentPartners[]> {
  const partnersByDepartment = new Map<string, Set<string>>();
  for await (const { items } of eachReply((token) => listPartners(token), call)) {
    for (const { department_id: id, hrbp_id: partner } of items ?? []) {
      if (partner) partnersByDepartment.set(id, (partnersByDepartment.get(id) ?? new Set()).add(partner));
    }
  }
  return [...partnersByDepartment].map(([departmentId, partnerIds]) => ({ departmentId, partnerIds: [...partnerIds] }));
}

async function readHrPartners(call: FeishuCall, holderIds: string[]): Promise<Map<string, string[]>> {
  const wanted = new Set(holderIds);
  // The vendor does not document it, but this call has the same data range as the employees themselves.
  const found = await readVisible(
    holderIds,
    async (some) => (await call(batchGetEmployeePartners(some))).data.employment_direct_bps ?? [],
  );
  const named = found.filter(({ employment_id: id, hrbp_ids }) => wanted.has(id) && hrbp_ids.length > 0);
  return new Map(named.map(({ employment_id: id, hrbp_ids }) => [id, hrbp_ids]));
}

/** How many workplaces one call of `queryLocationPartners` takes. */
const maxWorkplaces = 50;

async function readLocationPartners(call: FeishuCall, holderIds: string[]): Promise<Map<string, string[]>> {
  const workplaces = await readWorkplaces(call, holderIds);
  const distinct = [...new Map([...workplaces.values()].map((place) => [workplaceKey(place), place])).values()];
  const found = await Promise.all(chunked(distinct, maxWorkplaces).map((places) => readPartnersAt(call, places)));
  const partners = new Map(found.flatMap((some) => [...some]));
  const named = [...workplaces].map(([id, place]): [string, string[]] => [id, partners.get(workplaceKey(place)) ?? []]);
  return new Map(named.filter(([, partnerIds]) => partnerIds.length > 0));
}

function workplaceKey({ departmentId, locationId }: Workplace): string {
  return `${departmentId}\n${locationId}`;
}

/**
 * Partners by the key of a workplace. The vendor does not document whether partners from further up come with the
 * workplace that was asked for or with the place above. Where a reply names another workplace, or one workplace twice,
 * each workplace is asked for by a call of its own.
 */
async function readPartnersAt(call: FeishuCall, places: Workplace[]): Promise<Map<string, string[]>> {
  const { hrbp_list: rows } = (await call(queryLocationPartners(places))).data;
  const answered = (rows ?? []).map(({ employment_id_list, department_id, work_location_id }) => ({
    key: workplaceKey({ departmentId: department_id ?? "", locationId: work_location_id ?? "" }),
    partnerIds: employment_id_list.flatMap(idsIn),
  }));
  const [only] = places;
  if (only && places.length === 1) {
    return new Map([[workplaceKey(only), [...new Set(answered.flatMap(({ partnerIds }) => partnerIds))]]]);
  }
  const partners = new Map(answered.map(({ key, partnerIds }) => [key, partnerIds]));
  const asked = new Set(places.map(workplaceKey));
  const isPlain = partners.size === answered.length && answered.every(({ key }) => asked.has(key));
  if (isPlain) return partners;
  const alone = await Promise.all(places.map((place) => readPartnersAt(call, [place])));
  return new Map(alone.flatMap((some) => [...some]));
}

// In the vendor's sample an item of the list is the text of a list: ["['7063…']"].
function idsIn(text: string): string[] {
  return text.match(/\d+/g) ?? [];
}

/** Where each of these employees works. An employee whom the vendor does not show, or without a workplace, is absent. */
async function readWorkplaces(call: FeishuCall, holderIds: string[]): Promise<Map<string, Workplace>> {
  const fields = ["employment_id", "department_id", "work_location_id"];
  const employees = await readEmployees(call, { by: "employment_ids", ids: holderIds, fields });
  return new Map(
    employees.flatMap(({ employment_id_v2: id, department_id_v2: departmentId, work_location_id: locationId }) =>
      id && departmentId && locationId ? [[id, { departmentId, locationId }] as const] : [],
    ),
  );
}
