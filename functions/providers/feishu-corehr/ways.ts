import { chunked } from "../../basics/chunked.ts";

/** What one page of grants showed of a way to list: holders on it, out of how many it can hold, and whether more follow. */
export type ProbedPage = { holders: number; hasMore: boolean };

/** The same of a way that asks for some ids: of how many. */
export type PageByIds = ProbedPage & { asked: number };

export type Figures = {
  unfiltered: ProbedPage;
  /** With up to 100 role ids; null where there is no role. */
  byRoles: PageByIds | null;
  /** With the ids of up to 100 people who are employed; null where nobody was found. */
  byEmployees: PageByIds | null;
  /** Whether latency would cap a chain of people, and periods of hire that share no day show everybody. */
  findsByDayOfHire: boolean;
  /** How many people are employed, counted up to `mostCounted`; null where there are more, or nobody counted. */
  employed: number | null;
  /** The shortest of these calls. */
  latencyMs: number;
  /** Between two calls at the limit's full rate. */
  spacingMs: number;
};

export type Way = { way: "by-roles" | "by-employees" | "unfiltered"; why: string };

/** The most employees that a page of grants shows. */
export const pageCapacity = 20;

type Pace = Pick<Figures, "latencyMs" | "spacingMs">;

/** So many people fit into the pages of one window (100 calls), a few probes and the leavers aside, and can be walked in it. */
export const mostCounted = ({ latencyMs, spacingMs }: Pace): number =>
  Math.min(1_800, pageCapacity * Math.floor((100 * spacingMs) / latencyMs));

/** Whether a filter by ids walks all of them: then those of one page are as quick to ask for alone, and side by side. */
export const doesIdFilterWalkAll = ({ byEmployees }: Pick<Figures, "byEmployees">): boolean =>
  byEmployees !== null && !isDense(byEmployees);

/** Whether a filter by roles walks holders alone. */
export const isRoleFilterNarrow = ({ byRoles }: Pick<Figures, "byRoles">): boolean =>
  byRoles !== null && isDense(byRoles);

/**
 * The cheapest way to list every grant. A filter by roles that narrows walks holders alone, and shows also those whom
 * no employee search finds. Walking everybody shows them too, and in a small company costs no waiting. Else a hundred
 * employees a call beat the twenty a page of walking everybody; and where even that is no cheaper, many short listings
 * still beat one chain that latency would hold below the limit.
 */
export function chooseWay(figures: Figures): Way {
  const { byEmployees, employed, latencyMs, spacingMs } = figures;
  const why = describe(figures);
  if (isRoleFilterNarrow(figures)) return { way: "by-roles", why: `the role filter narrows to holders: ${why}` };
  if (employed !== null) {
    return { way: "unfiltered", why: `no role filter narrows, and ${employed} employees fit into one window: ${why}` };
  }
  if (byEmployees && isDense(byEmployees)) {
    return { way: "by-employees", why: `no role filter narrows, and asking by id skips who holds nothing: ${why}` };
  }
  if (byEmployees && latencyMs > spacingMs) {
    return { way: "by-employees", why: `no filter narrows, and latency would cap a single chain of pages: ${why}` };
  }
  return { way: "unfiltered", why: `no filter narrows, and one chain of pages keeps up with the limit: ${why}` };
}

// A page with room left although more follow has walked past people who hold nothing.
const isDense = ({ holders, hasMore }: ProbedPage): boolean => !hasMore || holders >= pageCapacity;

function describe(figures: Figures): string {
  const { unfiltered, byRoles, byEmployees, findsByDayOfHire, latencyMs, spacingMs } = figures;
  const page = (probed: ProbedPage): string =>
    `${probed.holders} of ${pageCapacity}${probed.hasMore ? ", more follow" : ", no more"}`;
  return [
    `first page unfiltered ${page(unfiltered)}`,
    byRoles ? `by ${byRoles.asked} roles ${page(byRoles)}` : "no roles",
    byEmployees ? `by ${byEmployees.asked} employees ${page(byEmployees)}` : "no employees found",
    `${Math.round(latencyMs)} ms a call, the limit allows one every ${Math.round(spacingMs)} ms`,
    ...(findsByDayOfHire ? ["people are asked for by their days of hire, side by side"] : []),
  ].join("; ");
}

/** So many role ids `queryAuthorizations` takes. */
const rolesACall = 100;

/**
 * The roles of each listing. A holder of two roles is listed once in each listing, so more listings than it takes to keep
 * the limit busy only cost pages: twice what the latency asks for, for when it rises. Where one chain of pages keeps up,
 * listings are filled one after the other: a full one beside a small one has fewer holders in common than two halves.
 */
export function rolesByListing(roleIds: string[], { latencyMs, spacingMs }: Pace): string[][] {
  const chains = Math.ceil((2 * latencyMs) / spacingMs);
  if (chains <= 1) return chunked(roleIds, rolesACall);
  const hands = Math.max(Math.ceil(roleIds.length / rolesACall), Math.min(roleIds.length, chains, 48));
  // Dealt like cards: neighbours in the role list are often alike, and large ones must not meet in one listing.
  return Array.from({ length: hands }, (_, hand) => roleIds.filter((_id, index) => index % hands === hand));
}
