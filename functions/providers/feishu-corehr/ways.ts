/** What one page of grants showed of a way to list: holders on it, out of how many it can hold, and whether more follow. */
export type ProbedPage = { holders: number; hasMore: boolean };

export type Figures = {
  roles: number;
  unfiltered: ProbedPage;
  /** With up to 100 role ids; null where there is no role. */
  byRoles: ProbedPage | null;
  /** With the ids of up to 100 people who are employed; null where nobody was found. */
  byEmployees: (ProbedPage & { asked: number }) | null;
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

/** So many people fit into the pages of one window (100 calls), a few probes and the leavers aside. */
export const mostCounted = 1_800;

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

function describe({ roles, unfiltered, byRoles, byEmployees, latencyMs, spacingMs }: Figures): string {
  const page = (probed: ProbedPage): string =>
    `${probed.holders} of ${pageCapacity}${probed.hasMore ? ", more follow" : ", no more"}`;
  return [
    `first page unfiltered ${page(unfiltered)}`,
    byRoles ? `by ${Math.min(roles, 100)} of ${roles} roles ${page(byRoles)}` : "no roles",
    byEmployees ? `by ${byEmployees.asked} employees ${page(byEmployees)}` : "no employees found",
    `${Math.round(latencyMs)} ms a call, the limit allows one every ${Math.round(spacingMs)} ms`,
  ].join("; ");
}

/**
 * Into how many listings to split the roles. A holder of two roles is listed once in each listing, so more listings
 * than it takes to keep the limit busy only cost pages: four times what the latency asks for, for when it rises.
 */
export function countRoleListings({ roles, latencyMs, spacingMs }: Figures): number {
  const chains = Math.min(48, Math.max(2, Math.ceil((4 * latencyMs) / spacingMs)));
  return Math.max(Math.ceil(roles / 100), Math.min(roles, chains));
}
