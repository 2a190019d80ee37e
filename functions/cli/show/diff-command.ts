import { type ChangedGrant, createDiffPage } from "../../report/diff-page.ts";
import type { BetweenReviews } from "../../review/grants/diff.ts";
import { isReviewId, isSweep } from "../../review/keys.ts";
import { departmentNamesOf, diffReviews, driftBetween } from "../../stages/show/diff-reviews.ts";
import { UsageError } from "../exit-code.ts";
import { shownName, tableText, writePage } from "../print.ts";
import { sourcesOfReview } from "../review-choice.ts";
import { type CommandSession, onlySource, printResult } from "../session.ts";

/** Two reviews to compare, and the file for the comparison as a page, if it is wanted. */
export type DiffOptions = { from: string; to: string; html?: string };

/** Prints which grants appeared, vanished and changed between two reviews of one source, or writes them as a page. */
export async function diff(session: CommandSession, { from, to, html }: DiffOptions): Promise<number> {
  for (const review of [from, to]) {
    if (!isReviewId(review)) throw new UsageError("--from and --to are review ids such as 2026-10-01T020000Z");
    if (isSweep(review))
      throw new UsageError(
        `${review} is a sweep, which shows a few holders alone: name two reviews (\`list\` has them)`,
      );
  }
  const sourceId = onlySource(session, await sourcesOfReview(session.store, session.sources, to));
  const changed: ChangedGrant[] = [];
  const source = { store: session.store, sourceId };
  for await (const change of diffReviews(source, { from, to })) changed.push(change);
  const between = await driftBetween(source, { from, to });
  if (html) {
    const { language, policy } = session.config;
    const departmentNames = await departmentNamesOf(source, { from, to });
    const { timezone } = policy;
    const told = between ? { between } : {};
    const view = { source: sourceId, from, to, language, timezone, changed, departmentNames, ...told };
    writePage(html, createDiffPage(view));
  }
  const lines = changed.map(({ grant, changes }) => ({
    grantId: grant.id,
    holderId: grant.holder.id,
    roleId: grant.role.id,
    changes,
  }));
  const text = html ? `${changed.length} changed: ${html}` : `${changesText(session, changed)}${betweenText(between)}`;
  const result = { source: sourceId, from, to, changed: lines, ...(between ? { between } : {}) };
  return printResult(session, "diff", result, text);
}

/** What events said, by ids: a terminal need not know who came and went. */
function betweenText(between: BetweenReviews | null): string {
  if (!between) return "";
  const drifted = between.drifted.map(({ fate, holderId, roleId, at }) => [at, fate, holderId, roleId]);
  const moved = between.moved.map(({ holderId, at }) => [at, "moved", holderId, ""]);
  const titles = [{ title: "said at" }, { title: "between" }, { title: "holder" }, { title: "role" }];
  return `\n${tableText(titles, [...drifted, ...moved])}`;
}

const columns = [{ title: "grant", characters: 18 }, { title: "holder" }, { title: "role" }, { title: "changes" }];

function changesText({ config }: CommandSession, changed: ChangedGrant[]): string {
  if (changed.length === 0) return "Nothing changed.";
  const rows = changed.map(({ grant, changes }) => {
    const role = grant.role.name[config.language] ?? grant.role.code ?? grant.role.id;
    return [grant.id, shownName(grant.holder.name ?? grant.holder.id), shownName(role), changes.join(", ")];
  });
  return `${tableText(columns, rows)}\n${changed.length} changed`;
}
