import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createMoments } from "../../functions/report/words/moments.ts";
import { historyTexts } from "../../functions/report/words/row-words.ts";
import { phrasesOf } from "../../functions/report/words/words.ts";
import { decisionsPrefix, reviewKeys } from "../../functions/review/keys.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { listedIn } from "../report/written-report.ts";
import { decide, someReviewer } from "./decide.ts";
import { endLives, type Life, openLife, rootOf, sourceId } from "./open-life.ts";
import { goneSince, outcomeOf, planOf, planReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const header = "review,grant_id,decision,until,reviewer,reason,decided_at";

/** Puts a file among the decisions as somebody does who has no `decide`. */
async function handIn({ store }: Life, name: string, text: string): Promise<string> {
  const key = `${decisionsPrefix(sourceId)}${name}`;
  await store.create(key, new TextEncoder().encode(text));
  return key;
}

const textOf = async ({ store }: Life, key: string): Promise<string> =>
  new TextDecoder().decode((await store.get(key))?.body);

const pairOf = ({ holderId, roleId }: Pair): Pair => ({ holderId, roleId });

/** A life whose plan has items that nothing holds and that are due, one of them by a reviewer's revoke. */
async function plannedLife() {
  const life = await openLife({ people: 400, onDisk: true });
  const before = life.sandbox.grants();
  const { review } = await planReview(life);
  const revoked = life.sandbox.planted.decisions.find(({ purpose }) => purpose === "revoked") ?? expect.fail("none");
  await decide(life, review, [revoked]);
  const due = (await planOf(life, review)).items.filter(({ hold }) => hold === null);
  return { life, before, review, revoked: pairOf(revoked), due };
}

describe("a file among the decisions that cannot be understood", () => {
  it("leaves every grant alone where no line of it can be read, and the others' decisions count", async () => {
    const { life, before, review } = await plannedLife();
    const key = await handIn(life, "0-bad.csv", "\u0000\u0001 no decisions at all");
    const stages = stagesOf(life, review);
    const assessed = await stages.assess();
    const { items, assessment } = await planOf(life, review);
    expect(assessed).toMatchObject({ status: "done", badDecisionFiles: 1 });
    expect(assessed.decisionFaults).toEqual([expect.stringContaining(`${key}:1: the file is no text`)]);
    // The revoke of the good file asks for its removal; the bad file holds it.
    expect(assessed.findings).toMatchObject({ "revoke-decision": 1 });
    expect(items.filter(({ hold }) => hold === null)).toEqual([]);
    expect(items.filter(({ hold }) => hold?.detail.endsWith(key))).toHaveLength(Number(assessed.leftForBadFiles));
    expect(assessed.leftForBadFiles).toBeGreaterThan(0);
    expect(await stages.expire()).not.toHaveProperty("revoked");
    expect(goneSince(before, life)).toEqual([]);
    const keys = reviewKeys(sourceId, review).assessment(assessment);
    const lines = (await textOf(life, keys.decisions)).trim().split("\n");
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ file: key, fault: expect.stringContaining("no text") });
    expect(await textOf(life, keys.html)).toContain(key);
    await stages.seal();
  });

  it.each([
    ["is a link in a circle", "0-bad.csv"],
    ["leads to what the disk refuses to read", "/proc/self/mem"],
  ])("leaves every grant alone where it %s, and the others' decisions count", async (_what, target) => {
    const { life, before, review } = await plannedLife();
    symlinkSync(target, join(rootOf(life), decisionsPrefix(sourceId), "0-bad.csv"));
    const stages = stagesOf(life, review);
    const assessed = await stages.assess();
    expect(assessed).toMatchObject({ status: "done", badDecisionFiles: 1, findings: { "revoke-decision": 1 } });
    expect(assessed.decisionFaults).toEqual([expect.stringContaining("0-bad.csv: there is no file of that name")]);
    expect((await planOf(life, review)).items.filter(({ hold }) => hold === null)).toEqual([]);
    expect(await stages.expire()).not.toHaveProperty("revoked");
    expect(goneSince(before, life)).toEqual([]);
    expect(await stages.seal()).toMatchObject({ status: "done" });
  });

  it.each(["0-bad.xlsm", "0-bad.xlsb", "0-bad.NUMBERS"])("is every workbook: %s", async (name) => {
    const { life, review } = await plannedLife();
    const key = await handIn(life, name, "PK\u0003\u0004");
    const assessed = await stagesOf(life, review).assess();
    expect(assessed).toMatchObject({ badDecisionFiles: 1 });
    expect(assessed.decisionFaults).toEqual([
      expect.stringContaining(`${key}:1: the file is a spreadsheet's own format`),
    ]);
  });

  it("leaves alone what its lines name, and no other grant; none of its lines counts", async () => {
    const { life, review, revoked, due } = await plannedLife();
    const [named, other] = due;
    if (!named || !other) expect.fail("too few are due");
    const line = `${review},${named.grantId},revoke,,r1,no longer needed,2026-01-01T00:00:00Z`;
    const bad = await handIn(life, "0-bad.csv", `${header}\n${line}\n${review},,revoke,,r1,which?,x\n`);
    const stages = stagesOf(life, review);
    const assessed = await stages.assess();
    expect(assessed).toMatchObject({ badDecisionFiles: 1, leftForBadFiles: 1 });
    expect(assessed.findings).toMatchObject({ "revoke-decision": 1 });
    const held = (await planOf(life, review)).items.find(({ grantId }) => grantId === named.grantId);
    const detail = `a decisions file that cannot be understood may speak of it: ${bad}`;
    const because = { code: "decisions-unread", figures: { file: bad } };
    expect(held?.hold).toEqual({ by: "decision", detail, because });
    await stages.expire();
    expect(await outcomeOf(life, review, named)).toBeFalsy();
    expect((await outcomeOf(life, review, other))?.outcome).toBe("revoked");
    expect((await outcomeOf(life, review, revoked))?.outcome).toBe("revoked");
    // Its faulty line does not count, and says which file it was in.
    const recorded = await textOf(life, reviewKeys(sourceId, review).assessment("0002").decisions);
    expect(recorded).toContain(`its file cannot be understood: ${bad}`);
  });

  it("leaves alone what a line with a fault names", async () => {
    const { life, review, due } = await plannedLife();
    const [named, other] = due;
    if (!named || !other) expect.fail("too few are due");
    const line = `${review},${named.grantId},keep,9.3.2027,r1,still needed,2026-01-01T00:00:00Z`;
    await handIn(life, "0-bad.csv", `${header}\n${line}\n`);
    const stages = stagesOf(life, review);
    expect(await stages.assess()).toMatchObject({ badDecisionFiles: 1, leftForBadFiles: 1 });
    await stages.expire();
    expect(await outcomeOf(life, review, named)).toBeFalsy();
    expect((await outcomeOf(life, review, other))?.outcome).toBe("revoked");
  });

  it("is one with a grant id that a spreadsheet made a number of, where no grant has these digits", async () => {
    const { life, review, due } = await plannedLife();
    const [named, other] = due;
    if (!named || !other) expect.fail("too few are due");
    const lines = [named.grantId, "7.00001E+59"].map((id) => `${review},${id},revoke,,r1,done,2026-01-01T00:00:00Z`);
    const key = await handIn(life, "0-bad.csv", [header, ...lines, ""].join("\n"));
    const assessed = await stagesOf(life, review).assess();
    expect(assessed).toMatchObject({ badDecisionFiles: 1, leftForBadFiles: 1 });
    expect(assessed.decisionFaults).toEqual([expect.stringMatching(`^${key}:3: grant_id is a number`)]);
  });

  it("that comes after the plan holds the removals all the same, and expire says so", async () => {
    const { life, before, review, due } = await plannedLife();
    const stages = stagesOf(life, review);
    await stages.assess();
    const key = await handIn(life, "0-bad.CSV", "nothing, at, all");
    const expired = await stages.expire();
    expect(expired).toMatchObject({ badDecisionFiles: 1, leftForBadFiles: expect.any(Number) });
    expect(expired.leftForBadFiles).toBeGreaterThanOrEqual(due.length);
    expect(expired.decisionFaults).toEqual([expect.stringContaining(key)]);
    expect(goneSince(before, life)).toEqual([]);
  });
});

describe("a file of decisions divided by tabs", () => {
  it("counts under a name of its own", async () => {
    const { life, review, due } = await plannedLife();
    const [named] = due;
    if (!named) expect.fail("nothing is due");
    const at = new Date(life.clock.now()).toISOString();
    const line = [review, named.grantId, "revoke", "", someReviewer(life, named.holderId), "no longer needed", at];
    await handIn(life, "0-good.tsv", `${header.replaceAll(",", "\t")}\n${line.join("\t")}\n`);
    const assessed = await stagesOf(life, review).assess();
    expect(assessed).not.toHaveProperty("badDecisionFiles");
    expect(assessed.findings).toMatchObject({ "revoke-decision": 2 });
  });
});

describe("a keep until a day", () => {
  it("is shown until that day in the plan, the findings and the report", async () => {
    const life = await openLife({ people: 400, onDisk: true });
    for (const rule of life.config.policy.rules) rule.overridable = true;
    const { review } = await planReview(life);
    const { grantId } = (await planOf(life, review)).items.find(({ hold }) => hold === null) ?? expect.fail("none");
    const day = new Date(life.clock.now() + 60 * 86_400_000).toISOString().slice(0, 10);
    const at = new Date(life.clock.now()).toISOString();
    const { holderId } = (await planOf(life, review)).items.find((item) => item.grantId === grantId)!;
    const reviewer = someReviewer(life, holderId);
    const line = `${review},${grantId},keep,${day.replaceAll("-", "/")},${reviewer},needed,${at}`;
    await handIn(life, "0-good.csv", `${header}\n${line}\n`);
    const assessed = await stagesOf(life, review).assess();
    expect(assessed).not.toHaveProperty("badDecisionFiles");
    const keys = reviewKeys(sourceId, review).assessment(String(assessed.assessment));
    const { hold } = (await planOf(life, review)).items.find((item) => item.grantId === grantId) ?? expect.fail("gone");
    expect(hold).toEqual({
      by: "decision",
      detail: expect.stringMatching(new RegExp(`until ${day}$`)),
      because: { code: "decision-holds", figures: { decidedAt: expect.any(String), until: day } },
    });
    expect(await textOf(life, keys.csv)).toContain(`until ${day}"`);
    const findings: Finding[] = [];
    for await (const finding of life.store.readLines<Finding>(keys.findings)) findings.push(finding);
    const told = findings
      .filter((finding) => finding.grantId === grantId)
      .map(({ suppressedBy }) => suppressedBy?.detail);
    expect(told).toContainEqual(expect.stringContaining(`kept until ${day}, `));
    const [row] = (await listedIn(await textOf(life, keys.html))).filter(({ grant }) => grant.id === grantId);
    const words = {
      language: "en",
      phrases: phrasesOf("en"),
      list: phrasesOf("en").list,
      moments: createMoments(life.config.policy.timezone),
      departmentNames: new Map<string, string>(),
    } as const;
    expect(historyTexts(row!, words).join("\n")).toContain(`until ${day} — needed`);
  });
});
