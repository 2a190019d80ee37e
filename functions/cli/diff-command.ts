import { writeFileSync } from "node:fs";
import Table from "cli-table3";
import { type ChangedGrant, createDiffPage } from "../report/diff-page.ts";
import { isReviewId } from "../review/keys.ts";
import { departmentNamesOf, diffReviews } from "../stages/show/diff-reviews.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";
import { sourcesOfReview } from "./sources-of-review.ts";

/** Which two reviews to compare, and the file that the comparison is written to as a page, if any. */
export type Comparison = { from: string; to: string; html?: string };

/** Prints what appeared, vanished and changed between two reviews of one source, or writes it as a page. */
export const diff = async (session: Session, { from, to, html }: Comparison): Promise<number> => {
  for (const review of [from, to]) {
    if (!isReviewId(review)) throw new UsageError("--from and --to are review ids such as 2026-10-01T020000Z");
  }
  const [sourceId, ...others] = await sourcesOfReview(session.store, session.sources, to);
  if (!sourceId || others.length > 0)
    throw new UsageError(`Name one source with --source ${session.sources.join("|")}`);
  const changed: ChangedGrant[] = [];
  const source = { store: session.store, sourceId };
  for await (const change of diffReviews(source, { from, to })) changed.push(change);
  if (html) {
    const { language, policy } = session.config;
    const told = { changed, departmentNames: await departmentNamesOf(source, { from, to }) };
    writePage(html, createDiffPage({ source: sourceId, from, to, language, timezone: policy.timezone, ...told }));
  }
  if (session.options.json) {
    const lines = changed.map(({ grant, changes }) => ({
      grantId: grant.id,
      holderId: grant.holder.id,
      roleId: grant.role.id,
      changes,
    }));
    printJson({ command: "diff", exitCode: exitCodes.done, source: sourceId, from, to, changed: lines });
  } else printLine(html ? `${changed.length} changed: ${html}` : tableOf(session, changed));
  return exitCodes.done;
};

const writePage = (file: string, page: string): void => {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`Cannot write ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
};

const tableOf = ({ config }: Session, changed: ChangedGrant[]): string => {
  if (changed.length === 0) return "Nothing changed.";
  const table = new Table({ head: ["grant", "holder", "role", "changes"], style: { head: [], border: [] } });
  for (const { grant, changes } of changed) {
    const role = grant.role.name[config.language] ?? grant.role.code ?? grant.role.id;
    table.push([grant.id, grant.holder.name ?? grant.holder.id, role, changes.join(", ")]);
  }
  return `${table.toString()}\n${changed.length} changed`;
};
