import type { Timer } from "../../http/call.ts";
import { eachPage } from "../../http/pages.ts";
import type { FeishuApi } from "../feishu/api.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { type AuthorizationFilter, queryAuthorizations, searchEmployees } from "./calls.ts";
import type { FoundEmployee } from "./replies.ts";
import { type Figures, isRoleFilterNarrow, mostCounted, type ProbedPage } from "./ways.ts";

/** Pages are not worked on faster, whatever the limit allows: more of them at once would only wait for each other. */
const leastSpacingMs = 2;

export type Probing = {
  api: Pick<FeishuApi, "call" | "spacingMs">;
  timer: Timer;
  /** Some roles, as many as a page of the role list has; none where there is no role. */
  firstRoles: Promise<{ id: string }[]>;
};

/** What a call of each way shows of it. In two rounds: first what needs no ids, then what asks by those that came. */
export async function probe({ api, timer, firstRoles }: Probing): Promise<Figures> {
  const { call, spacingMs } = api;
  const latencies: number[] = [];
  const timed: FeishuCall = async (request) => {
    const askedAt = timer.now();
    const reply = await call(request);
    latencies.push(timer.now() - askedAt);
    return reply;
  };
  const firstPage = async (filter: AuthorizationFilter): Promise<ProbedPage> => {
    const { data } = await timed(queryAuthorizations(filter, null));
    return { holders: data.items?.length ?? 0, hasMore: data.has_more };
  };
  const spacing = (name: string): number => Math.max(leastSpacingMs, spacingMs(name));
  const isFar = (): boolean => Math.min(...latencies) > spacing("searchEmployees");
  const [unfiltered, { data: people }, roles] = await Promise.all([
    firstPage({}),
    timed(searchEmployees({ status: "hired" }, null)),
    firstRoles,
  ]);
  const found = people.items ?? [];
  const employmentIds = found.map((item) => item.employment_id_v2);
  const roleIds = roles.slice(0, 100).map(({ id }) => id);
  const [byRoles, byEmployees, hasDaysOfHire] = await Promise.all([
    roleIds.length === 0 ? null : asking(roleIds, firstPage({ roleIds })),
    employmentIds.length === 0 ? null : asking(employmentIds, firstPage({ employmentIds })),
    people.has_more && isFar() && findsThoseOfADay(call, found),
  ]);
  const pace = { latencyMs: Math.min(...latencies), spacingMs: spacing("queryAuthorizations") };
  const employed = isRoleFilterNarrow({ byRoles }) ? null : await countEmployed(call, people, mostCounted(pace));
  // Far only if no later call was quick: the first ones have connections to set up.
  return { unfiltered, byRoles, byEmployees, employed, findsByDayOfHire: hasDaysOfHire && isFar(), ...pace };
}

const asking = async (ids: string[], page: Promise<ProbedPage>) => ({ ...(await page), asked: ids.length });

type PageOfPeople = {
  items?: FoundEmployee[] | null | undefined;
  has_more: boolean;
  page_token?: string | null | undefined;
};

/** How many are employed, going on from the first page of them; null where they are more than `most`. */
async function countEmployed(call: FeishuCall, first: PageOfPeople, most: number): Promise<number | null> {
  let employed = 0;
  const fetchPage = async (token: string | null) => {
    const { items, has_more, page_token } =
      token === null ? first : (await call(searchEmployees({ status: "hired" }, token))).data;
    return { found: items?.length ?? 0, hasMore: has_more, pageToken: page_token ?? null };
  };
  for await (const { found } of eachPage("who is employed", fetchPage)) {
    employed += found;
    if (employed > most) return null;
  }
  return employed;
}

/**
 * Whether everybody can be found by the day of hire: everybody here has one, and a period of one day shows who was hired
 * on it and nobody else, so that periods include both their ends.
 */
async function findsThoseOfADay(call: FeishuCall, found: FoundEmployee[]): Promise<boolean> {
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

const isDay = (text: FoundEmployee["effective_date"]): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "");
