import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { AccessReviewStack } from "../../infra/access-review-stack.ts";
import { stageEntries } from "../../infra/stage-function.ts";
import { valid } from "../config/valid.ts";
import { resourcesOf } from "./synthesised.ts";

const stages = Object.keys(stageEntries);

/** What shells and JSON would each like to have their way with. */
const reason = `it's "half" of $HOME & 50 % 已收回`;

let outdir = "";
let folderByStage: Record<string, string> = {};

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), "access-review-bundles-"));
  const parsed = parseConfig(valid.replace("zh: 已收回", `zh: ${JSON.stringify(reason)}`));
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  const tool = { version: "1.2.3", commit: null };
  const stack = new AccessReviewStack(new App({ outdir }), "AccessReview", { config: parsed.config, tool });
  folderByStage = Object.fromEntries(
    resourcesOf(Template.fromStack(stack), "AWS::Lambda::Function").map(([id, { Properties }]) => {
      const { S3Key } = Properties.Code as { S3Key: string };
      return [stages.find((stage) => id.startsWith(stage)), join(outdir, `asset.${S3Key.replace(".zip", "")}`)];
    }),
  );
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const invoking = (folder: string, event: unknown): string => `
  const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, "index.mjs")).href)});
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 900_000 };
  await handler(${JSON.stringify(event)}, context).then(
    (answer) => console.log(JSON.stringify({ answer })),
    ({ name, message }) => console.log(JSON.stringify({ name, message })),
  );`;

/** What a bundle's handler answers or throws, in a process that has nothing but what Lambda gives it. */
const invoke = async (stage: string, event: unknown): Promise<unknown> => {
  const folder = folderByStage[stage]!;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", invoking(folder, event)],
    {
      cwd: folder,
      env: {
        AWS_REGION: "cn-north-1",
        AWS_LAMBDA_FUNCTION_NAME: stage,
        LAMBDA_TASK_ROOT: folder,
        EVIDENCE_BUCKET: "b",
      },
    },
  );
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!); // after what it logged
};

describe("createStageFunction()", () => {
  it.each(stages)("bundles %s so that it loads in Lambda, and names the fields of a malformed event", async (stage) => {
    expect(await invoke(stage, { source: 7, reviews: "2026-10-01T020000Z" })).toEqual({
      name: "TypeError",
      message: expect.stringMatching(/^Cannot read the event: reviews is not a field .*; source must be the id of/),
    });
  });

  it("puts the configuration beside each bundle, where the stage finds it", async () => {
    for (const stage of stages) {
      expect(JSON.parse(readFileSync(join(folderByStage[stage]!, "config.json"), "utf8"))).toMatchObject({
        sources: [{ id: "people" }],
        policy: { rules: [{ reason: { zh: reason } }] },
      });
    }
    expect(await invoke("snapshot", { source: "nobody" })).toMatchObject({
      message: "Cannot find source nobody: the configuration has people",
    });
  });

  it("parses no YAML in Lambda, and brings rules along only where they are judged", () => {
    const stagesWith = (word: string): string[] =>
      stages.filter((stage) => readFileSync(join(folderByStage[stage]!, "index.mjs"), "utf8").includes(word));
    expect(stagesWith("GetSecretValue")).toEqual(stages.filter((stage) => stage !== "assess"));
    expect(stagesWith("YAMLParseError")).toEqual([]);
    expect(stagesWith("EvaluationError")).toEqual(expect.arrayContaining(["assess", "expire"]));
    expect(stagesWith("EvaluationError")).not.toContain("snapshot");
    expect(stagesWith("EvaluationError")).not.toContain("restore");
  });
});
