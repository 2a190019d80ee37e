import Table from "cli-table3";
import { isReviewId } from "../review/review-id.ts";
import { type ChangedGrant, diffReviews } from "../stages/diff-reviews.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";
import { sourcesOfReview } from "./sources-of-review.ts";

/** Prints what appeared, vanished and changed between two reviews of one source. */
export const diff = async (session: Session, { from, to }: { from: string; to: string }): Promise<number> => {
  for (const review of [from, to]) {
    if (!isReviewId(review)) throw new UsageError("--from and --to are review ids such as 2026-10-01T020000Z");
  }
  const [sourceId, ...others] = await sourcesOfReview(session.store, session.sources, to);
  if (!sourceId || others.length > 0)
    throw new UsageError(`Name one source with --source ${session.sources.join("|")}`);
  const changed: ChangedGrant[] = [];
  for await (const change of diffReviews({ store: session.store, sourceId }, { from, to })) changed.push(change);
  if (session.options.json) {
    const lines = changed.map(({ grant, changes }) => ({
      grantId: grant.id,
      holderId: grant.holder.id,
      roleId: grant.role.id,
      changes,
    }));
    printJson({ command: "diff", exitCode: exitCodes.done, source: sourceId, from, to, changed: lines });
  } else printLine(tableOf(session, changed));
  return exitCodes.done;
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
