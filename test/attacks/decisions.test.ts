import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { isoInstant } from "../../functions/basics/time.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { decidedGrants } from "../../functions/ledger/decided-grants.ts";
import type { RecordedDecision } from "../../functions/ledger/decisions.ts";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { decisionsPrefix, reviewKeys } from "../../functions/review/keys.ts";
import type { PersonLine } from "../../functions/review/people/person.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { BadDecisionFile } from "../../functions/review/rules/decided.ts";
import { parseDecisions } from "../../functions/review/rules/decision-file.ts";
import { valid } from "../config/valid.ts";
import { decide, someReviewer } from "../review-life/decide.ts";
import { daysPass, endLives, type Life, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { planReview, runReview, stagesOf } from "../review-life/run-review.ts";

afterEach(endLives);

type Listed = { grant_id: string; holder_id: string; holder_email: string; reviewer_id: string };
type Claim = Partial<Record<"decision" | "until" | "reviewer" | "reason" | "decided_at", string>>;

const columns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"] as const;
const dayMs = 86_400_000;

/** A review of a small company, and ways to claim that somebody decided. */
async function claimedLife(change: (life: Life) => void = () => {}) {
  const life = await openLife({ people: 200, onDisk: true });
  change(life);
  const { review } = await planReview(life);
  const csv = (await life.store.get(reviewKeys(sourceId, review).assessment("0001").csv))!;
  const grants = (parse(new TextDecoder().decode(csv.body), { columns: true, bom: true }) as Listed[]).map((grant) => ({
    ...grant,
    grant_id: grant.grant_id.replace(/^'/, ""),
  }));
  const routed = grants.filter(({ reviewer_id, holder_email }) => reviewer_id !== "" && holder_email !== "");
  const instant = (ms: number): string => new Date(ms).toISOString();
  const lineOf = (grant: Listed, claim: Claim): string => {
    const now = life.clock.now();
    const cells = {
      review,
      grant_id: grant.grant_id,
      decision: "keep",
      until: claim.decision === "revoke" ? "" : instant(now + 100 * dayMs),
      reviewer: grant.reviewer_id,
      reason: "needed",
      decided_at: instant(now),
      ...claim,
    };
    return columns.map((name) => JSON.stringify(cells[name])).join(",");
  };
  const handIn = async (name: string, ...lines: string[]): Promise<string> => {
    const key = `${decisionsPrefix(sourceId)}${name}.csv`;
    await life.store.create(key, new TextEncoder().encode(`${[columns.join(","), ...lines].join("\n")}\n`));
    return key;
  };
  return { life, review, routed, lineOf, handIn, instant };
}

/** The decisions, and bad files, as a further assessment records them. */
async function recordedIn(life: Life, review: string) {
  const { assessment } = await stagesOf(life, review).assess();
  const stored = await life.store.get(reviewKeys(sourceId, review).assessment(String(assessment)).decisions);
  const lines = new TextDecoder().decode(stored!.body).split("\n");
  const all = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedDecision & BadDecisionFile);
  return {
    of: (grant: Listed): RecordedDecision =>
      all.find(({ grantId }) => grantId === grant.grant_id) ?? expect.fail("not recorded"),
    badFiles: all.filter(({ grantId }) => grantId === undefined).map(({ file, fault }) => ({ file, fault })),
  };
}

describe("a name in a file of decisions", () => {
  it("is a claim: beside what it decides stands whether the person is known, and is who was asked", async () => {
    const { life, review, routed, lineOf, handIn } = await claimedLife();
    const [asked, another, stranger, own, hidden] = routed;
    const other = routed.find(({ reviewer_id }) => ![another!.holder_id, another!.reviewer_id].includes(reviewer_id))!;
    await handIn("asked", lineOf(asked!, {}));
    await handIn("another", lineOf(another!, { reviewer: other.reviewer_id }));
    await handIn("stranger", lineOf(stranger!, { reviewer: "nobody@example.com" }));
    await handIn("own", lineOf(own!, { reviewer: `Somebody <mailto:${own!.holder_email.toUpperCase()}>` }));
    await handIn("hidden", lineOf(hidden!, { reviewer: `\u202e${hidden!.holder_id}\u200b` }));
    const recorded = await recordedIn(life, review);
    expect(recorded.of(asked!)).toMatchObject({ fault: null, provenBy: null, decidedAs: ["claimed"] });
    expect(recorded.of(another!)).toMatchObject({ fault: null, decidedAs: ["claimed", "decided-by-another"] });
    expect(recorded.of(stranger!)).toMatchObject({ fault: "unknown reviewer" });
    expect(recorded.of(own!).fault).toContain("nobody decides on their own");
    expect(recorded.of(hidden!).fault).toContain("nobody decides on their own");
  });

  it("counts as that of an unknown reviewer where nobody is asked to decide", async () => {
    const { life, review, routed, lineOf, handIn } = await claimedLife();
    life.config.sources[0]!.reviewers = null;
    await handIn("stranger", lineOf(routed[0]!, { reviewer: "nobody@example.com" }));
    const recorded = await recordedIn(life, review);
    expect(recorded.of(routed[0]!)).toMatchObject({ fault: null, decidedAs: ["claimed", "unknown reviewer"] });
  });

  it("does not count where its person holds the grant by another employment, whose id or e-mail it is", async () => {
    const { life, review, routed } = await claimedLife(({ config }) => {
      config.authority = { source: sourceId, match: ["email"] };
    });
    const { store } = life;
    const [own, beside] = routed;
    const { people } = (await loadSnapshot({ store, sourceId, review }))!.snapshot;
    const lines: PersonLine[] = [];
    for await (const line of store.readLines<PersonLine>(people!.key)) lines.push(line);
    const holder = lines.find(({ id }) => id === own!.holder_id)!;
    const other = { ...holder, id: "6888000000000000001", keys: { email: "other.employment@example.com" } };
    const body = gzipSync([...lines, other].map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { snapshot } = reviewKeys(sourceId, review);
    const manifest = (await store.getJson<Snapshot>(snapshot))!;
    manifest.people = { ...people!, sha256: sha256(body) };
    for (const [key, value] of [[people!.key, body] as const, [snapshot, JSON.stringify(manifest)] as const]) {
      rmSync(join(rootOf(life), key));
      writeFileSync(join(rootOf(life), key), value);
    }
    const taken = async (reviewer: string, grant: Listed): Promise<string | null> => {
      const decision = {
        review,
        grantId: grant.grant_id,
        reviewer,
        decision: "keep" as const,
        until: null,
        reason: "-",
      };
      const decidedAt = isoInstant(life.clock.now());
      const decisions = [{ ...decision, decidedAt, provenBy: null }];
      const judging = { store, sourceId, policy: life.config.policy, reviewers: null };
      const { decided } = await decidedGrants(judging, { decisions, asOf: decidedAt });
      return decided[0]!.judgement.fault?.en ?? null;
    };
    for (const reviewer of [other.id, "Other.Employment@example.com", `<mailto:${other.id}>`]) {
      expect(await taken(reviewer, own!)).toContain("nobody decides on their own");
      expect(await taken(reviewer, beside!)).toBeNull();
    }
  });

  it("counts for nothing by policy.decisions where somebody else is asked, or where nobody signed in", async () => {
    const { life, review, routed, lineOf, handIn } = await claimedLife();
    const [asked, another] = routed;
    const other = routed.find(({ reviewer_id }) => ![another!.holder_id, another!.reviewer_id].includes(reviewer_id))!;
    await handIn("asked", lineOf(asked!, {}));
    await handIn("another", lineOf(another!, { reviewer: other.reviewer_id }));
    life.config.policy.decisions = "routed";
    const byRouting = await recordedIn(life, review);
    expect(byRouting.of(asked!).fault).toBeNull();
    expect(byRouting.of(another!).fault).toBe("not the reviewer");
    life.config.policy.decisions = "signed-in";
    const bySignIn = await recordedIn(life, review);
    expect(bySignIn.of(asked!).fault).toBe("not signed in");
    expect(bySignIn.of(another!).fault).toBe("not the reviewer");
  });

  it("cannot be that of whom nobody is asked for: policy.decisions needs reviewers", () => {
    const parsed = parseConfig(valid.replace("policy:", "policy:\n  decisions: routed"));
    expect("faults" in parsed && parsed.faults.map(({ key }) => key)).toEqual(["policy.decisions"]);
  });
});

describe("the time of a decision", () => {
  it("lies between the snapshot and now", async () => {
    const { life, review, routed, lineOf, handIn, instant } = await claimedLife();
    const [early, late] = routed;
    await handIn("early", lineOf(early!, { decided_at: instant(life.clock.now() - dayMs) }));
    await handIn("late", lineOf(late!, { decided_at: instant(life.clock.now() + dayMs) }));
    const recorded = await recordedIn(life, review);
    expect(recorded.of(early!).fault).toContain("before the review's snapshot");
    expect(recorded.of(late!).fault).toContain("in the future");
  });

  it("is not before the seal of its review, however it came into the folder, and whatever it says", async () => {
    const life = await openLife({ people: 200, onDisk: true });
    const first = await runReview(life);
    const { decisionFiles } = (await life.store.getJson<Evidence>(reviewKeys(sourceId, first).evidence))!;
    expect(decisionFiles).toEqual([]);
    const planted = life.sandbox.planted.decisions.find(({ purpose }) => purpose === "revoked")!;
    await decide(life, first, [{ ...planted, reviewer: someReviewer(life, planted.holderId) }]);
    await daysPass(life, 1);
    const { review, assessed } = await planReview(life);
    expect(assessed.findings).not.toHaveProperty("revoke-decision");
    const stored = await life.store.get(reviewKeys(sourceId, review).assessment("0001").decisions);
    expect(new TextDecoder().decode(stored!.body)).toContain("stored after its review was sealed");
  });
});

describe("a file of decisions", () => {
  it("is refused as a whole where two of its lines contradict each other", async () => {
    const { life, review, routed, lineOf, handIn } = await claimedLife();
    const [grant, beside] = routed;
    const twice = await handIn(
      "twice",
      lineOf(grant!, {}),
      lineOf(beside!, {}),
      lineOf(grant!, { decision: "revoke" }),
    );
    const recorded = await recordedIn(life, review);
    expect(recorded.badFiles).toEqual([{ file: twice, fault: expect.stringContaining("keep and revoke of the same") }]);
    expect(recorded.of(beside!).fault).toContain("cannot be understood");
  });

  it.each([
    ["10 MB", () => "x".repeat(10 * 1024 * 1024 + 1), "more than 10 MB"],
    ["100,000 lines", () => `${columns.join(",")}\n${"a,b,c,d,e,f,g\n".repeat(100_001)}`, "more than 100000 lines"],
    ["2,000 characters a cell", () => `${columns.join(",")}\na,b,c,d,e,${"f".repeat(2_001)},g\n`, "2000 characters"],
  ])("has at most %s", (_what, text, fault) => {
    const { decisions, faults } = parseDecisions(new TextEncoder().encode(text()), "d.csv", "Asia/Shanghai");
    expect(decisions).toEqual([]);
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });

  it("holds nothing up by a name that no store takes, or a link that leads nowhere", async () => {
    const { life, review, routed, lineOf, handIn } = await claimedLife();
    await handIn("asked", lineOf(routed[0]!, {}));
    symlinkSync(join(rootOf(life), "nowhere"), join(rootOf(life), decisionsPrefix(sourceId), "link.csv"));
    writeFileSync(join(rootOf(life), decisionsPrefix(sourceId), "line\nbreak.csv"), "");
    const recorded = await recordedIn(life, review);
    expect(recorded.of(routed[0]!).fault).toBeNull();
    expect(recorded.badFiles.map(({ fault }) => fault)).toEqual([
      expect.stringContaining("no file of that name"),
      expect.stringContaining("no file of that name"),
    ]);
  });
});
