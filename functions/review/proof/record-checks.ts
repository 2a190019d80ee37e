import { hashText, sha256 } from "../../basics/hash.ts";
import { plainLine } from "../../basics/plain-text.ts";
import { clocksDifferMs, dayMs, epochMs, parseInstant } from "../../basics/time.ts";
import { isEndMessageName, reviewKeys } from "../keys.ts";
import { heldReminderDay, type MessageIntent, occasions } from "../people/message.ts";
import { type Approver, identityOf } from "../plan/approval.ts";
import { retirementId } from "../plan/retirement.ts";
import type { PackCheck } from "./cover-checks.ts";
import { type Fault, fault } from "./faults.ts";
import { hoursOf, leaverFigures, leaversOf } from "./leavers.ts";
import type { ApprovalFound, Contents, MessageFound } from "./pack.ts";
import { leaverHoursOf } from "./receipt.ts";

// What is recorded beside plans and removals: who was told, who approved, how long leavers kept what they had, and who reviews.

/** The checks of the records beside plans and receipts. */
export const recordChecks: readonly PackCheck<Contents>[] = [
  { name: "messages", faultsOf: messageFaults },
  { name: "verdicts", faultsOf: verdictFaults },
  { name: "sweeps", faultsOf: sweptFaults },
  { name: "leavers", faultsOf: leaverFaults },
  { name: "retired roles", faultsOf: retiredRoleFaults },
  { name: "first seen", faultsOf: seenFaults },
  { name: "reviewers", faultsOf: routedFaults },
];

const occasionsOfMessages = new Set<string>([...occasions, "receipt"]);
const outcomesOfMessages = new Set(["sent", "failed", "no-answer"]);

/** Each message is the one that its name says, was begun before it ended, and tells of acts that are recorded. */
function* messageFaults(pack: Contents): Generator<Fault> {
  for (const message of pack.messages) {
    const isRight = isMessageWhole(pack, message) && isMessageInTime(pack, message);
    if (!isRight) yield fault("message-other", { key: message.key });
    for (const record of message.lost) yield fault("message-untrue", { key: message.key, record });
    if (!isTrue(pack, message)) yield fault("message-untrue", { key: message.key, record: "-" });
  }
}

/** The longest text of a person that a message repeats. */
const mostCharacters = 200;

function isMessageWhole(pack: Contents, { key, intent, outcome }: MessageFound): boolean {
  const { source, review } = pack;
  const keys = reviewKeys(source, review);
  if (intent === null || key !== keys.messageIntent(intent.key)) return false;
  if (outcome && (outcome.key !== intent.key || !outcomesOfMessages.has(outcome.outcome))) return false;
  const ofReceiver = intent.receiver === undefined ? "" : `-${sha256(intent.receiver).slice(0, 16)}`;
  if (!occasionsOfMessages.has(intent.occasion)) return false;
  const suffix = `-${intent.channel}${ofReceiver}`;
  const isHeld = intent.occasion === "held" || intent.key.startsWith("held-");
  if (isHeld && !isOfHeldPlan(pack, intent, suffix)) return false;
  const isNamed = intent.key.endsWith(suffix);
  return isNamed && intent.uuid === sha256(`${source}\n${review}\n${intent.key}`).slice(0, 32);
}

/** The key names a plan of the review, and of a reminder after how many days it was due: people were not told earlier. */
function isOfHeldPlan({ plans }: Contents, { key, occasion, at }: MessageIntent, suffix: string): boolean {
  const [, hash, days = "0"] = /^held-([0-9a-f]{16})(?:-([1-9]\d{0,3}))?$/.exec(key.slice(0, -suffix.length)) ?? [];
  const toldMs = parseInstant(String(at));
  const held = plans.find(({ plan }) => hash !== undefined && plan.planHash.startsWith(hash));
  if (!held || toldMs === null || occasion !== "held") return false;
  const { createdAt: heldSince } = held.plan;
  const dueMs = epochMs(heldSince) + Number(days) * dayMs;
  return heldReminderDay({ heldSince }, dueMs) === Number(days) && toldMs >= dueMs - clocksDifferMs;
}

/** Before the evidence, or after it where its name says so. */
function isMessageInTime(
  { source, review, evidence, snapshot, nowMs }: Contents,
  { key, intent, outcome }: MessageFound,
): boolean {
  const begunMs = parseInstant(String(intent?.at));
  const endedMs = outcome ? parseInstant(String(outcome.at)) : begunMs;
  if (begunMs === null || endedMs === null || endedMs < begunMs - clocksDifferMs) return false;
  if (begunMs < epochMs(snapshot.startedAt) - clocksDifferMs) return false;
  const sealedMs = epochMs(evidence.sealedAt);
  const isAfter = isEndMessageName(key.slice(reviewKeys(source, review).root.length));
  const isOnItsSide = isAfter ? begunMs >= sealedMs - clocksDifferMs : endedMs <= sealedMs + clocksDifferMs;
  return isOnItsSide && (nowMs === null || endedMs <= nowMs + clocksDifferMs);
}

/** What a message says of who acted is what the records say, and the hash that it tells of a sealed review is the hash of its evidence. */
function isTrue({ link }: Contents, { intent, told }: MessageFound): boolean {
  if (intent === null) return true;
  const said = JSON.stringify(intent.text);
  const says = (text: string): boolean => said.includes(JSON.stringify(text).slice(1, -1));
  if (intent.occasion === "ended") return says(hashText(link.sha256));
  return told.every(({ by, reason }) =>
    [by, reason].every((text) => text === undefined || says(plainLine(text, mostCharacters))),
  );
}

/** Who said yes or no to a plan is whom the name says; who refused keeps a later yes from counting. */
function* verdictFaults({ source, review, approvals, verdicts, plans }: Contents): Generator<Fault> {
  const keys = reviewKeys(source, review);
  const approvedAt = new Map(approvals.map(({ value }) => [String(value?.planHash), String(value?.at)]));
  for (const { key, value } of verdicts) {
    const {
      by,
      provenBy = null,
      planHash,
      at,
      verdict,
    } = (value ?? {}) as ApprovalFound & Partial<Approver> & { verdict?: unknown };
    const who = sha256(identityOf({ by: String(by), provenBy })).slice(0, 16);
    if (key !== `${keys.verdicts(String(planHash))}${String(verdict)}-${who}.json`)
      yield fault("approval-other", { key });
    const approved = parseInstant(String(approvedAt.get(String(planHash))));
    const refused = verdict === "refuse" ? parseInstant(String(at)) : null;
    if (approved !== null && refused !== null && refused < approved) yield fault("approval-refused", { key });
  }
  const said = new Set(verdicts.map(({ value }) => textOfApprover((value ?? {}) as Approver)));
  const provenAlone = new Set(
    plans.filter(({ policy }) => (policy?.decisions ?? "any") !== "any").map(({ plan }) => plan.planHash),
  );
  for (const { key, value } of approvals) {
    const approvedBy = Array.isArray(value?.approvedBy) ? (value.approvedBy as Approver[]) : [];
    const last = approvedBy.at(-1);
    const isLast = !last || (last.by === value.by && last.reason === value.reason && last.at === value.at);
    const hasSaid = approvedBy.slice(0, -1).every((each) => said.has(textOfApprover(each)));
    const isProven = !provenAlone.has(String(value?.planHash)) || approvedBy.some((each) => each?.provenBy);
    if (!isLast || !hasSaid || (approvedBy.length > 0 && !isProven)) yield fault("approval-other", { key });
  }
}

function textOfApprover({ by, reason, at, provenBy }: Approver): string {
  return JSON.stringify([by, reason, at, provenBy]);
}

/** A grant that a sweep is said to have removed was removed by that sweep. */
function* sweptFaults({ outcomes, swept }: Contents): Generator<Fault> {
  for (const { value } of outcomes) {
    if (swept.get(value.grantId) !== false) continue;
    yield fault("not-swept", { grant: value.grantId, sweep: String(value.because?.figures?.sweep) });
  }
}

/** How long a leaver kept a grant follows from the last day and the read that proved the removal; the figures of all follow from these. */
function* leaverFaults({ evidence, plans, intents, outcomes, snapshot }: Contents): Generator<Fault> {
  const grants = new Map(intents.map(({ value }) => [value.grantId, value.grant]));
  const zones = new Map(plans.map(({ plan, policy }) => [plan.planHash, policy?.timezone]));
  // Evidence of an earlier version measures nobody.
  const isMeasured = evidence.leavers !== undefined || outcomes.some(({ value }) => value.leaverHours !== undefined);
  for (const { value } of isMeasured ? outcomes : []) {
    const { grantId: grant, planHash, leaverHours: said = null, outcome, verifiedAt, enteredAfter = null } = value;
    const before = grants.get(grant);
    const timezone = zones.get(planHash);
    if (timezone === undefined) continue;
    const isProved = outcome === "revoked" && verifiedAt !== null && isEarlier(before?.enteredAfter, snapshot.takenAt);
    const expected = before && isProved ? leaverHoursOf(before, verifiedAt, timezone) : null;
    const entered = expected === null ? null : (before?.enteredAfter ?? null);
    const isAsEntered = JSON.stringify(enteredAfter) === JSON.stringify(entered);
    if (said !== expected || !isAsEntered)
      yield fault("leaver-hours", { grant, said: String(said), actual: String(expected) });
  }
  yield* leaverFigureFaults({ evidence, plans, outcomes, snapshot });
}

/** A look before the entry of a last day was before this one. */
function isEarlier(entered: { at: string } | undefined, takenAt: string): boolean {
  return entered === undefined || (parseInstant(String(entered.at)) ?? Number.NaN) < epochMs(takenAt);
}

/** Why somebody was late rests on earlier reviews, which are not here: there is a reason for each, and no more. */
function* leaverFigureFaults({
  evidence: { leavers: said },
  plans,
  outcomes,
  snapshot: { takenAt },
}: Pick<Contents, "evidence" | "plans" | "outcomes" | "snapshot">): Generator<Fault> {
  const byGrant = new Map(outcomes.map(({ value }) => [value.grantId, value]));
  const { items = [], createdAt = takenAt } = plans.at(-1)?.plan ?? {};
  const withinHours = said?.withinHours ?? 24;
  const basis = { items, outcomes: byGrant, withinHours, createdAt, takenAt, approvedAt: null, earlier: new Map() };
  const leavers = leaversOf(basis);
  const figures = leaverFigures(leavers, withinHours);
  const textOf = ({ lateBecause: _why, ...told }: NonNullable<typeof figures>) => JSON.stringify(told);
  const isSame =
    said && figures ? textOf(said) === textOf({ ...figures, ...{ hours: hoursOf(leavers) } }) : !said && !figures;
  const reasons = said?.lateBecause?.length ?? said?.late ?? 0;
  if (!isSame || reasons !== (said?.late ?? 0)) yield fault("leaver-figures");
}

/** The receipts of a deleted role are named after it, and every grant of it that the snapshot shows is among its members. */
function* retiredRoleFaults({ source, retirements, census }: Contents): Generator<Fault> {
  const { named, intents } = retirements;
  for (const { key, roleId } of named) {
    if (!key.includes(`/${retirementId(source, roleId)}.`)) yield fault("receipt-other", { key });
  }
  for (const { role, members } of intents) {
    const { all } = census.byRole.get(role.id) ?? { all: 0 };
    if (members.length !== all) yield fault("role-members", { role: role.id, said: members.length, actual: all });
  }
}

function* seenFaults({ census: { seenLater }, snapshot, roles, census }: Contents): Generator<Fault> {
  if (seenLater.count > 0) yield fault("seen-later", { count: seenLater.count, grant: seenLater.first });
  const listed = new Set(roles?.map(({ id }) => id));
  if (roles === null || snapshot.complete !== true) return;
  for (const role of census.byRole.keys()) if (!listed.has(role)) yield fault("role-unlisted", { role });
}

/** Every grant has one reviewer, or nobody. */
function* routedFaults({ routed, plans, census }: Contents): Generator<Fault> {
  for (const { plan } of plans) {
    const said = routed.get(plan.assessment);
    if (said !== undefined && said !== census.grants)
      yield fault("routed", { assessment: plan.assessment, said, actual: census.grants });
  }
}
