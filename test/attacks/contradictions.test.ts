import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { daysPass, endLives, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { runReview } from "../review-life/run-review.ts";
import { type Copy, copyReviews, type Json, removeCopies, type SealedReviews, sealReviews } from "./sealed-reviews.ts";

// Whoever may write the whole store changes something, and puts every hash right again. What they wrote contradicts what else
// the evidence says, and verify says so.

let sealed: SealedReviews;
let keys: ReturnType<typeof reviewKeys>;
/** A grant that the second review revoked, and one that it kept. */
let revoked: string;
let held: string;

beforeAll(async () => {
  sealed = await sealReviews();
  keys = reviewKeys(sourceId, sealed.second);
  const copy = copyReviews(sealed);
  const { items } = copy.read(keys.assessment("0001").plan) as Plan;
  revoked = items.find(({ hold }) => hold === null)!.grantId;
  held = items.find(({ hold }) => hold !== null)!.grantId;
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const { plan, policy, findings } = reviewKeys("", "").assessment("");
const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
const inAssessment = (key: string): string => `${keys.assessments}0001/${nameOf(key)}`;

/** Tampers with a copy, puts the hashes right, and gives what verify finds. */
async function faultsAfter(tamper: (copy: Copy) => unknown): Promise<string> {
  const copy = copyReviews(sealed);
  await tamper(copy);
  await copy.reseal(sealed.second);
  return (await copy.faults(sealed.second)).join("\n");
}

type Attack = [what: string, tamper: (copy: Copy) => unknown, said: RegExp];

const evidence = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.evidence, change);
const snapshot = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.snapshot, change);
const inPlan = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(inAssessment(plan), change);
const intent = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.intent(revoked), change);
const outcome = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.outcome(revoked), change);

it("what nobody tampered with has no fault, once its hashes were put right", async () => {
  expect(await faultsAfter(() => {})).toBe("");
});

describe("a review that is not the one of its path", () => {
  it.each<Attack>([
    ["the evidence of another source", evidence((value) => Object.assign(value, { source: "cloud" })), /is of cloud/],
    ["the evidence of another review", evidence((value) => Object.assign(value, { review: sealed.first })), /is of/],
    ["a snapshot of another source", snapshot((value) => Object.assign(value, { source: "cloud" })), /snapshot.json/],
    ["a snapshot of another review", snapshot((value) => Object.assign(value, { review: sealed.first })), /snapshot/],
    ["a plan of another review", inPlan((value) => Object.assign(value, { review: sealed.first })), /plan.json says/],
  ])("is found: %s", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("the chain", () => {
  it.each<Attack>([
    [
      "no earlier review, though there is one",
      evidence((value) => Object.assign(value, { previous: null })),
      /leaves it out/,
    ],
    [
      "an earlier review that is not there",
      evidence((value) => Object.assign(value, { previous: { review: "2020-01-01T000000Z", sha256: "0".repeat(64) } })),
      /the chain is broken/,
    ],
    [
      "itself",
      evidence((value) => Object.assign(value, { previous: { review: sealed.second, sha256: "0".repeat(64) } })),
      /the chain is broken/,
    ],
    [
      "an earlier review that was taken away",
      (copy) => copy.remove(reviewKeys(sourceId, sealed.first).root),
      /is missing/,
    ],
    [
      "an earlier review that was changed",
      (copy) =>
        copy.change(reviewKeys(sourceId, sealed.first).evidence, (value) => Object.assign(value, { mode: "report" })),
      /not the one that was sealed before/,
    ],
    [
      "an earlier review that was sealed later",
      async (copy) => {
        copy.change(reviewKeys(sourceId, sealed.first).evidence, (value) => {
          value.sealedAt = "2027-03-01T00:00:00Z";
        });
        await copy.reseal(sealed.first);
      },
      /before .*evidence.json of 2027-03-01/,
    ],
  ])("names %s", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("times", () => {
  const at = "2020-01-01T00:00:00Z";
  it.each<Attack>([
    [
      "a seal before its outcomes",
      evidence((value) => Object.assign(value, { sealedAt: at })),
      /evidence.json is of 2020/,
    ],
    [
      "a seal in the future",
      evidence((value) => Object.assign(value, { sealedAt: "2099-01-01T00:00:00Z" })),
      /in the future/,
    ],
    ["a seal without a time", evidence((value) => Object.assign(value, { sealedAt: "yesterday" })), /is not evidence/],
    ["an outcome before its intent", outcome((value) => Object.assign(value, { at })), /outcome.json is of 2020/],
    [
      "a read before its intent",
      outcome((value) => Object.assign(value, { verifiedAt: at })),
      /verifiedAt\) is of 2020/,
    ],
    ["an intent before its plan", intent((value) => Object.assign(value, { at })), /intent.json is of 2020/],
    ["a plan before its snapshot", inPlan((value) => Object.assign(value, { createdAt: at })), /plan.json is of 2020/],
    [
      "a plan after its removals",
      inPlan((value) => Object.assign(value, { createdAt: "2027-01-01T00:00:00Z" })),
      /before .*plan.json/,
    ],
    [
      "a snapshot after its plan",
      snapshot((value) => Object.assign(value, { takenAt: "2027-01-01T00:00:00Z" })),
      /before .*takenAt/,
    ],
    [
      "a snapshot that ended before it began",
      snapshot((value) => Object.assign(value, { startedAt: "2027-01-01T00:00:00Z" })),
      /before .*startedAt/,
    ],
    [
      "an intent without a time",
      intent((value) => Object.assign(value, { at: null })),
      /has no time|cannot be checked/,
    ],
    [
      "an outcome with a word for a time",
      outcome((value) => Object.assign(value, { at: "then" })),
      /has no time|cannot be checked/,
    ],
  ])("are in order: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("a review that could remove nothing", () => {
  it.each<Attack>([
    [
      "mode report",
      evidence((value) => Object.assign(value, { mode: "report" })),
      /the mode is report, and \d+ removals/,
    ],
    [
      "an incomplete snapshot",
      snapshot((value) => {
        value.complete = false;
        value.checks[0].passed = false;
      }),
      /the snapshot is incomplete, and there are 1 plans and \d+ receipts/,
    ],
    [
      "a check that failed, in a complete snapshot",
      snapshot((value) => Object.assign(value.checks[1], { passed: false })),
      /the checks say otherwise/,
    ],
    ["no check at all", snapshot((value) => Object.assign(value, { checks: [] })), /the checks say otherwise/],
    [
      "incomplete without a check that failed",
      snapshot((value) => Object.assign(value, { complete: false })),
      /no check failed/,
    ],
  ])("did not remove: %s", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("an approval", () => {
  const approve = (name: string, value: unknown) => (copy: Copy) =>
    copy.plant(`${keys.root}approvals/${name}.json`, typeof value === "string" ? value : `${JSON.stringify(value)}\n`);
  const planHash = (copy: Copy): string => copy.read(inAssessment(plan)).planHash;
  const whole = (hash: string) => ({
    formatVersion: 1,
    planHash: hash,
    by: "Lin",
    reason: "seen",
    at: "2026-12-30T02:00:00Z",
  });
  it.each<Attack>([
    ["of another plan", approve("0".repeat(64), whole("0".repeat(64))), /is no approval of a plan/],
    [
      "under another plan's name",
      (copy) => approve("0".repeat(64), whole(planHash(copy)))(copy),
      /is no approval of a plan/,
    ],
    ["that is no JSON", (copy) => approve(planHash(copy), "approved")(copy), /approvals\/.* is not JSON/],
    ["that says nothing", (copy) => approve(planHash(copy), {})(copy), /is no approval of a plan/],
    [
      "by nobody",
      (copy) => approve(planHash(copy), { ...whole(planHash(copy)), by: " " })(copy),
      /is no approval of a plan/,
    ],
    [
      "at no time",
      (copy) => approve(planHash(copy), { ...whole(planHash(copy)), at: 1 })(copy),
      /is no approval of a plan/,
    ],
    [
      "from before its plan",
      (copy) => approve(planHash(copy), { ...whole(planHash(copy)), at: "2026-01-01T00:00:00Z" })(copy),
      /is of 2026-01-01/,
    ],
  ])("is found out: %s", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("a grant", () => {
  const other = "7000000000000000001";
  const grants = (change: (lines: Json[]) => unknown) => (copy: Copy) => {
    const [{ key }] = copy.read(keys.snapshot).parts;
    copy.changeLines(key, change);
  };
  const lineOf = (lines: Json[], id: string): Json => lines.find((line) => line.id === id);
  it.each<Attack>([
    [
      "of an intent that is somebody else's",
      intent((value) => Object.assign(value.grant.holder, { id: other })),
      /id is not of its holder and role/,
    ],
    [
      "of an intent with another role",
      intent((value) => Object.assign(value.grant.role, { id: other })),
      /id is not of its holder and role/,
    ],
    [
      "of an intent with another id",
      intent((value) => {
        value.grant.holder.id = other;
        value.grant.id = grantId(sourceId, other, value.grant.role.id);
      }),
      /is no receipt of that grant/,
    ],
    [
      "of an intent with wider scopes",
      intent((value) =>
        Object.assign(value.grant, { scopes: [[{ dimension: "department", ids: ["all"], names: [null] }]] }),
      ),
      /is not as the snapshot shows it/,
    ],
    [
      "of an intent with another status",
      intent((value) => Object.assign(value.grant.holder, { status: "active" })),
      /is not as the snapshot shows it/,
    ],
    [
      "of an intent of another source",
      intent((value) => Object.assign(value.grant, { source: "cloud" })),
      /is not as the snapshot shows it/,
    ],
    [
      "of the snapshot that is somebody else's",
      grants((lines) => Object.assign(lines[0].holder, { id: other })),
      /have an id that is not of their holder and role/,
    ],
    [
      "of the snapshot with another status",
      grants((lines) => Object.assign(lineOf(lines, revoked).holder, { status: "active" })),
      /was not seen as the snapshot shows it/,
    ],
    [
      "of another source",
      grants((lines) => Object.assign(lines[0], { source: "cloud" })),
      /are of another source or provider/,
    ],
    [
      "that vanished from the parts",
      grants((lines) =>
        lines.splice(
          lines.findIndex(({ id }) => id !== revoked && id !== held),
          1,
        ),
      ),
      /snapshot.json says \d+ grants/,
    ],
    ["that is listed twice", grants((lines) => lines.splice(1, 0, lines[0])), /is listed twice/],
    ["out of its place", grants((lines) => lines.reverse()), /is listed after a greater id/],
  ])("is what the snapshot shows: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("the population", () => {
  const isHeld = ({ holders }: Json): boolean => holders > 0;
  it.each<Attack>([
    ["grants", snapshot((value) => value.population.grants++), /says \d+ grants, its objects say/],
    ["holders", snapshot((value) => value.population.holders--), /says \d+ holders, its objects say/],
    ["roles", snapshot((value) => value.population.roles++), /says \d+ roles, its objects say/],
    ["grants of a part", snapshot((value) => value.parts[0].grants++), /says \d+ grants, its objects say/],
    ["calls", snapshot((value) => value.reads[0].calls++), /does not say of the call/],
    ["items that were read", snapshot((value) => value.reads[0].items--), /does not say of the call/],
    ["a call that was left out", snapshot((value) => value.reads.shift()), /does not say of the call/],
    [
      "a role under another code",
      (copy) => copy.changeLines(keys.roles, (lines) => Object.assign(lines.find(isHeld), { code: "reader" })),
      /gives role .* another code or name than its grants do/,
    ],
    [
      "a role under another name",
      (copy) => copy.changeLines(keys.roles, (lines) => Object.assign(lines.find(isHeld).name, { zh: "只读" })),
      /gives role .* another code or name than its grants do/,
    ],
    [
      "one grant whose role has another code",
      (copy) =>
        copy.changeLines(copy.read(keys.snapshot).parts[0].key, (lines) =>
          Object.assign(lines[0].role, { code: "reader" }),
        ),
      /gives role .* another code or name than its grants do/,
    ],
    [
      "lines of reads.jsonl.gz",
      (copy) => copy.changeLines(keys.reads, (lines) => lines.pop()),
      /does not say of the call/,
    ],
    [
      "grants that a page showed",
      (copy) =>
        copy.changeLines(keys.reads, (lines) => {
          lines.find((line) => line.grants > 0).grants--;
        }),
      /the pages showed \d+ grants as reads\.jsonl\.gz says, and the snapshot says \d+ of them/,
    ],
    [
      "pages",
      (copy) =>
        copy.changeLines(keys.reads, (lines) => {
          for (const line of lines) delete line.grants;
        }),
      /the pages showed 0 grants as reads\.jsonl\.gz says/,
    ],
    ["a role that was left out", (copy) => copy.changeLines(keys.roles, (lines) => lines.pop()), /says \d+ roles/],
    ["holders of a role", (copy) => copy.changeLines(keys.roles, (lines) => lines[0].holders++), /hold role/],
    ["the plan's", inPlan((value) => value.population.grants++), /does not have the population/],
  ])("is that of parts, reads and roles: another number of %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("an item of the plan", () => {
  const itemOf = (value: Plan, id: string): Json => value.items.find(({ grantId: each }) => each === id);
  it.each<Attack>([
    [
      "of a grant that nobody holds",
      inPlan((value) => value.items.push({ ...value.items.at(-1), grantId: "f".repeat(16) })),
      /the snapshot does not list it/,
    ],
    [
      "of somebody else",
      inPlan((value) => Object.assign(itemOf(value, held), { holderId: "7" })),
      /the id of item .* is not of its holder/,
    ],
    [
      "seen otherwise",
      inPlan((value) => Object.assign(itemOf(value, held), { seen: "0".repeat(64) })),
      /was not seen as the snapshot shows it/,
    ],
    [
      "without a finding",
      (copy) =>
        copy.changeLines(inAssessment(findings), (lines) =>
          lines.splice(
            lines.findIndex((line) => line.grantId === revoked),
            1,
          ),
        ),
      /by rule .*, and no finding says so/,
    ],
    [
      "by another rule",
      inPlan((value) => Object.assign(itemOf(value, held), { rules: ["no-such-rule"] })),
      /and no finding says so/,
    ],
    [
      "that lost its hold",
      inPlan((value) => Object.assign(itemOf(value, held), { hold: null })),
      /disagree on what holds it back/,
    ],
    [
      "that was left out",
      inPlan((value) => value.items.splice(value.items.indexOf(itemOf(value, held)), 1)),
      /and no item says what became of that/,
    ],
    ["out of its place", inPlan((value) => value.items.reverse()), /does not come in the order of ids/],
    [
      "before its time",
      inPlan((value) => Object.assign(itemOf(value, revoked), { notBefore: "2099-01-01T00:00:00Z" })),
      /came before its time/,
    ],
    [
      "stopped by a brake that its items do not trip",
      inPlan((value) =>
        Object.assign(value, { brake: { tripped: true, limits: [{ name: "maxExpiries", limit: 1, actual: 99 }] } }),
      ),
      /trip other limits/,
    ],
    [
      "under a policy whose brake it trips",
      (copy) => copy.change(inAssessment(policy), (value) => Object.assign(value.guard, { maxExpiries: 1 })),
      /trip other limits/,
    ],
    [
      "by a rule that the policy has otherwise",
      (copy) => copy.change(inAssessment(policy), (value) => Object.assign(value.rules[0].reason, { en: "No reason" })),
      /not as the policy has that rule/,
    ],
    [
      "by a finding with other words",
      (copy) => copy.changeLines(inAssessment(findings), (lines) => Object.assign(lines[0].reason, { zh: "无" })),
      /not as the policy has that rule/,
    ],
  ])("has its reason: one %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("a plan", () => {
  it.each([
    ["snapshotSha256", "was made from another snapshot.json"],
    ["policySha256", "was made under another policy"],
    ["decisionsSha256", "was made from other decisions"],
    ["planHash", "its planHash is not that of its contents"],
  ])("is bound to what it was made of: another %s is found", async (name, said) => {
    const copy = copyReviews(sealed);
    copy.change(inAssessment(plan), (value) => Object.assign(value, { [name]: "0".repeat(64) }));
    copy.relist(sealed.second);
    expect((await copy.faults(sealed.second)).join("\n")).toContain(said);
  });
});

describe("receipts", () => {
  const planted = (copy: Copy, file: string, like: string, change: (value: Json) => unknown): void => {
    copy.plant(file, readFileSync(copy.path(like)));
    copy.change(file, change);
  };
  it.each<Attack>([
    [
      "an intent under another grant's name",
      (copy) => copy.rename(keys.intent(revoked), keys.intent("0".repeat(16))),
      /is no receipt of that grant/,
    ],
    [
      "an outcome under another grant's name",
      (copy) => copy.rename(keys.outcome(revoked), keys.outcome("0".repeat(16))),
      /is no receipt of that grant/,
    ],
    [
      "an outcome that no contract has",
      outcome((value) => Object.assign(value, { outcome: "kept" })),
      /is no receipt of that grant/,
    ],
    [
      "a removal that no read confirmed",
      outcome((value) => Object.assign(value, { verifiedAt: null })),
      /no read confirmed it/,
    ],
    ["an outcome without an intent", (copy) => copy.remove(keys.intent(revoked)), /is revoked without an intent/],
    ["an intent without an outcome", (copy) => copy.remove(keys.outcome(revoked)), /has an intent without an outcome/],
    [
      "an outcome of another plan",
      outcome((value) => Object.assign(value, { planHash: "0".repeat(64) })),
      /names no plan of this review/,
    ],
    [
      "an outcome of a held item",
      (copy) =>
        planted(copy, keys.outcome(held), keys.outcome(revoked), (value) => Object.assign(value, { grantId: held })),
      /of an item that the plan holds/,
    ],
    ["a receipt that is no JSON", (copy) => copy.write(keys.outcome(revoked), "revoked"), /is not JSON/],
    [
      "a receipt that is a list",
      (copy) => copy.write(keys.outcome(revoked), "[]\n"),
      /is no receipt of that grant|cannot be checked/,
    ],
    ["an intent without its grant", intent((value) => delete value.grant), /cannot be checked/],
  ])("are of the plan's grants: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("what the evidence says", () => {
  it.each<Attack>([
    ["a balance of more", evidence((value) => value.balance.revoked++), /the balance says revoked/],
    ["a balance of less", evidence((value) => value.balance.held--), /the balance says held/],
    [
      "a balance that does not close",
      evidence((value) => Object.assign(value.balance, { balanced: false })),
      /the balance says balanced false/,
    ],
    [
      "a revocation that was left out",
      evidence((value) => value.revocations.pop()),
      /another revocation than its objects do/,
    ],
    [
      "a revocation that never was",
      evidence((value) =>
        value.revocations.push({ grantId: "f".repeat(16), review: sealed.second, at: "2026-12-30T02:00:00Z" }),
      ),
      /another revocation than its objects do/,
    ],
    [
      "a revocation of another time",
      evidence((value) => Object.assign(value.revocations[0], { at: "2026-01-01T00:00:00Z" })),
      /another revocation than its objects do/,
    ],
    [
      "a put-back that never was",
      evidence((value) => value.restored.push({ grantId: revoked, review: sealed.first, at: "2026-11-30T02:00:00Z" })),
      /and no receipt says so/,
    ],
  ])("is what its objects say: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(tamper)).toMatch(said);
  });
});

describe("a put-back between two reviews", () => {
  it("stands in the later evidence: one that is left out, or of another time, is found", async () => {
    const life = await openLife({ people: 150, onDisk: true });
    const first = await runReview(life);
    const { add } = await restoreGrants(life.stageOf(first), {});
    await daysPass(life, 1);
    await restoreGrants(life.stageOf(first), { grants: [add![0]!], by: "Lin", reason: "a mistake" });
    await daysPass(life, 80);
    const second = await runReview(life);
    const { evidence: key } = reviewKeys(sourceId, second);
    const faultsOf = async (change: (value: Json) => unknown): Promise<string> => {
      const copy = copyReviews({ root: rootOf(life), first, second, nowMs: life.clock.now(), life });
      copy.change(key, change);
      return (await copy.faults(second)).join("\n");
    };
    expect(await faultsOf(() => {})).toBe("");
    expect(await faultsOf((value) => value.restored.pop())).toContain(`does not say that grant ${add![0]} of ${first}`);
    const later = (value: Json) => Object.assign(value.restored[0], { at: "2026-11-01T00:00:00Z" });
    expect(await faultsOf(later)).toContain("and no receipt says so");
  });
});

describe("an object", () => {
  it.each<Attack>([
    [
      "a receipt deeper in the folder",
      (copy) => copy.plant(`${keys.receipts}old/receipts/0123456789abcdef.restored.json`, "{}"),
      /restored.json is foreign/,
    ],
    [
      "a put-back of a grant that nobody removed",
      (copy) =>
        copy.plant(
          keys.restored(held),
          JSON.stringify({ grantId: held, review: sealed.second, at: "2027-01-01T00:00:00Z" }),
        ),
      /is no receipt of that grant/,
    ],
    [
      "a message deeper in the folder",
      (copy) => copy.plant(`${keys.root}grants/messages/ended-00000000.intent.json`, "{}"),
      /is foreign/,
    ],
    ["a message that never ends", (copy) => copy.plant(`${keys.messages}ended-later.intent.json`, "{}"), /is foreign/],
    ["a file of any name", (copy) => copy.plant(`${keys.root}read-me.txt`, "all is well"), /read-me.txt is foreign/],
  ])("that the evidence does not list is found: %s", async (_what, tamper, said) => {
    const copy = copyReviews(sealed);
    await tamper(copy);
    expect((await copy.faults(sealed.second)).join("\n")).toMatch(said);
  });

  it.each<Attack>([
    ["twice", evidence((value) => value.objects.push(value.objects[0])), /is listed twice/],
    [
      "of another review",
      evidence((value) =>
        value.objects.push({ key: `reviews/${sourceId}/${sealed.first}/snapshot.json`, sha256: "0" }),
      ),
      /is no object of this review/,
    ],
    [
      "outside of the store",
      evidence((value) => value.objects.push({ key: "../../etc/passwd", sha256: "0" })),
      /is no object of this review/,
    ],
    [
      "among the messages of the end",
      evidence((value) => Object.assign(value, { endMessages: [{ key: keys.snapshot, sha256: "0" }] })),
      /is listed among the records/,
    ],
    [
      "among the retired reviews",
      evidence((value) => Object.assign(value, { retiredReviews: [{ key: keys.snapshot, sha256: "0" }] })),
      /is listed among the records/,
    ],
  ])("is listed once, and is of the review: one %s is found", async (_what, tamper, said) => {
    const copy = copyReviews(sealed);
    await tamper(copy);
    expect((await copy.faults(sealed.second)).join("\n")).toMatch(said);
  });

  it.each<[string, (copy: Copy) => string]>([
    ["evidence.json", () => keys.evidence],
    ["snapshot.json", () => keys.snapshot],
    ["plan.json", () => inAssessment(plan)],
    ["a receipt", () => keys.outcome(revoked)],
  ])("says nothing twice: a name that stands twice in %s is found", async (_what, keyOf) => {
    const copy = copyReviews(sealed);
    const key = keyOf(copy);
    const text = readFileSync(copy.path(key), "utf8");
    // Other spaces are no fault; a second name is, wherever it stands.
    copy.write(key, text.replace('"formatVersion": 1,', '"formatVersion": 1, "formatVersion": 1,'));
    if (key !== keys.evidence) copy.relist(sealed.second);
    expect((await copy.faults(sealed.second)).join("\n")).toContain(`${key} says something twice`);
  });

  it("says nothing twice: a name that stands twice in a line of the grants is found", async () => {
    expect(
      await faultsAfter((copy) => {
        const [{ key }] = copy.read(keys.snapshot).parts;
        copy.changeText(key, (text) => text.replace('"removable":', '"removable":false,"removable":'));
      }),
    ).toContain("says something twice");
  });

  it("that is damaged under a hash that was put right is named, and what it bears out is not believed", async () => {
    for (const key of [keys.roles, keys.reads]) {
      expect(await faultsAfter((copy) => copy.write(key, "no gzip"))).toContain(`${key} is not readable`);
    }
  });

  it("is named with all others: every fault at once", async () => {
    const faults = await faultsAfter((copy) => {
      evidence((value) => value.balance.revoked++)(copy);
      snapshot((value) => value.population.roles++)(copy);
      copy.remove(keys.outcome(revoked));
    });
    expect(faults.split("\n").length).toBeGreaterThanOrEqual(3);
  });
});
