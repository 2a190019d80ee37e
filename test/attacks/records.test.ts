import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { retiredReviewsOf } from "../../functions/ledger/ledger.ts";
import { retiredReviewKey, reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import { type Attack, type Copy, copyReviews, faultsAfter, type Json, removeCopies } from "./sealed-reviews.ts";
import { sealToldReviews } from "./told-reviews.ts";

// Whoever may write the whole store changes, plants or takes away what is recorded beside plans and removals: who was told, who
// approved, who stopped or retired what, what a sweep did, how long leavers kept something. Every hash is put right again.

let sealed: Awaited<ReturnType<typeof sealToldReviews>>;
let keys: ReturnType<typeof reviewKeys>;

beforeAll(async () => {
  sealed = await sealToldReviews();
  keys = reviewKeys(sourceId, sealed.second);
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const messages = (copy: Copy, kind: RegExp): string[] =>
  copy.files(keys.messages).filter((file) => kind.test(file.slice(keys.messages.length)));
const intentOf = (copy: Copy, kind: RegExp): string =>
  messages(copy, kind).find((file) => file.endsWith(".intent.json"))!;
const inMessage = (kind: RegExp, change: (value: Json) => unknown) => (copy: Copy) =>
  copy.change(intentOf(copy, kind), change);
/** Plants a message of a held plan, of minutes after the plan, that says to be a reminder after so many days. */
const heldMessage =
  ({ hash, day }: { hash?: string; day?: number }) =>
  (copy: Copy) => {
    const value = copy.read(intentOf(copy, /^held-/)) as Json;
    const key = ["held", hash ?? planOfCopy(copy).planHash.slice(0, 16), ...(day ? [day] : []), value.channel].join(
      "-",
    );
    const uuid = sha256(`${sourceId}\n${sealed.second}\n${key}`).slice(0, 32);
    copy.plant(keys.messageIntent(key), JSON.stringify({ ...value, key, uuid }));
  };
const stops = `reviews/${sourceId}/stops/`;
const inEvidence = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.evidence, change);
const planOfCopy = (copy: Copy): Plan => copy.read(keys.assessment("0001").plan);

it("what nobody tampered with has no fault, told, approved, stopped, swept and retired as it was", async () => {
  expect(await faultsAfter(sealed, () => {})).toBe("");
  for (const review of [sealed.first, sealed.sweep]) expect(await copyReviews(sealed).faults(review)).toEqual([]);
});

describe("a message", () => {
  const acts = /^acts-/;
  const ended = /^ended-[0-9a-f]{8}\./;
  it.each<Attack>([
    [
      "under another key",
      inMessage(acts, (value) => Object.assign(value, { key: "acts-0123456789abcdef-01234567" })),
      /is no message of this review/,
    ],
    [
      "of another channel",
      inMessage(acts, (value) => Object.assign(value, { channel: "01234567" })),
      /is no message of this review/,
    ],
    [
      "under another uuid",
      inMessage(acts, (value) => Object.assign(value, { uuid: "0".repeat(32) })),
      /is no message of this review/,
    ],
    [
      "of no occasion",
      inMessage(acts, (value) => Object.assign(value, { occasion: "news" })),
      /is no message of this review/,
    ],
    [
      "from before the review",
      inMessage(acts, (value) => Object.assign(value, { at: "2026-01-01T00:00:00Z" })),
      /or not of this time/,
    ],
    [
      "that ended before it began",
      (copy) =>
        copy.change(intentOf(copy, acts).replace(".intent", ".outcome"), (value) =>
          Object.assign(value, { at: "2026-12-01T00:00:00Z" }),
        ),
      /or not of this time/,
    ],
    [
      "with an outcome that no contract has",
      (copy) =>
        copy.change(intentOf(copy, acts).replace(".intent", ".outcome"), (value) =>
          Object.assign(value, { outcome: "read" }),
        ),
      /is no message of this review/,
    ],
    [
      "of a held plan of another review",
      heldMessage({ hash: "0123456789abcdef" }),
      /held-0123456789abcdef-\w+.intent.json is no message/,
    ],
    [
      "that reminds of a held plan before it is due",
      heldMessage({ day: 1 }),
      /held-\w+-1-\w+.intent.json is no message/,
    ],
    [
      "of a held plan, on another occasion",
      inMessage(/^held-/, (value) => Object.assign(value, { occasion: "plan" })),
      /is no message of this review/,
    ],
    ["that ended, and nobody began", (copy) => copy.remove(intentOf(copy, acts)), /is no message of this review/],
    [
      "of an act that nobody recorded",
      inMessage(acts, (value) => Object.assign(value, { acts: ["stops/2026-12-01T000000Z-stop.json"] })),
      /tells of what is not recorded so \(stops/,
    ],
    [
      "that names somebody else than acted",
      inMessage(acts, (value) => {
        value.text.paragraphs = value.text.paragraphs.map((text: string) => text.replace(/Lin|Wang/, "He"));
      }),
      /tells of what is not recorded so/,
    ],
    [
      "of the end, with the hash of other evidence",
      inMessage(ended, (value) => {
        value.text.paragraphs = value.text.paragraphs.map((text: string) =>
          text.replace(/[0-9a-f]{8}-?[0-9a-f]{8}/, "0123456789abcdef"),
        );
      }),
      /tells of what is not recorded so/,
    ],
    [
      "of the end, from before it",
      inMessage(ended, (value) => Object.assign(value, { at: "2026-12-01T00:00:00Z" })),
      /or not of this time/,
    ],
    [
      "of an act after the end, planted for a plan that nobody approved",
      (copy) => {
        const from = intentOf(copy, acts);
        const key = "ended-acts-0123456789abcdef-01234567";
        copy.plant(
          keys.messageIntent(key),
          JSON.stringify({ ...copy.read(from), key, acts: [`${sealed.second}/approvals/${"0".repeat(64)}.json`] }),
        );
      },
      /ended-acts-0123456789abcdef-01234567.intent.json (is no message|tells of what)/,
    ],
    [
      "of an act after the end, planted with nothing in it",
      (copy) => copy.plant(keys.messageIntent("ended-acts-0123456789abcdef-01234567"), "{}\n"),
      /is no message of this review/,
    ],
    [
      "of the review before, planted since",
      (copy) =>
        copy.plant(
          reviewKeys(sourceId, sealed.sweep).messageIntent("ended-01234567"),
          JSON.stringify({ at: "2026-10-06T00:00:00Z" }),
        ),
      /was written before the review was sealed, and the evidence does not list it/,
    ],
  ])("is of its review and time, and tells what is recorded: one %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("an approval by two", () => {
  const approval = (change: (value: Json) => unknown) => (copy: Copy) =>
    copy.change(keys.approval(planOfCopy(copy).planHash), change);
  const verdict = (copy: Copy): string => copy.files(keys.verdicts(planOfCopy(copy).planHash))[0]!;
  it.each<Attack>([
    [
      "somebody else who approved first",
      approval((value) => Object.assign(value.approvedBy[0], { by: "He" })),
      /is no approval of a plan/,
    ],
    [
      "another reason of the first",
      approval((value) => Object.assign(value.approvedBy[0], { reason: "why not" })),
      /is no approval of a plan/,
    ],
    [
      "a verdict under somebody else's name",
      (copy) => copy.change(verdict(copy), (value) => Object.assign(value, { by: "He" })),
      /is no approval of a plan/,
    ],
    [
      "a verdict that says the reverse of its name",
      (copy) => copy.change(verdict(copy), (value) => Object.assign(value, { verdict: "refuse" })),
      /is no approval of a plan/,
    ],
    [
      "a refusal that came before",
      (copy) => {
        const value = copy.read(verdict(copy));
        copy.plant(verdict(copy).replace("approve-", "refuse-"), JSON.stringify({ ...value, verdict: "refuse" }));
      },
      /refused the plan before it was approved/,
    ],
    [
      "names alone, where only decisions of people who signed in count",
      (copy) =>
        copy.change(keys.assessment("0001").policy, (value) => Object.assign(value, { decisions: "signed-in" })),
      /is no approval of a plan/,
    ],
  ])("is by those who approved: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("a record beside the reviews", () => {
  const relisted = (list: "stops" | "retiredReviews", key: string) => async (copy: Copy) => {
    const { sha256 } = await import("../../functions/basics/hash.ts");
    const { readFileSync } = await import("node:fs");
    inEvidence((value) => {
      const hash = sha256(readFileSync(copy.path(key)));
      const known = value[list].find((each: Json) => each.key === key);
      if (known) known.sha256 = hash;
      else value[list].push({ key, sha256: hash });
    })(copy);
  };
  it("says what its name says: a stop that is called a resume is found", async () => {
    const said = await faultsAfter(sealed, async (copy) => {
      const key = copy.files(stops).find((file) => file.endsWith("-stop.json"))!;
      copy.change(key, (value) => Object.assign(value, { kind: "resume" }));
      await relisted("stops", key)(copy);
    });
    expect(said).toMatch(/does not say what its name says/);
  });

  it("retires no review but one of the future: a sealed review does not vanish by a file", async () => {
    const copy = copyReviews(sealed);
    const key = retiredReviewKey(sourceId, sealed.first);
    const at = "2026-12-30T00:00:00Z";
    copy.plant(
      key,
      JSON.stringify({ formatVersion: 1, source: sourceId, review: sealed.first, by: "Lin", reason: "x", at }),
    );
    await relisted("retiredReviews", key)(copy);
    await copy.reseal(sealed.second);
    expect((await copy.faults(sealed.second)).join("\n")).toMatch(/did not lie in the future/);
    expect(await retiredReviewsOf(copy.store, sourceId)).toEqual(new Set([sealed.future]));
  });

  it("is no JSON and retires nothing, and keeps the source from nothing", async () => {
    const copy = copyReviews(sealed);
    copy.plant(retiredReviewKey(sourceId, sealed.second), "no JSON");
    expect(await retiredReviewsOf(copy.store, sourceId)).toEqual(new Set([sealed.future]));
  });
});

describe("what a sweep is said to have removed", () => {
  it.each<[string, (sealedSweep: string) => string]>([
    ["by a sweep that did not", (sweep) => sweep],
    ["by a sweep that never was", () => "2026-11-01T000000Z-sweep"],
    ["by a review", () => "2026-11-01T000000Z"],
  ])("it removed: a held grant that is said to be gone %s is found", async (_what, nameOf) => {
    const said = await faultsAfter(sealed, (copy) => {
      const { items } = planOfCopy(copy);
      const held = items.find(({ hold }) => hold !== null)!.grantId;
      const done = items.find(({ hold }) => hold === null)!.grantId;
      const value = copy.read(keys.outcome(done));
      const because = { code: "removed-by-sweep", figures: { sweep: nameOf(sealed.sweep) } };
      const { leaverHours: _, ...plain } = value;
      copy.plant(keys.outcome(held), JSON.stringify({ ...plain, grantId: held, outcome: "already-gone", because }));
    });
    expect(said).toMatch(/and nothing there says so/);
  });
});

describe("how long leavers kept something", () => {
  const outcomeWithHours = (copy: Copy): string =>
    copy
      .files(keys.receipts)
      .find((file) => file.endsWith(".outcome.json") && copy.read(file).leaverHours !== undefined)!;
  it.each<Attack>([
    [
      "fewer hours of one",
      (copy) => copy.change(outcomeWithHours(copy), (value) => Object.assign(value, { leaverHours: 1 })),
      /says that a leaver kept it for 1 hours/,
    ],
    [
      "none of one",
      (copy) => copy.change(outcomeWithHours(copy), (value) => delete value.leaverHours),
      /says that a leaver kept it for null hours/,
    ],
    [
      "other figures of all",
      inEvidence((value) => Object.assign(value.leavers, { late: 0, max: 1 })),
      /other figures than its receipts/,
    ],
    ["no figures", inEvidence((value) => delete value.leavers), /other figures than its receipts/],
  ])("follows from the last day and the read that proved it: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});
