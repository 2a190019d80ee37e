import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import { type CliRun, inGroups, jsonOf, runCli } from "../cli/cli-process.ts";
import { configText } from "../cli/reviewed-company.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import { type Copy, copyReviews, newKey, removeCopies, type SealedReviews, sealReviews } from "./sealed-reviews.ts";

const key = newKey();
const folder = mkdtempSync(join(tmpdir(), "verify-output-"));
let signed: SealedReviews;
let unsigned: SealedReviews;

/** `verify` over a copy of reviews; `config`: what access-review.yaml says besides. */
const verifyIn = (copy: Copy, review: string, args: string[] = [], config: object = {}): Promise<CliRun> => {
  const text = { ...JSON.parse(configText({ source: { id: sourceId } })), ...config };
  writeFileSync(join(folder, "access-review.yaml"), JSON.stringify(text));
  return runCli({ folder }, "verify", "--store", copy.root, "--review", review, ...args);
};
const firstLine = ({ stdout }: CliRun): string => stdout.split("\n")[0]!;

beforeAll(async () => {
  // Long ago by the clock of this machine, so that nothing lies in its future.
  signed = await sealReviews([key, key], Date.UTC(2020, 0, 1));
  unsigned = await sealReviews([null, null], Date.UTC(2020, 0, 1));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  removeCopies();
  await endLives();
});

describe("what verify prints first", () => {
  it("is that nobody signed, where nobody did", async () => {
    const run = await verifyIn(copyReviews(unsigned), unsigned.second);
    expect(run.code).toBe(0);
    expect(firstLine(run)).toBe("NOT SIGNED: whoever can write this store could have made it");
    expect(run.stdout).toContain("as it was sealed");
  });

  it("is that nobody signed, where a key was named, and the exit code is 1", async () => {
    const run = await verifyIn(copyReviews(unsigned), unsigned.second, ["--key", key.keySha256]);
    expect(run.code).toBe(1);
    expect(firstLine(run)).toMatch(/^NOT SIGNED/);
  });

  it("is that the key was not named, where somebody signed", async () => {
    const run = await verifyIn(copyReviews(signed), signed.second);
    expect(run.code).toBe(0);
    expect(firstLine(run)).toMatch(/^SIGNED by a key that nobody named/);
  });

  it.each([[(hash: string) => hash], [inGroups]])("is the key, where it was named", async (written) => {
    const run = await verifyIn(copyReviews(signed), signed.second, ["--key", written(key.keySha256)]);
    expect(run.code).toBe(0);
    expect(firstLine(run)).toBe(`SIGNED by the key with SHA-256 ${key.keySha256}, which was named`);
  });

  it("is said in Chinese as well", async () => {
    const run = await verifyIn(copyReviews(unsigned), unsigned.second, ["--language", "zh"]);
    expect(firstLine(run)).toBe("未签名：任何能写入该存储的人都可以伪造它");
  });
});

describe("the keys that count", () => {
  const keys = (...named: string[]) => ({ verify: { keys: named } });

  it("are those of the configuration, and those of the command", async () => {
    const other = newKey().keySha256;
    const run = (config: object, ...args: string[]) => verifyIn(copyReviews(signed), signed.second, args, config);
    expect(await run(keys(key.keySha256))).toMatchObject({ code: 0 });
    expect(await run(keys(other))).toMatchObject({ code: 1 });
    expect(await run(keys(other), "--key", key.keySha256)).toMatchObject({ code: 0 });
    expect(await run({}, "--key", other, key.keySha256)).toMatchObject({ code: 0 });
    expect(await run({}, "--key", other)).toMatchObject({ code: 1 });
  });

  it("are refused where they are no SHA-256, before anything is read", async () => {
    const misspelt = await verifyIn(copyReviews(signed), signed.second, ["--key", "0123"]);
    expect(misspelt).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--key 0123") as string });
    const wrong = await verifyIn(copyReviews(signed), signed.second, [], keys("ABC"));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("verify.keys[0]") as string });
  });
});

describe("what a forged pack says", () => {
  const steering = "\u001b[2K\r\u001b[1Aas it was sealed\u0007\u202e";

  it("steers no terminal, and begins no line of its own", async () => {
    const copy = copyReviews(unsigned);
    copy.change(reviewKeys(sourceId, unsigned.second).evidence, (evidence) => {
      evidence.objects[0].key = `reviews/${steering}`;
      evidence.objects[1].key = "reviews/x\npeople-hq: as it was sealed";
      evidence.source = steering;
    });
    const run = await verifyIn(copy, unsigned.second);
    expect(run.code).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(run.stdout + run.stderr).not.toMatch(/[\u001b\u0007\u202e\r]/);
    expect(run.stdout).not.toMatch(/^[^f].*: as it was sealed/m);
  });

  it("is said with a code and its figures beside the sentence", async () => {
    const copy = copyReviews(unsigned);
    const { evidence } = reviewKeys(sourceId, unsigned.second);
    copy.change(evidence, (value) => value.balance.revoked++);
    const said = jsonOf(await verifyIn(copy, unsigned.second, ["--json"]));
    expect(said.found).toMatchObject([{ code: "balance-figure", figures: { name: "revoked" } }]);
    expect(said.faults).toEqual([expect.stringContaining("the balance says revoked")]);
  });
});
