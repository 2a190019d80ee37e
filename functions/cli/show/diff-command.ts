import { type ChangedGrant, createDiffPage } from "../../report/diff-page.ts";
import type { BetweenReviews } from "../../review/grants/diff.ts";
import { isReviewId, isSweep } from "../../review/keys.ts";
import { departmentNamesOf, diffReviews, driftBetween } from "../../stages/show/diff-reviews.ts";
import { usage } from "../exit-code.ts";
import { shownName, tableText, writePage } from "../print.ts";
import { sourcesOfReview } from "../review-choice.ts";
import { type CommandSession, onlySource, printResult } from "../session.ts";

/** Two reviews to compare, and the file for the comparison as a page, if it is wanted. */
export type DiffOptions = { from: string; to: string; html?: string };

/** Prints which grants appeared, vanished and changed between two reviews of one source, or writes them as a page. */
export async function diff(session: CommandSession, { from, to, html }: DiffOptions): Promise<number> {
  for (const review of [from, to]) {
    if (!isReviewId(review)) throw usage`--from and --to are review ids such as 2026-10-01T020000Z`;
    if (isSweep(review))
      throw usage`${review} is a sweep, which shows a few holders alone: name two reviews (\`list\` has them)`;
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
  const { words } = session;
  const text = html
    ? words.named(words.diff.changed(changed.length), html)
    : `${changesText(session, changed)}${betweenText(words.diff, between)}`;
  const result = { source: sourceId, from, to, changed: lines, ...(between ? { between } : {}) };
  return printResult(session, "diff", result, text);
}

/** What events said, by ids: a terminal need not know who came and went. */
function betweenText(words: CommandSession["words"]["diff"], between: BetweenReviews | null): string {
  if (!between) return "";
  const drifted = between.drifted.map(({ fate, holderId, roleId, at }) => [at, words.fates(fate), holderId, roleId]);
  const moved = between.moved.map(({ holderId, at }) => [at, words.moved, holderId, ""]);
  const { at, what, holder, role } = words.between;
  return `\n${tableText(
    [at, what, holder, role].map((title) => ({ title })),
    [...drifted, ...moved],
  )}`;
}

function changesText({ config, words: { diff: words, and } }: CommandSession, changed: ChangedGrant[]): string {
  if (changed.length === 0) return words.nothing;
  const rows = changed.map(({ grant, changes }) => {
    const role = grant.role.name[config.language] ?? grant.role.code ?? grant.role.id;
    const said = changes.map((change) => words.changes(change)).join(and);
    return [grant.id, shownName(grant.holder.name ?? grant.holder.id), shownName(role), said];
  });
  const { grant, ...others } = words.columns;
  const titles = [others.holder, others.role, others.changes].map((title) => ({ title }));
  return `${tableText([{ title: grant, characters: 18 }, ...titles], rows)}\n${words.changed(changed.length)}`;
}
