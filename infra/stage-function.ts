import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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
import type { Egress } from "./fixed-egress.ts";

/** The stages of a review that run as Lambdas, and where their handlers are. */
export const stageEntries = {
  snapshot: "take-snapshot.ts",
  assess: "assess-grants.ts",
  expire: "expire-grants.ts",
  restore: "restore-grants.ts",
  seal: "seal-evidence.ts",
  send: "send-messages.ts",
} as const;

/** A stage by its word; its function's logical id begins with it. */
export type StageName = keyof typeof stageEntries;

/** A function by its stage's word; `send` where there is anybody to be told. */
export type StageFunctions = Record<Exclude<StageName, "send">, LambdaFunction> & { send?: LambdaFunction };

/** What every stage is made with. `egress` null: it calls out from wherever Lambda runs. */
export type StageProps = {
  config: Config;
  environment: Record<string, string>;
  deadLetters: IQueue;
  egress: Egress | null;
};

const projectFolder = fileURLToPath(new URL("..", import.meta.url));

/** The name of a stage's function: `AccessReview-snapshot`. */
export function stageFunctionName(scope: Construct, stage: StageName): string {
  return `${Stack.of(scope).stackName}-${stage}`;
}

/** One stage as a Lambda with a role and a log of its own, and the configuration as `config.json` beside its bundle. */
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
    timeout: Duration.minutes(15),
    tracing: Tracing.ACTIVE,
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role,
    environment,
    // For whoever invokes it without waiting for the answer, as the schedule does that looks for overdue reviews.
    deadLetterQueue: deadLetters,
    ...(egress ?? {}),
  });
}

/** What Lambda needs to place a function in a VPC. None of it can be narrowed: the interfaces have no name before they are there. */
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

/** The stage's bundle with the configuration beside it. What it is made of is no part of its hash, what came of it is. */
function codeOf(config: Config, stage: StageName): Code {
  return Code.fromAsset(join(projectFolder, "functions"), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: Runtime.NODEJS_24_X.bundlingImage, // never pulled: what follows always succeeds, or throws
      // Assets of equal options are made once: those of one stage and configuration.
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
 * ES modules for Lambda, with the AWS SDK in them: what runs is what was tested, not the SDK that the runtime happens to
 * have. A cold start reads `index.mjs` and what it imports at once; what the code imports only where it needs it is in
 * modules beside them.
 */
function bundle(stage: StageName, outputDir: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: projectFolder,
    entryPoints: { index: `functions/${stageEntries[stage]}` },
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    // The maps are for whoever sets NODE_OPTIONS=--enable-source-maps (docs/aws.md): a cold start does not read them.
    sourcemap: "linked",
    sourcesContent: false,
    banner: { js: requireForCommonJs },
    outExtension: { ".js": ".mjs" },
    // Made for the project's own folder, and written elsewhere: maps name their sources from where they lie, and
    // `outputDir` is another folder at each synth, which must not be another bundle.
    outdir: projectFolder,
    write: false,
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(outputDir, basename(path)), contents);
}

/** What undici and others that are CommonJS ask Node's modules with, and no ES module has. */
const requireForCommonJs = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
