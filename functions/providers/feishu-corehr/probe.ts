import type { Timer } from "../../http/call.ts";
import { eachPage } from "../../http/pages.ts";
import type { FeishuApi } from "../feishu/api.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { type AuthorizationFilter, queryAuthorizations, searchEmployees } from "./calls.ts";
import type { FoundEmployee } from "./replies.ts";
import { type Figures, isRoleFilterNarrow, mostCounted, type ProbedPage } from "./ways.ts";

/** Pages are not worked on faster, whatever the limit allows: more of them at once would only wait for each other. */
const leastSpacingMs = 2;

/** What a call of each way shows of it; those that need nothing of each other are made side by side. */
export async function probe({ call, spacingMs }: FeishuApi, timer: Timer, roleIds: string[]): Promise<Figures> {
  const latencies: number[] = [];
  const firstPage = async (filter: AuthorizationFilter): Promise<ProbedPage> => {
    const askedAt = timer.now();
    const { data } = await call(queryAuthorizations(filter, null));
    latencies.push(timer.now() - askedAt);
    return { holders: data.items?.length ?? 0, hasMore: data.has_more };
  };
  const [unfiltered, byRoles, { data: people }] = await Promise.all([
    firstPage({}),
    roleIds.length === 0 ? null : firstPage({ roleIds: roleIds.slice(0, 100) }),
    call(searchEmployees({ status: "hired" }, null)),
  ]);
  const spacing = (name: string): number => Math.max(leastSpacingMs, spacingMs(name));
  const pace = { latencyMs: Math.min(...latencies), spacingMs: spacing("queryAuthorizations") };
  const found = people.items ?? [];
  const ids = found.map((item) => item.employment_id_v2);
  const isFar = people.has_more && pace.latencyMs > spacing("searchEmployees");
  const [byEmployees, employed, findsByDayOfHire] = await Promise.all([
    ids.length === 0 ? null : firstPage({ employmentIds: ids }).then((page) => ({ ...page, asked: ids.length })),
    isRoleFilterNarrow({ byRoles }) ? null : countEmployed(call, mostCounted(pace)),
    isFar && findsThoseOfADay(call, found),
  ]);
  return { roles: roleIds.length, unfiltered, byRoles, byEmployees, employed, findsByDayOfHire, ...pace };
}

async function countEmployed(call: FeishuCall, most: number): Promise<number | null> {
  let employed = 0;
  const fetchPage = async (token: string | null) => {
    const { items, has_more, page_token } = (await call(searchEmployees({ status: "hired" }, token))).data;
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
