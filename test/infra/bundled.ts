import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { Config } from "../../functions/config/config.ts";
import { AccessReviewStack } from "../../infra/access-review-stack.ts";
import { stageEntries } from "../../infra/stage-function.ts";
import type { Deployed } from "./deployed.ts";
import { resourcesOf, templateAlone } from "./synthesised.ts";

/** The words of the functions that answer events of a stage: the desk answers requests, and `events` a queue. */
export const stages = Object.keys(stageEntries).filter((name) => name !== "desk" && name !== "events");

/** What was bundled: a folder for each stage, as Lambda unpacks it. */
export type Bundles = { folderOf(stage: string): string; configure(config: Config): void; remove(): void };

/** Bundles every stage as `cdk deploy` does. */
export const bundle = (config: Config): Bundles => {
  const outdir = mkdtempSync(join(tmpdir(), "access-review-bundles-"));
  const tool = { version: "1.2.3", commit: null };
  const stack = new AccessReviewStack(new App({ ...templateAlone, outdir }), "AccessReview", { config, tool });
  const folders = new Map(
    resourcesOf(Template.fromStack(stack), "AWS::Lambda::Function").map(([id, { Properties }]) => {
      const { S3Key } = Properties.Code as { S3Key: string };
      return [
        [...stages, "desk", "events"].find((stage) => id.startsWith(stage))!,
        join(outdir, `asset.${S3Key.replace(".zip", "")}`),
      ];
    }),
  );
  return {
    folderOf: (stage) => folders.get(stage)!,
    configure(other) {
      for (const folder of folders.values()) writeFileSync(join(folder, "config.json"), JSON.stringify(other));
    },
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
};

/** Every module of a bundle. */
export const codeFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join(folder, name));

/** What every module of a bundle was made of, as its source map names it: paths from the project's folder. */
export const sourcesOf = (folder: string): string[] =>
  codeFiles(folder).flatMap(
    (file) => (JSON.parse(readFileSync(`${file}.map`, "utf8")) as { sources: string[] }).sources,
  );

const importedAtOnce = /(?:\bfrom|\bimport)\s*["`](\.\/[\w.-]+\.mjs)["`]/g;

/** The modules of a bundle that a cold start reads: `index.mjs`, and what is imported from there at once. */
export const coldFiles = (folder: string): string[] => {
  const files = new Set([join(folder, "index.mjs")]);
  for (const file of files)
    for (const [, path] of readFileSync(file, "utf8").matchAll(importedAtOnce)) files.add(join(folder, path!));
  return [...files];
};

/** What came of an invocation: what the handler answered or threw, and all that the process said. */
export type Invoked = {
  answer: Record<string, unknown> | null;
  error: { name: string; message: string } | null;
  said: string;
};

const marker = "what came of it: ";

const invoking = (folder: string, events: readonly unknown[]): string => `
  const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, "index.mjs")).href)});
  const context = () => ({
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:" + process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: "512",
    awsRequestId: crypto.randomUUID(),
    logGroupName: "log",
    logStreamName: "stream",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => 900_000,
  });
  const came = [];
  for (const event of ${JSON.stringify(events)}) came.push(await handler(event, context()).then(
    (answer) => ({ answer, error: null }),
    (error) => {
      console.error(error);
      return { answer: null, error: { name: error.name, message: error.message } };
    },
  ));
  console.log(${JSON.stringify(marker)} + JSON.stringify(came));`;

type Invocation = { environment: Record<string, string> };

/** Invokes a bundle's handler in a process of its own that has nothing but what Lambda gives it, a compile cache, and `environment`. */
export const invoke = async (
  bundles: Bundles,
  stage: string,
  { event, environment }: Invocation & { event: unknown },
): Promise<Invoked> => (await invokeWarm(bundles, stage, { events: [event], environment }))[0]!;

/** Invokes a bundle's handler by one event after another in one process, as Lambda does; `said` is that of all. */
export const invokeWarm = async (
  bundles: Bundles,
  stage: string,
  { events, environment }: Invocation & { events: readonly unknown[] },
): Promise<Invoked[]> => {
  const folder = bundles.folderOf(stage);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", invoking(folder, events)],
    {
      cwd: folder,
      env: {
        AWS_REGION: "us-east-1",
        AWS_LAMBDA_FUNCTION_NAME: `AccessReview-${stage}`,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
        LAMBDA_TASK_ROOT: folder,
        TZ: ":UTC",
        // A stage is started several times: it is compiled once.
        NODE_COMPILE_CACHE: join(dirname(folder), "compile-cache"),
        ...environment,
      },
    },
  );
  const [said, came] = stdout.split(marker) as [string, string];
  return (JSON.parse(came) as Omit<Invoked, "said">[]).map((each) => ({ ...each, said: said + stderr }));
};

/** All that lies in a bucket, unpacked, as one text. */
export const contentsOf = async (aws: Deployed, bucket: string): Promise<string> => {
  const store = await aws.storeOf(bucket);
  const texts: string[] = [];
  for await (const key of store.list("")) {
    const { body } = (await store.get(key))!;
    texts.push(`${key}\n${(key.endsWith(".gz") ? gunzipSync(body) : Buffer.from(body)).toString("utf8")}`);
  }
  return texts.join("\n");
};

/** The lines that were said in CloudWatch's embedded metric format. */
export const emittedIn = (said: string): Record<string, number>[] =>
  said
    .split("\n")
    .filter((line) => line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, number>);

/** The last figure of each name that was said so. */
export const figuresIn = (said: string): Record<string, number> => Object.assign({}, ...emittedIn(said));
