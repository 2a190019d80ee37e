import { chunked } from "../../basics/chunked.ts";
import { UnexpectedReplyError } from "../../http/errors.ts";
import { eachPage } from "../../http/pages.ts";
import type { GrantEntry } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { type ListedStatuses, toEntries } from "./authorizations.ts";
import { queryAuthorizations } from "./calls.ts";
import { pageCapacity } from "./ways.ts";

/** Everything that these people hold now, read by their ids without role filter: a page for every twenty. */
export async function readGrantsOf(
  call: FeishuCall,
  employmentIds: Iterable<string>,
  statuses: ListedStatuses,
): Promise<GrantEntry[]> {
  const batches = chunked([...new Set(employmentIds)], pageCapacity);
  return (await Promise.all(batches.map((batch) => readBatch(call, batch, statuses)))).flat();
}

async function readBatch(call: FeishuCall, employmentIds: string[], statuses: ListedStatuses): Promise<GrantEntry[]> {
  const wanted = new Set(employmentIds);
  const entries: GrantEntry[] = [];
  const fetchPage = async (token: string | null) => {
    const { items, has_more, page_token } = (await call(queryAuthorizations({ employmentIds }, token))).data;
    return { entries: toEntries(items, statuses), hasMore: has_more, pageToken: page_token ?? null };
  };
  for await (const page of eachPage("the grants of some holders", fetchPage)) entries.push(...page.entries);
  // Were the filter ever ignored, the first page of everybody must not pass for these people's grants.
  if (entries.some((entry) => !wanted.has(entry.holderId))) {
    throw new UnexpectedReplyError("queryAuthorizations", 200, "grants of people who were not asked for");
  }
  return entries;
}
