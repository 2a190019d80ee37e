import { plainLine } from "../basics/plain-text.ts";
import type { HoldBy } from "../review/plan/plan.ts";
import type { Contents } from "../review/proof/pack.ts";
import type { AuditWords } from "./words/audit.ts";
import { auditEn } from "./words/audit-en.ts";
import { auditZh } from "./words/audit-zh.ts";

/** How many people and approvals the page has room for. */
const mostLines = 25;
const longestText = 200;

/**
 * The one page of an exported pack, in Chinese and in English: what was reviewed, from when to when, whether it is whole, who
 * decided, what was removed and how that was proved, what was not, and how to verify. It follows from the pack alone, so that
 * verify can write it again and compare. Names are what people wrote: claims.
 */
export function createStatement(contents: Contents): string {
  return [auditZh, auditEn].map((words) => pageOf(words, contents)).join(`\n${"=".repeat(78)}\n\n`);
}

function pageOf(words: AuditWords, contents: Contents): string {
  const { statement: say } = words;
  const sections: [heading: string, lines: string[]][] = [
    [say.headings.reviewed, reviewedLines(words, contents)],
    [say.headings.whole, wholeLines(words, contents)],
    [say.headings.decided, decidedLines(words, contents)],
    [say.headings.removed, removedLines(words, contents)],
    [say.headings.stayed, stayedLines(words, contents)],
    [say.headings.verify, say.howToVerify(contents.review, contents.source)],
  ];
  const text = sections
    .map(([heading, lines]) => [heading, ...lines.map((line) => `  ${line}`)].join("\n"))
    .join("\n\n");
  return `${say.title}\n\n${text}\n`;
}

const shown = (text: unknown): string => plainLine(String(text), longestText);

/** The demands that the rules of the last plan name; nothing where they name none. */
function controlLines(say: AuditWords["statement"], plans: Contents["plans"]): string[] {
  const { rules = [], conflicts = [] } = plans.at(-1)?.policy ?? {};
  const named = new Set([...rules, ...conflicts].flatMap(({ controls = [] }) => controls));
  return named.size === 0 ? [] : [say.controls([...named].slice(0, mostLines).map(shown).join("; "), named.size)];
}

function reviewedLines({ statement: say }: AuditWords, { link, evidence, snapshot, plans }: Contents): string[] {
  const { source, review, sealedAt, mode } = evidence;
  const { provider, origin, startedAt, takenAt, population, reads, toolVersion } = snapshot;
  const calls = reads.reduce((sum, read) => sum + read.calls, 0);
  return [
    say.source(shown(source), shown(provider), shown(origin.host), shown(origin.account)),
    say.review(shown(review), say.modes[mode]),
    say.read(shown(startedAt), shown(takenAt)),
    say.sealed(shown(sealedAt), shown(toolVersion)),
    say.population(population.grants, population.holders, population.roles, calls),
    say.hash(link.sha256),
    link.signature.kind === "good" ? say.signedBy(link.signature.keySha256) : say.notSigned,
    ...controlLines(say, plans),
  ];
}

function wholeLines({ statement: say }: AuditWords, { snapshot }: Contents): string[] {
  const line = ({ name, passed }: { name: string; passed: boolean }) =>
    `${passed ? "+" : "-"} ${say.checkOf(shown(name))}`;
  return [snapshot.complete ? say.complete : say.incomplete, ...snapshot.checks.map(line)];
}

function decidedLines({ statement: say }: AuditWords, { approvals, decisions }: Contents): string[] {
  const approved = approvals.map(({ value }) =>
    say.approved(shown(value.planHash), shown(value.by), shown(value.at), shown(value.reason)),
  );
  const people = decisions.byReviewer.map(({ reviewer, keep, revoke, isProven }) =>
    say.decided(shown(reviewer), keep, revoke, isProven),
  );
  const lines = [...approved, ...people];
  const more = lines.length - mostLines;
  return [
    ...(lines.length === 0 ? [say.nobodyDecided] : lines.slice(0, mostLines)),
    ...(more > 0 ? [say.more(more)] : []),
    ...(decisions.uncounted > 0 ? [say.uncounted(decisions.uncounted)] : []),
  ];
}

function removedLines(
  { statement: say }: AuditWords,
  { evidence, outcomes, restored, retirements }: Contents,
): string[] {
  const { revoked, alreadyGone } = evidence.balance;
  const reads = outcomes
    .flatMap(({ value }) => (value.outcome === "revoked" && value.verifiedAt !== null ? [value.verifiedAt] : []))
    .sort();
  const deleted = retirements.outcomes.filter(({ outcome }) => outcome === "deleted").length;
  return [
    say.removed(revoked),
    ...(reads.length > 0 ? [say.proved(shown(reads[0]), shown(reads.at(-1)))] : []),
    ...(alreadyGone > 0 ? [say.alreadyGone(alreadyGone)] : []),
    ...(deleted > 0 ? [say.rolesDeleted(deleted)] : []),
    ...(restored.length > 0 ? [say.putBack(restored.length)] : []),
  ];
}

function stayedLines({ statement: say }: AuditWords, { evidence, plans, outcomes }: Contents): string[] {
  const { refused, failed, unverified, changed, pending, held, kept } = evidence.balance;
  const settled = new Set(outcomes.map(({ value }) => value.grantId));
  const open = (plans.at(-1)?.plan.items ?? []).filter(({ grantId }) => !settled.has(grantId));
  const byHold = Map.groupBy(open, ({ hold }) => hold?.by ?? null);
  const holds = [...byHold].flatMap(([by, items]) =>
    by === null ? [] : [say.heldBy(items.length, by satisfies HoldBy)],
  );
  const figures: [count: number, line: string][] = [
    [refused, say.refused(refused)],
    [failed, say.failed(failed)],
    [unverified, say.unverified(unverified)],
    [changed, say.changed(changed)],
    [pending, say.pending(pending)],
    [held, say.held(held)],
  ];
  const lines = figures.flatMap(([count, line]) => (count > 0 ? [line] : []));
  return [...lines, ...holds.sort().map((line) => `  ${line}`), say.kept(kept)];
}
