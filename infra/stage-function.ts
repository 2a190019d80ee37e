import { fileURLToPath } from "node:url";
import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, Charset, LogLevel, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import type { Egress } from "./fixed-egress.ts";

/** The stages of a review that run as Lambdas, and where their handlers are. */
export const stageEntries = {
  snapshot: "take-snapshot.ts",
  assess: "assess-grants.ts",
  expire: "expire-grants.ts",
  restore: "restore-grants.ts",
  seal: "seal-evidence.ts",
} as const;

/** A stage by its word; its function's logical id begins with it. */
export type StageName = keyof typeof stageEntries;

/** A function by its stage's word. */
export type StageFunctions = Record<StageName, NodejsFunction>;

/** What every stage is made with. `egress` null: it calls out from wherever Lambda runs. */
export type StageProps = {
  config: Config;
  environment: Record<string, string>;
  deadLetters: IQueue;
  egress: Egress | null;
};

const projectFile = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The name of a stage's function: `AccessReview-snapshot`. */
export const stageFunctionName = (scope: Construct, stage: StageName): string =>
  `${Stack.of(scope).stackName}-${stage}`;

/** One stage as a Lambda with a role and a log of its own, and the configuration as `config.json` beside its bundle. */
export const createStageFunction = (scope: Construct, stage: StageName, props: StageProps): NodejsFunction => {
  const { config, environment, deadLetters, egress } = props;
  const logGroup = new LogGroup(scope, `${stage} log`, { retention: RetentionDays.ONE_YEAR });
  const role = new Role(scope, `${stage} role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  if (egress) grantNetwork(role);
  return new NodejsFunction(scope, stage, {
    functionName: stageFunctionName(scope, stage),
    entry: projectFile(`functions/${stageEntries[stage]}`),
    projectRoot: projectFile("."),
    depsLockFilePath: projectFile("package-lock.json"),
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
    awsSdkConnectionReuse: false, // a variable for the SDK's second version
    bundling: bundlingWith(config, stage),
    ...(egress ?? {}),
  });
};

/** What Lambda needs to place a function in a VPC. None of it can be narrowed: the interfaces have no name before they are there. */
const grantNetwork = (role: Role): void => {
  const actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  role.addToPolicy(new PolicyStatement({ actions, resources: ["*"] }));
};

/** Modules that are imported where they are needed, and on Lambda never are. */
const neverLoaded = [
  // undici's other parsers: behind a variable that nobody sets, or for processors without SIMD.
  "../milo/*",
  "../llhttp/llhttp-wasm.js",
  // Credentials from elsewhere than the environment, where Lambda has them.
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];

/** What the state machine has seal do before a snapshot. */
const leftToSeal: Partial<Record<StageName, string[]>> = { snapshot: ["./seal-evidence.ts"] };

const bundlingWith = (config: Config, stage: StageName): BundlingOptions => ({
  format: OutputFormat.ESM,
  // Packages that are CommonJS inside an ES module ask for `require`.
  banner: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  mainFields: ["module", "main"],
  minify: true,
  charset: Charset.UTF8, // or each Chinese character would be six
  logLevel: LogLevel.WARNING,
  // What runs is what was tested, not the SDK that the runtime happens to have.
  bundleAwsSDK: true,
  externalModules: [...neverLoaded, ...(leftToSeal[stage] ?? [])],
  environment: { CONFIG_JSON: JSON.stringify(config) },
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, outputDir) => [writeConfig(outputDir)],
  },
});

/** By node, through the environment, where no shell's quoting matters. It holds 128 kB of JSON (32 kB on Windows). */
const writeConfig = (outputDir: string): string =>
  `node -e "require('node:fs').writeFileSync(process.argv[1], process.env.CONFIG_JSON)" "${outputDir}/config.json"`;
