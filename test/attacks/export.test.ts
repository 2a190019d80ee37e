import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import { type CliRun, jsonOf, runCli } from "../cli/cli-process.ts";
import { configText } from "../cli/reviewed-company.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import { entriesIn, type RawEntry, rawZip } from "./raw-zip.ts";
import { copyReviews, newKey, removeCopies, type SealedReviews, sealReviews } from "./sealed-reviews.ts";

const key = newKey();
const folder = mkdtempSync(join(tmpdir(), "export-"));
/** A place with neither configuration nor store. */
const elsewhere = join(folder, "elsewhere");
const zip = join(folder, "pack.zip");
let sealed: SealedReviews;
let entries: RawEntry[];

const exportTo = (file: string, review: string, store = sealed.root): Promise<CliRun> =>
  runCli({ folder }, "export", "--store", store, "--review", review, file);
const verifyAt = (path: string, ...args: string[]): Promise<CliRun> =>
  runCli({ folder: elsewhere }, "verify", path, ...args);

beforeAll(async () => {
  sealed = await sealReviews([key, key], Date.UTC(2020, 0, 1));
  mkdirSync(elsewhere);
  writeFileSync(join(folder, "access-review.yaml"), configText({ source: { id: sourceId } }));
  expect(await exportTo(zip, sealed.second)).toMatchObject({ code: 0 });
  entries = await entriesIn(zip);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  removeCopies();
  await endLives();
});

describe("an exported pack", () => {
  it("verifies without configuration, source, store and network, by the key that was given", async () => {
    const run = await verifyAt(zip, "--key", key.keySha256);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^SIGNED by the key/);
    expect(run.stdout).toContain("as it was sealed");
    expect(run.stdout).toContain("1 earlier reviews in the chain");
    expect(await verifyAt(zip, "--key", newKey().keySha256)).toMatchObject({ code: 1 });
  });

  it("says under --json what verify says of a store", async () => {
    const said = jsonOf(await verifyAt(zip, "--json"));
    expect(said).toMatchObject({ command: "verify", exitCode: 0, source: sourceId, review: sealed.second, chain: 1 });
  });

  it("holds the review whole, of the review before it the evidence alone, and can be read by its owner alone", () => {
    const names = entries.map(({ name }) => name);
    expect(names[0]).toBe("statement.txt");
    const { evidence, publicKey, signature } = reviewKeys(sourceId, sealed.first);
    const earlier = names.filter((name) => name.includes(sealed.first));
    expect(earlier.sort()).toEqual([evidence, publicKey, signature].sort());
    expect(names).toContain(reviewKeys(sourceId, sealed.second).snapshot);
    expect(statSync(zip).mode & 0o777).toBe(0o600);
  });

  it("is written whole or not at all: not over a file, and not of a review that does not verify", async () => {
    expect(await exportTo(zip, sealed.second)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there already") as string,
    });
    const copy = copyReviews(sealed);
    copy.write(reviewKeys(sourceId, sealed.second).roles, "damaged");
    const other = join(folder, "other.zip");
    const run = await exportTo(other, sealed.second, copy.root);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("roles.jsonl.gz was changed") as string });
    expect([other, `${other}.part`].filter((each) => existsSync(each))).toEqual([]);
  });

  it("verifies unpacked as well", async () => {
    const unpacked = join(folder, "unpacked");
    for (const { name, body } of entries) {
      mkdirSync(dirname(join(unpacked, name)), { recursive: true });
      writeFileSync(join(unpacked, name), body);
    }
    expect(await verifyAt(unpacked, "--key", key.keySha256)).toMatchObject({ code: 0 });
  });
});

describe("the statement of a pack", () => {
  it("says in Chinese and English what was reviewed, whether whole, who decided, what was removed and how to verify", () => {
    const text = Buffer.from(entries[0]!.body).toString("utf8");
    const { balance } = copyReviews(sealed).read(reviewKeys(sourceId, sealed.second).evidence);
    for (const said of [
      ...["访问权限复核：证据说明", "一、复核了什么", "二、是否完整", "六、如何核对"],
      ...["ACCESS REVIEW: STATEMENT OF EVIDENCE", sealed.second, key.keySha256, "Nobody approved or decided anything"],
      ...[`${balance.revoked} grants were removed`, `${balance.held} were held back`, "verify FILE.zip --key SHA256"],
    ]) {
      expect(text).toContain(said);
    }
    expect(text.split("\n").length).toBeLessThan(150);
  });
});

/** What verify says of a zip of these entries. */
async function verifyOf(changed: readonly RawEntry[], ...args: string[]): Promise<CliRun> {
  const file = join(folder, "attack.zip");
  writeFileSync(file, rawZip(changed));
  return await verifyAt(file, ...args);
}

const having = (name: string, body: string | Uint8Array): RawEntry[] => [
  ...entries.filter((entry) => entry.name !== name),
  { name, body: Buffer.from(body) },
];

describe("a zip that somebody tampered with", () => {
  it("is found though nothing of it is compressed: as it was exported it verifies", async () => {
    expect(await verifyOf(entries, "--key", key.keySha256)).toMatchObject({ code: 0 });
  });

  it("is found by its statement: people read that first, and no hash of the evidence covers it", async () => {
    const text = Buffer.from(entries[0]!.body).toString("utf8");
    const run = await verifyOf(
      having("statement.txt", text.replace(/\d+ grants were removed/, "0 grants were removed")),
    );
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining("statement.txt does not say") as string });
    const gone = await verifyOf(entries.filter(({ name }) => name !== "statement.txt"));
    expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining("statement.txt is missing") as string });
  });

  it("is found by an object that was changed, taken away, or added to the review", async () => {
    const { roles, root } = reviewKeys(sourceId, sealed.second);
    expect((await verifyOf(having(roles, "x"))).stdout).toContain(`${roles} was changed`);
    expect((await verifyOf(entries.filter(({ name }) => name !== roles))).stdout).toContain(`${roles} is missing`);
    const added = await verifyOf([...entries, { name: `${root}note.txt`, body: Buffer.from("well") }]);
    expect(added).toMatchObject({ code: 1, stdout: expect.stringContaining("note.txt is foreign") as string });
  });

  it("is found by its chain: the earlier evidence is part of the pack", async () => {
    const { evidence } = reviewKeys(sourceId, sealed.first);
    const run = await verifyOf(entries.filter(({ name }) => !name.includes(sealed.first)));
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining(`${evidence} is missing`) as string });
  });
});

describe("a zip that is no pack", () => {
  const root = () => reviewKeys(sourceId, sealed.second).root;
  it.each<[string, () => RawEntry[], RegExp]>([
    ["leaves its folder", () => [...entries, { name: "../../evil", body: Buffer.from("x") }], /invalid relative path/],
    ["is absolute", () => [...entries, { name: "/etc/passwd", body: Buffer.from("x") }], /absolute path/],
    ["has backslashes", () => [...entries, { name: "reviews\\evil", body: Buffer.from("x") }], /invalid characters/],
    [
      "has another name",
      () => [...entries, { name: "README.txt", body: Buffer.from("x") }],
      /what no pack has:\nREADME.txt/,
    ],
    ["is a folder", () => [...entries, { name: "reviews/", body: Buffer.from("") }], /what no pack has:\nreviews\//],
    [
      "is of another source",
      () => [...entries, { name: "reviews/cloud/stops/x.json", body: Buffer.from("{}") }],
      /what no pack has/,
    ],
    [
      "is of another review",
      () => [...entries, { name: `reviews/${sourceId}/${sealed.first}/roles.jsonl.gz`, body: Buffer.from("") }],
      /what no pack has/,
    ],
    [
      "steers a terminal",
      () => [...entries, { name: `${root()}\u001b[2K\ras it was sealed`, body: Buffer.from("x") }],
      /what no pack has/,
    ],
    ["is there twice", () => [...entries, entries.at(-1)!], /is there twice/],
    [
      "is there twice but for capitals",
      () => [...entries, { name: "STATEMENT.txt", body: Buffer.from("x") }],
      /is there twice/,
    ],
    [
      "is a bomb",
      () => [...entries, { name: `${root()}x.json`, body: Buffer.alloc(8 * 1024 * 1024), isPacked: true }],
      /far larger than it is/,
    ],
    [
      "says another size than it has",
      () => [...entries.slice(0, -1), { ...entries.at(-1)!, isPacked: true, claims: 3 }],
      /is not readable|damaged|too many bytes/,
    ],
  ])("is refused where an entry %s, and nothing is written", async (_what, changed, said) => {
    const run = await verifyOf(changed());
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toMatch(said);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(run.stdout + run.stderr).not.toMatch(/[\u001b\r]/);
    expect(existsSync(join(folder, "evil")) || existsSync(join(folder, "../evil"))).toBe(false);
  });

  it("is refused where it is none, or is not there", async () => {
    writeFileSync(join(folder, "text.zip"), "not a zip at all");
    expect(await verifyAt(join(folder, "text.zip"))).toMatchObject({ code: 1, stdout: "" });
    expect(await verifyAt(join(folder, "absent.zip"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not there") as string,
    });
    expect(await verifyOf([{ name: "a.txt", body: Buffer.from("x") }])).toMatchObject({ code: 1, stdout: "" });
  });

  it("is refused where another review was expected (2)", async () => {
    expect(await verifyAt(zip, "--review", sealed.first)).toMatchObject({ code: 2 });
    expect(await verifyAt(zip, "--review", sealed.second, "--source", sourceId)).toMatchObject({ code: 0 });
  });
});

describe("the folder of one review", () => {
  const copyOf = (name: string): string => {
    const to = join(folder, name);
    cpSync(join(sealed.root, reviewKeys(sourceId, sealed.second).root), to, { recursive: true });
    return to;
  };

  it("verifies as that review, and says that its chain was not given", async () => {
    const run = await verifyAt(copyOf("alone"), "--key", key.keySha256);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain(`${sourceId} ${sealed.second}: as it was sealed`);
    expect(run.stdout).toContain("its chain was not given");
    expect(jsonOf(await verifyAt(join(folder, "alone"), "--json"))).toMatchObject({ chain: null, exitCode: 0 });
  });

  it("is found out where an object of it was changed", async () => {
    const alone = copyOf("spoilt");
    writeFileSync(join(alone, "report.csv"), `${readFileSync(join(alone, "report.csv"), "utf8")}\n`);
    expect(await verifyAt(alone)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("report.csv was changed") as string,
    });
  });
});
