import { writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { buildSync } from "esbuild";
import type { Config } from "../functions/config/config.ts";
import type { Egress } from "./egress.ts";
import { isTraced } from "./tracing.ts";

/** The file of each function's handler in functions/ (in the package: of JavaScript): the stages of a review, and what people do to a review. */
export const stageEntries = {
  snapshot: "take-snapshot.ts",
  assess: "assess-grants.ts",
  expire: "expire-grants.ts",
  approve: "approve-plan.ts",
  stop: "stop-removals.ts",
  restore: "restore-grants.ts",
  seal: "seal-evidence.ts",
  check: "check-access.ts",
  send: "send-messages.ts",
  desk: "serve-desk.ts",
  events: "work-off-events.ts",
} as const;

/** The name of a stage. The logical id of the stage's function begins with this name. */
export type StageName = keyof typeof stageEntries;

/** The functions by stage; `send` only if the configuration has messages, `desk` only if the stack serves it, `events` only if that receives events. */
export type StageFunctions = Record<Exclude<StageName, "send" | "desk" | "events">, LambdaFunction> & {
  send?: LambdaFunction;
  desk?: LambdaFunction;
  events?: LambdaFunction;
};

/** The input of every stage's function. `egress` null: the function runs outside of a VPC. */
export type StageProps = {
  config: Config;
  environment: Record<string, string>;
  deadLetters: IQueue;
  egress: Egress | null;
};

/** The functions that somebody always waits for: an API or a queue invokes them. */
const waitedFor: readonly StageName[] = ["desk", "events"];

/** Of the desk: API Gateway gives up after 30 s, and somebody waits. Of events: the queue shows a message again soon after. */
const shortTimeouts: Partial<Record<StageName, Duration>> = { desk: Duration.seconds(28), events: Duration.minutes(5) };

const projectFolder = fileURLToPath(new URL("..", import.meta.url));

/** The name of a stage's function, such as `AccessReview-snapshot`. */
export function stageFunctionName(scope: Construct, stage: StageName): string {
  return `${Stack.of(scope).stackName}-${stage}`;
}

/** The Lambda of a stage, with its own role and log group. The configuration lies beside the bundle as `config.json`. */
export function createStageFunction(scope: Construct, stage: StageName, props: StageProps): LambdaFunction {
  const { config, environment, deadLetters, egress } = props;
  const logGroup = new LogGroup(scope, `${stage} log`, { retention: RetentionDays.ONE_YEAR });
  const role = new Role(scope, `${stage} role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  if (egress) grantNetwork(role);
  return new LambdaFunction(scope, stage, {
    functionName: stageFunctionName(scope, stage),
    code: codeOf(config, stage),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: shortTimeouts[stage] ?? Duration.minutes(15),
    tracing: isTraced(scope, config) ? Tracing.ACTIVE : Tracing.DISABLED,
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role,
    environment,
    // For asynchronous invocations.
    ...(waitedFor.includes(stage) ? {} : { deadLetterQueue: deadLetters }),
    ...(egress ?? {}),
  });
}

/**
 * Grants the actions by which Lambda places a function in a VPC. No narrower resource is possible, as the interfaces do
 * not exist yet.
 */
function grantNetwork(role: Role): void {
  const actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  role.addToPolicy(new PolicyStatement({ actions, resources: ["*"] }));
}

/** The stage's bundle, with the configuration beside. The asset's hash is over the output, not over the sources. */
function codeOf(config: Config, stage: StageName): Code {
  return Code.fromAsset(join(projectFolder, "functions"), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: Runtime.NODEJS_24_X.bundlingImage, // never pulled: the local bundling below succeeds or throws
      // CDK bundles assets of equal options once: here, of one stage and configuration.
      environment: { STAGE: stage, CONFIG: JSON.stringify(config) },
      local: {
        tryBundle(outputDir) {
          bundle(stage, outputDir);
          writeFileSync(join(outputDir, "config.json"), JSON.stringify(config));
          return true;
        },
      },
    },
  });
}

/**
 * Writes the stage's bundle: ES modules that include the AWS SDK, so that the tested SDK runs and not the runtime's. A
 * cold start loads `index.mjs` and its static imports. Dynamic imports are modules of their own.
 */
function bundle(stage: StageName, outputDir: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: projectFolder,
    entryPoints: { index: `functions/${stageEntries[stage].replace(/\.ts$/, extname(import.meta.filename))}` },
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    // Source maps are read only with NODE_OPTIONS=--enable-source-maps (docs/aws.md), and cost a cold start nothing.
    sourcemap: "linked",
    sourcesContent: false,
    banner: { js: requireForCommonJs },
    outExtension: { ".js": ".mjs" },
    // Built as if written to the project's folder: source maps hold paths relative to the output, and `outputDir`
    // differs at each synth, so the bundle's hash would differ as well.
    outdir: projectFolder,
    write: false,
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(outputDir, basename(path)), contents);
}

/** Defines `require`, which undici and other CommonJS libraries call for Node's modules, and which ES modules lack. */
const requireForCommonJs = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
