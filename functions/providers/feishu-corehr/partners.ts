import { chunked } from "../../basics/chunked.ts";
import { eachPage } from "../../http/pages.ts";
import type { DepartmentPartners, PartnerBooks } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import {
  batchGetEmployeePartners,
  getPartnersByDepartment,
  listPartners,
  queryLocationPartners,
  type Workplace,
} from "./calls.ts";
import { readEmployees, readInRange } from "./employees.ts";

/** HRBPs and location BPs, as CoreHR keeps them. */
export const openPartnerBooks = (call: FeishuCall): PartnerBooks => ({
  holdersPerRead: 100,
  listDepartments: () => listDepartments(call),
  ofHolders: (ids) => readPartnersOf(call, ids),
  atWorkplaces: (ids) => readLocationPartnersOf(call, ids),
  climbFrom: async (departmentId) =>
    ((await call(getPartnersByDepartment(departmentId))).data.items ?? []).map(({ department_id, hrbp_ids }) => ({
      departmentId: department_id,
      partnerIds: hrbp_ids,
    })),
});

async function listDepartments(call: FeishuCall): Promise<DepartmentPartners[]> {
  const partnersByDepartment = new Map<string, Set<string>>();
  for await (const { rows } of eachPage("the list of HRBPs", (token) => readPartnerPage(call, token))) {
    for (const { department_id: id, hrbp_id: partner } of rows) {
      if (partner) partnersByDepartment.set(id, (partnersByDepartment.get(id) ?? new Set()).add(partner));
    }
  }
  return [...partnersByDepartment].map(([departmentId, partnerIds]) => ({ departmentId, partnerIds: [...partnerIds] }));
}

async function readPartnerPage(call: FeishuCall, token: string | null) {
  const { items, has_more, page_token } = (await call(listPartners(token))).data;
  return { rows: items ?? [], hasMore: has_more, pageToken: page_token ?? null };
}

async function readPartnersOf(call: FeishuCall, ids: string[]): Promise<Map<string, string[]>> {
  const wanted = new Set(ids);
  // Not documented for this call, but it goes by the same data range as the employees themselves.
  const found = await readInRange(
    ids,
    async (some) => (await call(batchGetEmployeePartners(some))).data.employment_direct_bps ?? [],
  );
  const named = found.filter(({ employment_id: id, hrbp_ids }) => wanted.has(id) && hrbp_ids.length > 0);
  return new Map(named.map(({ employment_id: id, hrbp_ids }) => [id, hrbp_ids]));
}

const keyOf = ({ departmentId, locationId }: Workplace): string => `${departmentId}\n${locationId}`;

async function readLocationPartnersOf(call: FeishuCall, ids: string[]): Promise<Map<string, string[]>> {
  const workplaces = await readWorkplaces(call, ids);
  const distinct = [...new Map([...workplaces.values()].map((place) => [keyOf(place), place])).values()];
  const found = await Promise.all(chunked(distinct, 50).map((places) => readLocationPartners(call, places)));
  const partners = new Map(found.flatMap((some) => [...some]));
  const named = [...workplaces].map(([id, place]): [string, string[]] => [id, partners.get(keyOf(place)) ?? []]);
  return new Map(named.filter(([, partnerIds]) => partnerIds.length > 0));
}

/**
 * Partners by the key of a workplace. Whether an answer from further up names the place that was asked for or the one
 * above is not documented, so where it names another, or one twice, each place is asked for by itself.
 */
async function readLocationPartners(call: FeishuCall, places: Workplace[]): Promise<Map<string, string[]>> {
  const { hrbp_list: rows } = (await call(queryLocationPartners(places))).data;
  const answered = (rows ?? []).map(({ employment_id_list, department_id, work_location_id }) => ({
    key: keyOf({ departmentId: department_id ?? "", locationId: work_location_id ?? "" }),
    partnerIds: employment_id_list.flatMap(idsIn),
  }));
  const [only] = places;
  if (only && places.length === 1) {
    return new Map([[keyOf(only), [...new Set(answered.flatMap(({ partnerIds }) => partnerIds))]]]);
  }
  const partners = new Map(answered.map(({ key, partnerIds }) => [key, partnerIds]));
  const asked = new Set(places.map(keyOf));
  const isPlain = partners.size === answered.length && answered.every(({ key }) => asked.has(key));
  if (isPlain) return partners;
  const alone = await Promise.all(places.map((place) => readLocationPartners(call, [place])));
  return new Map(alone.flatMap((some) => [...some]));
}

// The vendor's sample has the text of a list within the list: ["['7063…']"].
const idsIn = (text: string): string[] => text.match(/\d+/g) ?? [];

/** Where each of these employees works; whoever is not shown, or works nowhere in particular, is absent. */
async function readWorkplaces(call: FeishuCall, ids: string[]): Promise<Map<string, Workplace>> {
  const fields = ["employment_id", "department_id", "work_location_id"];
  const employees = await readEmployees(call, { by: "employment_ids", ids, fields });
  return new Map(
    employees.flatMap(({ employment_id_v2: id, department_id_v2: departmentId, work_location_id: locationId }) =>
      id && departmentId && locationId ? [[id, { departmentId, locationId }] as const] : [],
    ),
  );
}
