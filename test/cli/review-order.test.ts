import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewIdOf } from "../../functions/review/keys.ts";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import { jsonOf, runCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

let sandbox: ServedSandbox;
let place: ReturnType<typeof makeFolder>;
let sealed = "";
const ends: (() => void)[] = [];
beforeAll(async () => {
  sandbox = await serveSandbox({ people: 60, pace: 6_000 });
  place = makeFolder({ baseUrl: sandbox.url });
  sealed = jsonOf(await runCli(place, "review", "--json")).sources[0].review;
});
afterAll(async () => {
  place.remove();
  for (const end of ends) end();
  await sandbox.close();
});

const future = "2062-10-01T020000Z";
const hoursAgo = (hours: number): string => reviewIdOf(Date.now() - hours * 3_600_000);

/** A copy of the reviewed company, to be spoilt. */
const copyOfPlace = () => {
  const copy = makeFolder({ baseUrl: sandbox.url });
  ends.push(copy.remove);
  cpSync(join(place.folder, "store"), join(copy.folder, "store"), { recursive: true });
  return copy;
};

describe("--review of a review that does not exist", () => {
  it.each([
    ["review"],
    ["assess"],
    ["expire"],
    ["send"],
    ["seal"],
    ["restore"],
    ["verify"],
    ["report"],
    ["approve", "--plan", "0".repeat(64), "--by", "Lin", "--reason", "read"],
    ["retire-review", "--by", "Lin", "--reason", "a wrong year"],
  ])("is refused by %s, and nothing is written", async (...command) => {
    const before = readdirSync(join(place.folder, "store"), { recursive: true }).length;
    const run = await runCli(place, ...command, "--review", future);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(`There is no such review as ${future} of people: leave the review out to begin one`);
    expect(readdirSync(join(place.folder, "store"), { recursive: true })).toHaveLength(before);
  });

  it("names the open review", async () => {
    const copy = copyOfPlace();
    const { review } = jsonOf(await runCli(copy, "snapshot", "--json")).sources[0];
    const run = await runCli(copy, "review", "--review", future);
    expect(run.stderr).toContain(`open: people ${review}`);
  });
});

describe("--review of a stray folder whose name is a review of the future", () => {
  it.each([
    ["checkpoints", "snapshot.json", "{}"],
    ["checkpoints", "snapshot.json", "null"],
    ["reviews", "notes.txt", "a copy"],
  ])("begins none: %s/…/%s with %s", async (root, name, text) => {
    const copy = copyOfPlace();
    const folder = join(copy.folder, "store", root, "people", future);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    const went = await runCli(copy, "review", "--review", future);
    expect(went).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("There is no such review") });
    const begun = await runCli(copy, "snapshot", "--review", future);
    expect(begun).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("lies in the future") });
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });
});

describe("snapshot --review ID", () => {
  it.each([
    [future, "lies in the future"],
    [reviewIdOf(Date.now() + 20 * 60_000), "lies in the future"],
    [hoursAgo(24 * 365), "has begun since"],
    [`${hoursAgo(0)}-${"a".repeat(23)}`, "is not a review id"],
  ])("does not begin %s: it %s", async (review, said) => {
    const run = await runCli(place, "snapshot", "--review", review);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(said);
    expect(existsSync(join(place.folder, "store/checkpoints/people", review))).toBe(false);
  });

  it("begins one between the newest and now, a few minutes ahead too", async () => {
    const copy = copyOfPlace();
    const review = `${reviewIdOf(Date.now() + 5 * 60_000)}-by-hand`;
    const run = await runCli(copy, "snapshot", "--review", review, "--json");
    expect(run.code).toBe(0);
    expect(jsonOf(run).sources[0]).toMatchObject({ review, status: "done" });
  });
});

describe("folders that are no review's", () => {
  it("are ignored, and named", async () => {
    const copy = copyOfPlace();
    for (const root of ["reviews", "checkpoints"]) {
      const folder = join(copy.folder, "store", root, "people/9999-backup");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "snapshot.json"), "{}");
    }
    const run = await runCli(copy, "review", "--json");
    expect({ code: run.code, error: jsonOf(run).sources[0].error }).toEqual({ code: 0, error: undefined });
    for (const root of ["reviews", "checkpoints"]) {
      expect(run.stderr).toContain(join(root, "people/9999-backup"));
    }
  });
});

describe("a source that has a review in the future", () => {
  const withFuture = () => {
    const copy = copyOfPlace();
    const reviews = join(copy.folder, "store/reviews/people");
    cpSync(join(reviews, sealed), join(reviews, future), { recursive: true });
    return copy;
  };

  it("says so, and is gone on with once that review is retired, which evidence lists for ever", async () => {
    const copy = withFuture();
    const blocked = await runCli(copy, "review");
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toContain(`Cannot begin a review of people as ${future} lies in the future`);
    expect(blocked.stderr).toContain(`retire-review --source people --review ${future} --by NAME --reason TEXT`);
    const retiring = ["retire-review", "--review", future, "--by", "Lin", "--reason", "a wrong year"];
    expect(await runCli(copy, ...retiring)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Retired people ${future} by Lin at 20`) as string,
    });
    // Said twice, the first word stands.
    const again = await runCli(copy, "retire-review", "--review", future, "--by", "Wang", "--reason", "x", "--json");
    expect(jsonOf(again)).toMatchObject({ exitCode: 0, by: "Lin", reason: "a wrong year" });
    const went = jsonOf(await runCli(copy, "review", "--json")).sources[0];
    expect(went).toMatchObject({ status: "sealed" });
    const evidence = JSON.parse(
      readFileSync(join(copy.folder, "store/reviews/people", went.review, "evidence.json"), "utf8"),
    ) as { previous: { review: string }; retiredReviews: { key: string }[] };
    expect(evidence.previous.review).toBe(sealed);
    const record = `reviews/people/retired/${future}.json`;
    expect(evidence.retiredReviews).toMatchObject([{ key: record }]);
    expect((await runCli(copy, "verify", "--review", went.review)).code).toBe(0);
    writeFileSync(join(copy.folder, "store", record), "{}");
    const tampered = await runCli(copy, "verify", "--review", went.review);
    expect(tampered).toMatchObject({ code: 1, stdout: expect.stringContaining(record) as string });
  });

  it("leaves the retired review alone, but for what only looks", async () => {
    const copy = withFuture();
    await runCli(copy, "retire-review", "--review", future, "--by", "Lin", "--reason", "a wrong year");
    for (const command of ["review", "snapshot", "assess", "expire", "seal"]) {
      const run = await runCli(copy, command, "--review", future);
      expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("as Lin retired it at") as string });
    }
    // It is not refused as retired; being a copy of another review, it proves nothing of what it says.
    const listed = await runCli(copy, "restore", "--review", future);
    expect(listed).toMatchObject({ code: 1, stderr: "", stdout: expect.stringContaining("is not proved") as string });
  });

  it("retires nothing that does not lie in the future", async () => {
    const run = await runCli(place, "retire-review", "--review", sealed, "--by", "Lin", "--reason", "held plan");
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("does not lie in the future") as string });
  });
});
