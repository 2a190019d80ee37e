import { chunked } from "../../basics/chunked.ts";
import type { Timer } from "../../http/call.ts";
import {
  eachReply,
  type FeishuApi,
  type FeishuCall,
  openPageReader,
  type PagedReply,
  type PageRequest,
} from "../feishu/call.ts";
import { type AuthorizationFilter, maxFilterIds, pageCapacity, queryAuthorizations, searchEmployees } from "./calls.ts";
import type { FoundEmployee, FoundEmployeesReply } from "./replies.ts";

/** What the first page of a listing shows: how many holders, at most `pageCapacity`, and whether more pages follow. */
export type FirstPage = { holders: number; hasMore: boolean };

/** The first page of a listing that is filtered by ids. `asked` is the number of ids. */
export type FirstPageByIds = FirstPage & { asked: number };

/** What one call of each strategy showed, and how quick the calls are. */
export type Measurements = {
  unfiltered: FirstPage;
  /** By up to 100 role ids; null where there is no role. */
  byRoles: FirstPageByIds | null;
  /** By the ids of up to 100 employees; null where no employee was found. */
  byEmployees: FirstPageByIds | null;
  /**
   * Whether people are searched by periods of hire, the periods side by side: latency would hold one chain of pages below
   * the limit, and the vendor's filter by day of hire was seen to work.
   */
  splitsByHireDate: boolean;
  /** The number of employees, counted up to `maxCountedEmployees`; null where there are more, or where nobody counted. */
  employed: number | null;
  /** The shortest of the calls, in milliseconds. */
  latencyMs: number;
  /** Milliseconds between two calls at the limit's full rate. */
  spacingMs: number;
};

/** How every grant is listed. `why` is in the snapshot, for people. */
export type ListingStrategy = { way: "by-roles" | "by-employees" | "unfiltered"; why: string };

/**
 * The strategy that lists every grant with the fewest calls.
 * 1. By roles, where the role filter skips people who hold nothing. Such a listing shows also holders whom the search of
 *    employees does not find.
 * 2. Unfiltered in a small company: such a listing also shows everybody, and there are few pages.
 * 3. By employees, where the filter by ids skips people who hold nothing: a call covers 100 employees instead of 20. Also
 *    where latency would hold the one chain of unfiltered pages below the limit, as many short listings run side by side.
 * 4. Unfiltered otherwise.
 */
export function chooseStrategy(measured: Measurements): ListingStrategy {
  const { byEmployees, employed, latencyMs, spacingMs } = measured;
  const figures = describe(measured);
  if (doesRoleFilterSkip(measured)) return { way: "by-roles", why: `the role filter narrows to holders: ${figures}` };
  if (employed !== null) {
    return {
      way: "unfiltered",
      why: `no role filter narrows, and ${employed} employees fit into one window: ${figures}`,
    };
  }
  if (byEmployees && skipsNonHolders(byEmployees)) {
    return { way: "by-employees", why: `no role filter narrows, and asking by id skips who holds nothing: ${figures}` };
  }
  if (byEmployees && latencyMs > spacingMs) {
    return { way: "by-employees", why: `no filter narrows, and latency would cap a single chain of pages: ${figures}` };
  }
  return { way: "unfiltered", why: `no filter narrows, and one chain of pages keeps up with the limit: ${figures}` };
}

/** Whether the role filter skips people who hold nothing. */
function doesRoleFilterSkip({ byRoles }: Pick<Measurements, "byRoles">): boolean {
  return byRoles !== null && skipsNonHolders(byRoles);
}

/**
 * Whether a filter by employees walks past people who hold nothing. Then the ids of one page of holders cost one call
 * wherever they are asked for, and short listings can run side by side.
 */
export function doesIdFilterWalkEverybody({ byEmployees }: Pick<Measurements, "byEmployees">): boolean {
  return byEmployees !== null && !skipsNonHolders(byEmployees);
}

// A page that has room left although more pages follow has walked past people who hold nothing.
function skipsNonHolders({ holders, hasMore }: FirstPage): boolean {
  return !hasMore || holders >= pageCapacity;
}

function describe(measured: Measurements): string {
  const { unfiltered, byRoles, byEmployees, splitsByHireDate, latencyMs, spacingMs } = measured;
  const page = ({ holders, hasMore }: FirstPage): string =>
    `${holders} of ${pageCapacity}${hasMore ? ", more follow" : ", no more"}`;
  return [
    `first page unfiltered ${page(unfiltered)}`,
    byRoles ? `by ${byRoles.asked} roles ${page(byRoles)}` : "no roles",
    byEmployees ? `by ${byEmployees.asked} employees ${page(byEmployees)}` : "no employees found",
    `${Math.round(latencyMs)} ms a call, the limit allows one every ${Math.round(spacingMs)} ms`,
    ...(splitsByHireDate ? ["people are asked for by their days of hire, side by side"] : []),
  ].join("; ");
}

type Speed = Pick<Measurements, "latencyMs" | "spacingMs">;

/**
 * How many employees make a company small: their pages fit into one window of 100 calls, less some calls for the
 * measurements and the leavers, and one chain of pages walks them within that window.
 */
export function maxCountedEmployees({ latencyMs, spacingMs }: Speed): number {
  return Math.min(1_800, pageCapacity * Math.floor((100 * spacingMs) / latencyMs));
}

/**
 * The role ids of each listing by roles. A holder of two roles is listed once in every listing that has one of the roles,
 * so that more listings than the limit needs only cost pages. There are twice as many as the latency asks for, in case the
 * latency rises. Where one chain of pages keeps up with the limit, the listings are filled one after the other: a full
 * listing and a small one have fewer holders in common than two halves.
 */
export function splitRolesIntoListings(roleIds: string[], { latencyMs, spacingMs }: Speed): string[][] {
  const chains = Math.ceil((2 * latencyMs) / spacingMs);
  if (chains <= 1) return chunked(roleIds, maxFilterIds);
  const listings = Math.max(Math.ceil(roleIds.length / maxFilterIds), Math.min(roleIds.length, chains, 48));
  // Neighbours in the role list are often alike, and two large roles must not meet in one listing: roles are dealt like
  // cards.
  return Array.from({ length: listings }, (_, at) => roleIds.filter((_id, index) => index % listings === at));
}

/** Pages are not processed faster than this, whatever the limit allows: more pages at once would wait for each other. */
const minSpacingMs = 2;

/** What is measured. `firstRoles` are some roles, as many as a page of the role list has; empty where there is no role. */
export type Measuring = {
  api: Pick<FeishuApi, "call" | "spacingMs">;
  timer: Timer;
  firstRoles: Promise<{ id: string }[]>;
};

/**
 * Makes one call of each strategy. The calls need two rounds: first those that take no ids, then those by the ids that the
 * first round found.
 */
export async function measureStrategies({ api, timer, firstRoles }: Measuring): Promise<Measurements> {
  const { call, spacingMs } = api;
  const latencies: number[] = [];
  const timed: FeishuCall = async (request) => {
    const askedAt = timer.now();
    const reply = await call(request);
    latencies.push(timer.now() - askedAt);
    return reply;
  };
  const readPageOf = openPageReader(timed);
  const readPage: ReadFirstPage = (id, request) => readPageOf({ id, token: null }, request);
  const firstPage = async (filter: AuthorizationFilter): Promise<FirstPage> => {
    const { data, next } = await readPage(JSON.stringify(filter), (token) => queryAuthorizations(filter, token));
    return { holders: data.items?.length ?? 0, hasMore: next !== null };
  };
  const firstPageByIds = async (ids: string[], filter: AuthorizationFilter): Promise<FirstPageByIds | null> =>
    ids.length === 0 ? null : { ...(await firstPage(filter)), asked: ids.length };
  const spacing = (callName: string): number => Math.max(minSpacingMs, spacingMs(callName));
  const isFar = (): boolean => Math.min(...latencies) > spacing("searchEmployees");
  const [unfiltered, people, roles] = await Promise.all([
    firstPage({}),
    readPage("hired", (token) => searchEmployees({ status: "hired" }, token)),
    firstRoles,
  ]);
  const found = people.data.items ?? [];
  const employmentIds = found.map((item) => item.employment_id_v2);
  const roleIds = roles.slice(0, maxFilterIds).map(({ id }) => id);
  const [byRoles, byEmployees, findsByHireDate] = await Promise.all([
    firstPageByIds(roleIds, { roleIds }),
    firstPageByIds(employmentIds, { employmentIds }),
    people.next !== null && isFar() && doesHireFilterWork(call, found),
  ]);
  const speed = { latencyMs: Math.min(...latencies), spacingMs: spacing("queryAuthorizations") };
  const employed = doesRoleFilterSkip({ byRoles })
    ? null
    : await countEmployed(call, people.data, maxCountedEmployees(speed));
  // Looked at once more: the first calls set up connections, and the vendor is far only if no later call was quick.
  return { unfiltered, byRoles, byEmployees, employed, splitsByHireDate: findsByHireDate && isFar(), ...speed };
}

type ReadFirstPage = <Data extends PagedReply>(
  id: string,
  request: (token: string | null) => PageRequest<Data>,
) => Promise<{ data: Data; next: string | null }>;

/** Counts the employees, beginning with their first page. Null where there are more than `max`. */
async function countEmployed(call: FeishuCall, firstPage: FoundEmployeesReply, max: number): Promise<number | null> {
  let employed = 0;
  const pages = eachReply(
    (token) => searchEmployees({ status: "hired" }, token),
    // The first page was read already, and was judged where it was read.
    async (request, token) => (token === null ? { data: firstPage } : await call(request)),
  );
  for await (const { items } of pages) {
    employed += items?.length ?? 0;
    if (employed > max) return null;
  }
  return employed;
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
