import type { Timer } from "../../http/call.ts";
import type { Role } from "../../review/grants/grant.ts";
import type { Listing } from "../../review/ports.ts";
import {
  type FeishuApi,
  type FeishuCall,
  openPageReader,
  type PagedReply,
  type PageRequest,
  type ReadPageOf,
} from "../feishu/call.ts";
import { maxFilterIds, pageCapacity, queryAuthorizations, searchEmployees } from "./calls.ts";
import { readEmployees } from "./holders.ts";
import {
  chooseStrategy,
  listingsAHolder,
  openQuestion,
  splitRolesIntoListings,
  type Tenant,
} from "./listing-strategy.ts";
import { toListing } from "./listings.ts";
import type { AuthorizationsReply, FoundEmployee } from "./replies.ts";

/** What is measured. `firstRoles` gives some roles, as many as a page of the role list has; none where there is no role. */
export type Measuring = {
  api: Pick<FeishuApi, "call" | "spacingMs">;
  timer: Timer;
  firstRoles(): Promise<{ id: string }[]>;
};

/** What was measured of a tenant, and its roles as each listing by roles has them. */
export type Measured = {
  tenant: Tenant;
  roleIds: string[][];
  /**
   * Whether people are searched by periods of hire, the periods side by side: latency would hold one chain of pages below
   * the limit, and the vendor's filter by day of hire was seen to work.
   */
  splitsByHireDate: boolean;
  /** What was begun to measure. */
  begun: Begun[];
};

/** Pages are not processed faster than this, whatever the limit allows: more pages at once would wait for each other. */
const minSpacingMs = 2;

/**
 * Makes a call or two of each way. The calls need two rounds: first the people, beside the role list; then the grants by the
 * ids that the first round found. More is asked only as long as the answer may change the choice.
 */
export async function measureTenant(
  { api, timer, firstRoles }: Measuring,
  roles: Role[] | Promise<Role[]>,
): Promise<Measured> {
  const latencies: number[] = [];
  const timedCall: FeishuCall = async (request) => {
    const askedAt = timer.now();
    const reply = await api.call(request);
    latencies.push(timer.now() - askedAt);
    return reply;
  };
  const timed = Object.assign(timedCall, api.call.place === undefined ? {} : { place: api.call.place });
  const readPageOf = openPageReader(timed);
  const spacing = (callName: string): number => Math.max(minSpacingMs, api.spacingMs(callName));
  const isFar = (): boolean => Math.min(...latencies) > spacing("searchEmployees");
  const people = openPeople(readPageOf);
  const [first, someRoles] = await Promise.all([people.readNext(), firstRoles()]);
  const holders = openHolders(
    readPageOf,
    someRoles.slice(0, maxFilterIds).map(({ id }) => id),
  );
  const [byRoles, sample, findsByHireDate, listed] = await Promise.all([
    someRoles.length === 0 ? [] : holders.readNext(),
    sampleGrants(readPageOf, first),
    !people.hasEnded() && isFar() && doesHireFilterWork(api.call, first),
    roles,
  ]);
  const speed = { latencyMs: Math.min(...latencies), spacingMs: spacing("queryAuthorizations") };
  const roleIds = splitRolesIntoListings(
    listed.map(({ id }) => id),
    speed,
  );
  const samples = [sample];
  const tenant = (): Tenant => ({
    counted: { people: people.shown(), areAll: people.hasEnded() },
    sampled: {
      people: sumOf(samples, ({ asked }) => asked),
      holders: sumOf(samples, ({ rolesOfHolders }) => rolesOfHolders.length),
    },
    listingsAHolder: listingsAHolder(
      samples.flatMap(({ rolesOfHolders }) => rolesOfHolders),
      roleIds,
    ),
    roleListings: roleIds.length,
    doesRoleFilterWalk: someRoles.length > 0 && walksPast(byRoles, holders),
    doesIdFilterWalk: sample.walked !== null,
    areHoldersHidden: false,
    ...speed,
  });
  for (let question = openQuestion(tenant()); question !== null; question = openQuestion(tenant())) {
    const next = await people.readNext();
    if (question === "share") samples.push(await sampleGrants(readPageOf, next));
  }
  const areHoldersHidden =
    chooseStrategy(tenant()).way === "by-employees" && (await isAnyHidden(api.call, byRoles.map(holderIdOf)));
  return {
    tenant: { ...tenant(), areHoldersHidden },
    roleIds,
    // Looked at once more: the first calls set up connections, and the vendor is far only if no later call was quick.
    splitsByHireDate: findsByHireDate && isFar(),
    begun: [people, ...(someRoles.length > 0 ? [holders] : []), ...samples.flatMap(({ walked }) => walked ?? [])],
  };
}

/** A listing that was begun to measure. */
type Begun<Item = unknown> = {
  /** The items of the next page. */
  readNext(): Promise<Item[]>;
  hasEnded(): boolean;
  /** The items that its pages showed. */
  shown(): number;
  /** Whether a listing that is planned has the same pages. */
  isSame(listing: Listing): boolean;
  /**
   * Throws where the first page says that more follow, and nothing follows: no page is taken on trust, be it one by which
   * a choice alone was made.
   */
  confirm(): Promise<void>;
};

function begin<Data extends PagedReply & { items?: Item[] | null | undefined }, Item>(
  readPageOf: ReadPageOf,
  request: (token: string | null) => PageRequest<Data>,
  { id, isSame }: { id: string; isSame: Begun["isSame"] },
): Begun<Item> {
  let [pages, shown, hasEnded] = [0, 0, false];
  let token: string | null = null;
  async function readNext(): Promise<Item[]> {
    const page = await readPageOf({ id, token }, request);
    const items: Item[] = page.data.items ?? [];
    pages++;
    shown += items.length;
    token = page.next;
    hasEnded = token === null;
    return items;
  }
  return {
    readNext,
    hasEnded: () => hasEnded,
    shown: () => shown,
    isSame,
    async confirm() {
      let isConfirmed = pages > 1;
      while (!isConfirmed && !hasEnded) isConfirmed = (await readNext()).length > 0;
    },
  };
}

function openPeople(readPageOf: ReadPageOf): Begun<FoundEmployee> {
  return begin(readPageOf, (token) => searchEmployees({ status: "hired" }, token), {
    id: "people",
    isSame: ({ kind, parameters }) => kind === "employees" && parameters.period === undefined,
  });
}

type Holding = NonNullable<AuthorizationsReply["items"]>[number];

function openHolders(readPageOf: ReadPageOf, roleIds: string[]): Begun<Holding> {
  const { id } = toListing({ kind: "roles", parameters: { roleIds } });
  return begin(readPageOf, (token) => queryAuthorizations({ roleIds }, token), {
    id,
    isSame: (other) => other.id === id,
  });
}

function holderIdOf({ employment_id }: Holding): string {
  return employment_id ?? "";
}

// A page that has room left although more pages follow has walked past people who hold nothing.
function walksPast(items: Holding[], { hasEnded }: Begun): boolean {
  return !hasEnded() && items.length < pageCapacity;
}

/**
 * Grants of some people: how many people the pages stand for, and the role ids of each holder. `walked`: their listing, where
 * it walks past people who hold nothing; one page of it is enough.
 */
type GrantsSample = { asked: number; rolesOfHolders: string[][]; walked: Begun | null };

/** Reads the grants of these people, at most 100. */
async function sampleGrants(readPageOf: ReadPageOf, people: FoundEmployee[]): Promise<GrantsSample> {
  const employmentIds = people.map((item) => item.employment_id_v2);
  if (employmentIds.length === 0) return { asked: 0, rolesOfHolders: [], walked: null };
  const { id } = toListing({ kind: "holders", parameters: { employmentIds, of: "sample" } });
  const request = (token: string | null) => queryAuthorizations({ employmentIds }, token);
  const grants: Begun<Holding> = begin(readPageOf, request, { id, isSame: () => false });
  const holders = await grants.readNext();
  const walked = walksPast(holders, grants) ? grants : null;
  while (!walked && !grants.hasEnded()) holders.push(...(await grants.readNext()));
  const rolesOfHolders = holders.map(({ permission_detail_list: permissions }) =>
    (permissions ?? []).map(({ role }) => role.id),
  );
  return { asked: walked ? pageCapacity : employmentIds.length, rolesOfHolders, walked };
}

/** Whether the app may not see one of these people: then the search does not find others like that one. */
async function isAnyHidden(call: FeishuCall, employmentIds: string[]): Promise<boolean> {
  const ids = [...new Set(employmentIds)];
  const found = await readEmployees(call, { by: "employment_ids", ids, fields: ["employment_id"] });
  const visible = new Set(found.map(({ employment_id_v2 }) => employment_id_v2));
  return ids.some((id) => !visible.has(id));
}

function sumOf<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + figure(item), 0);
}

/**
 * Whether everybody can be found by the day of hire: every employee here has such a day, and a period of one day shows an
 * employee who was hired on that day and nobody else. The latter proves that a period includes both its ends.
 */
async function doesHireFilterWork(call: FeishuCall, found: FoundEmployee[]): Promise<boolean> {
  const [known] = found;
  const day = known?.effective_date;
  if (!day || !found.every(({ effective_date }) => isDay(effective_date))) return false;
  const { items } = (await call(searchEmployees({ status: "hired", period: { from: day, until: day } }, null))).data;
  const ofTheDay = items ?? [];
  return (
    ofTheDay.every(({ effective_date }) => effective_date === day) &&
    (ofTheDay.length >= 100 || ofTheDay.some(({ employment_id_v2 }) => employment_id_v2 === known.employment_id_v2))
  );
}

function isDay(text: FoundEmployee["effective_date"]): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? "");
}
