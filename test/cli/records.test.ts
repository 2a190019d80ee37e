import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import { listedIn } from "../report/written-report.ts";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import { type CliRun, inGroups, jsonOf, reasons, runCli } from "./cli-process.ts";
import { leaverRule, makeFolder, openGuard } from "./reviewed-company.ts";

const waitingRule = { ...leaverRule, noticeDays: 7 };
const revokeRule = { ...leaverRule, id: "revoke-decision", when: "decision.revoke", overridable: true };

let sandbox: ServedSandbox;
let place: ReturnType<typeof makeFolder>;
/** What was there before anything was revoked, and the review that revoked it. */
let grants: Awaited<ReturnType<ServedSandbox["grants"]>>;
let sealed: { review: string; status: string; revoked: number; evidenceSha256: string };
let stopped: { run: CliRun; grants: number };

const cli = (...args: string[]): Promise<CliRun> => runCli(place, ...args);
const expectCode = ({ code, stderr }: CliRun, expected: number): void =>
  expect({ code, stderr }).toMatchObject({ code: expected });

beforeAll(async () => {
  sandbox = await serveSandbox({ people: 300, pace: 6_000 });
  place = makeFolder({ baseUrl: sandbox.url, source: { reviewers: { order: ["holder-hrbp", "manager"] } } });
  grants = await sandbox.grants();
  expectCode(await cli("stop", "--source", "people", ...reasons), 0);
  stopped = { run: await cli("review"), grants: (await sandbox.grants()).length };
  expectCode(await cli("resume", "--source", "people", ...reasons), 0);
  const [, review = ""] = / --review (\S+)/.exec(stopped.run.stdout) ?? [];
  sealed = jsonOf(await cli("review", "--review", review, "--json")).sources[0];
});
afterAll(async () => {
  place.remove();
  await sandbox.close();
});

describe("report", () => {
  const written = (file: string) => readFileSync(join(place.folder, file), "utf8");

  it("writes the report of a review to a file, and what is one reviewer's alone", async () => {
    const { review } = sealed;
    const whole = jsonOf(await cli("report", "--review", review, "--html", "whole.html", "--json"));
    expect(whole).toMatchObject({ command: "report", exitCode: 0, review, grants: grants.length });
    const folder = join(place.folder, "store", "reviews", "people", review, "assessments", "0001");
    const { reviewers } = JSON.parse(readFileSync(join(folder, "reviewers.json"), "utf8")) as WhoReviews;
    const { id, grants: theirs } = reviewers.find((each) => each.id !== null)!;
    const run = await cli("report", "--review", review, "--reviewer", id!, "--html", "theirs.html", "--json");
    expect(jsonOf(run)).toMatchObject({ exitCode: 0, grants: theirs, report: "theirs.html" });
    expect(written("whole.html")).toContain("Who reviews");
    expect(written("theirs.html")).toContain("is to review, and nothing else");
    expect((await listedIn(written("theirs.html"))).map(({ reviewer }) => reviewer?.id)).toEqual(
      Array.from({ length: theirs }, () => id),
    );
  });

  it("keeps it in the store where no file is named, and says so of somebody with nothing to review (2)", async () => {
    const run = await cli("report", "--review", sealed.review, "--reviewer", "nobody-at-all");
    expectCode(run, 2);
    expect(run.stderr).toContain("is nobody-at-all's to review");
    expect((await cli("report", "--review", sealed.review)).stdout).toMatch(/people.*report\.html/);
  });
});

describe("check", () => {
  it("passes with the apps as they should be", async () => {
    const run = await cli("check", "--json");
    expectCode(run, 0);
    expect(jsonOf(run).checks.map(({ call }: { call: string }) => call)).toContain("removeRoleAssign");
  });

  it("asks for no write while the source is stopped, not even of a grant that nobody has", async () => {
    const { removeRoleAssign: before } = (await sandbox.state()).calls;
    expect(before).toBeDefined();
    expectCode(await cli("stop", "--source", "people", ...reasons), 0);
    const run = await cli("check", "--json");
    expectCode(await cli("resume", "--source", "people", ...reasons), 0);
    expectCode(run, 0);
    expect(jsonOf(run).checks.map(({ call }: { call: string }) => call)).not.toContain("removeRoleAssign");
    expect(run.stderr).toContain("people: stopped");
    expect((await sandbox.state()).calls.removeRoleAssign).toEqual(before);
  });

  it("ends with the longest time between two reviews, a summary and the next step", async () => {
    const run = await cli("check");
    expectCode(run, 0);
    expect(run.stderr).toContain("people: checking");
    expect(run.stdout).toMatch(
      /at most 92 days between the beginnings of two reviews\n\d+ checks passed, none failed\. Next: npx access-review review\n$/,
    );
    expect(jsonOf(await cli("check", "--json")).longestGapDays).toBe(92);
  });

  it("names each reviewer's id that nobody has or whose owner has left, and where it is written", async () => {
    const held = new Set((await sandbox.grants()).map(({ holderId }) => holderId));
    const left = grants.find(({ holderId }) => !held.has(holderId))!.holderId;
    const reviewers = {
      order: ["role-owner", "fallback"],
      roleOwners: { hr_administrator: "6900000000000000001", hr_specialist_east: left },
      fallback: "6900000000000000002",
      delegates: [{ from: left, to: "6900000000000000001", until: "2099-12-31" }],
    };
    const wrong = makeFolder({ baseUrl: sandbox.url, source: { reviewers } });
    const run = await runCli(wrong, "check");
    wrong.remove();
    expectCode(run, 1);
    expect(run.stdout).toMatch(
      /missing people: reviewers\.roleOwners\.hr_administrator, reviewers\.delegates\[0\]\.to: nobody has the id 6900000000000000001/,
    );
    expect(run.stdout).toMatch(/missing people: reviewers\.fallback: nobody has the id 6900000000000000002/);
    expect(run.stdout).toContain(
      `missing people: reviewers.roleOwners.hr_specialist_east: ${left} has left, and decides on nothing`,
    );
    // Whoever has left may well be the one whom somebody decides for.
    expect(run.stdout).not.toContain("delegates[0].from");
    expect(run.stdout).toMatch(
      /3 of \d+ checks failed \(people\)\. Mend what is missing, then check again: npx access-review check/,
    );
  });

  it("names each role that the source does not have, and where it is written", async () => {
    const here = (await sandbox.grants())[0]!.holderId;
    const wrong = makeFolder({
      baseUrl: sandbox.url,
      source: {
        reviewers: { order: ["role-owner"], roleOwners: { hr_administrator: here, hr_administrater: here } },
      },
      guard: { ...openGuard, protectedRoles: ["hr_administrater", "payrol", "hr_administrator"] },
    });
    const run = await runCli(wrong, "check");
    wrong.remove();
    expectCode(run, 1);
    expect(run.stdout.split("\n").filter((line) => line.startsWith("missing"))).toEqual([
      expect.stringMatching(
        /^missing people: reviewers\.roleOwners\.hr_administrater, guard\.protectedRoles: no role has the id or code hr_administrater: write/,
      ),
      expect.stringMatching(/^missing people: guard\.protectedRoles: no role has the id or code payrol: write/),
    ]);
  });

  it("names the permission that the read app lacks", async () => {
    const env = { READ_APP: JSON.stringify({ appId: "cli_sandbox_write", appSecret: "sandbox-write-secret" }) };
    const run = await runCli({ ...place, env }, "check");
    expectCode(run, 1);
    expect(run.stdout).toMatch(/missing people: listSecurityGroups: .*corehr:security_group:read/);
    expect(run.stdout + run.stderr).not.toContain("sandbox-write-secret");
  });
});

describe("stop and resume", () => {
  it("lets no provider write begin, and says how to go on", () => {
    expectCode(stopped.run, 3);
    expect(stopped.run.stdout).toContain("npx access-review resume --source people");
    expect(stopped.grants).toBe(grants.length);
  });

  it("goes on with the same review once resumed", () => {
    expect(sealed.status).toBe("sealed");
    expect(sealed.revoked).toBeGreaterThan(0);
  });
});

describe("diff", () => {
  it("names what vanished between two reviews", async () => {
    const next = jsonOf(await cli("review", "--json")).sources[0];
    const run = await cli("diff", "--from", sealed.review, "--to", next.review, "--json");
    expectCode(run, 0);
    const { changed } = jsonOf(run);
    expect(changed).toHaveLength(sealed.revoked);
    expect(new Set(changed.flatMap(({ changes }: { changes: string[] }) => changes))).toEqual(new Set(["vanished"]));
    const table = await cli("diff", "--from", sealed.review, "--to", next.review);
    expect(table.stdout).toContain(`${sealed.revoked} changed`);
  });
});

describe("verify", () => {
  it("needs no credentials, and passes what is as it was sealed", async () => {
    const env = { READ_APP: "", WRITE_APP: "" };
    const run = await runCli(
      { ...place, env },
      "verify",
      "--review",
      sealed.review,
      "--expect",
      inGroups(sealed.evidenceSha256),
    );
    expectCode(run, 0);
    expect(run.stdout).toContain("as it was sealed");
  });

  it("finds another evidence than the expected one", async () => {
    expectCode(await cli("verify", "--review", sealed.review, "--expect", "0".repeat(64)), 1);
  });

  it("names the object of which a byte was changed", async () => {
    const key = `reviews/people/${sealed.review}/roles.jsonl.gz`;
    const path = join(place.folder, "store", key);
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole.subarray(0, 20), Buffer.from([whole[20]! ^ 1]), whole.subarray(21)]));
    const run = await cli("verify", "--review", sealed.review);
    writeFileSync(path, whole);
    expectCode(run, 1);
    expect(run.stdout).toContain(`${key} was changed`);
  });
});

describe("restore", () => {
  it("only lists, by name, without --grant and --all", async () => {
    const run = await cli("restore", "--review", sealed.review);
    expectCode(run, 0);
    expect(run.stdout.match(/would be put back/g)?.length).toBeGreaterThan(1);
    expect(run.stdout).toContain("Nothing was done");
    expect(await sandbox.grants()).toHaveLength(grants.length - sealed.revoked);
  });

  it("lists names that steer a terminal, or have 30,000 characters, so that they steer nothing and are cut", async () => {
    const receipts = join(place.folder, "store/reviews/people", sealed.review, "receipts");
    const path = join(receipts, readdirSync(receipts).find((name) => name.endsWith(".intent.json"))!);
    const whole = readFileSync(path, "utf8");
    const intent = JSON.parse(whole) as { grant: { holder: { name: string }; role: { name: { en: string } } } };
    intent.grant.holder.name = `\u001b]0;owned\u0007\r\u202e${"王".repeat(30_000)}`;
    intent.grant.role.name.en = "\u009b31m\u200bred";
    writeFileSync(path, JSON.stringify(intent));
    // Of a sealed review such an intent is not proved. Names are no part of what an open review proves.
    const evidence = join(receipts, "../evidence.json");
    renameSync(evidence, `${evidence}.aside`);
    const beganMs = performance.now();
    const run = await cli("restore", "--review", sealed.review);
    // A width that is counted over and over made a hundred seconds of it.
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    renameSync(`${evidence}.aside`, evidence);
    writeFileSync(path, whole);
    expectCode(run, 0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(run.stdout + run.stderr).not.toMatch(/[\u001b\u0007\r\u202e\u009b\u200b]/);
    expect(run.stdout).toContain("\\u001B]0;owned\\u0007");
    expect(run.stdout.match(/王/g)?.length).toBeLessThan(256);
    expect(Math.max(...run.stdout.split("\n").map(({ length }) => length))).toBeLessThan(1_500);
  });

  it("puts one grant back with --grant, and the rest with --all, scopes and all", async () => {
    const listed = jsonOf(await cli("restore", "--review", sealed.review, "--json")).sources[0];
    const [one] = listed.add;
    expectCode(await cli("restore", "--review", sealed.review, "--grant", one, ...reasons), 0);
    expect(await sandbox.grants()).toHaveLength(grants.length - sealed.revoked + 1);
    const all = await cli("restore", "--review", sealed.review, "--all", "--json", ...reasons);
    expectCode(all, 0);
    const kept = new Set(listed.unrestorable);
    expect(await sandbox.grants()).toHaveLength(grants.length - kept.size);
    const undated = (list: typeof grants) =>
      list.map(({ grantedAt: _given, ...grant }) => JSON.stringify(grant)).sort();
    const back = undated(await sandbox.grants());
    expect(undated(grants)).toEqual(expect.arrayContaining(back));
  });

  it("refuses a grant that the review did not revoke", async () => {
    const run = await cli("restore", "--review", sealed.review, "--grant", "0123456789abcdef", ...reasons);
    expectCode(run, 1);
    expect(run.stderr).toContain("did not revoke");
  });
});

describe("decide", () => {
  it("stores a good file; names every bad line and stores nothing; refuses a sealed review", async () => {
    const open = makeFolder({ baseUrl: sandbox.url, rules: [waitingRule, revokeRule], guard: openGuard });
    const waiting = jsonOf(await runCli(open, "review", "--json")).sources[0];
    expect(waiting.status).toBe("waiting");
    const report = readFileSync(
      join(open.folder, "store/reviews/people", waiting.review, "assessments/0001/report.csv"),
    );
    const id = /[0-9a-f]{16}/.exec(report.toString())?.[0] ?? "";
    const header = "review,grant_id,decision,until,reviewer,reason,decided_at";
    const line = (review: string, cells: string) => `${review},${id},${cells},Li Wei,seen,${new Date().toISOString()}`;
    const file = join(open.folder, "decisions.csv");
    const store = async (...lines: string[]): Promise<CliRun> => {
      writeFileSync(file, `${[header, ...lines].join("\n")}\n`);
      return await runCli(open, "decide", "decisions.csv");
    };

    const bad = await store(line(waiting.review, "revoke,"), line(waiting.review, "perhaps,"), line("x", "revoke,"));
    expectCode(bad, 2);
    expect(bad.stderr).toMatch(/decisions\.csv:3: decision is neither[\s\S]+decisions\.csv:4: review is no review id/);
    expect(bad.stderr).toContain("Nothing was stored");

    const good = await store(line(waiting.review, "revoke,"));
    expectCode(good, 0);
    expect(good.stdout).toContain("Stored 1 decision");

    expectCode(await runCli(open, "seal", "--review", waiting.review), 0);
    const late = await store(line(waiting.review, "revoke,"));
    expectCode(late, 2);
    expect(late.stderr).toContain("is sealed and takes no more decisions");
    open.remove();
  });
});
