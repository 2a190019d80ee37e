import { fileURLToPath } from "node:url";
import { Duration } from "aws-cdk-lib";
import { Architecture, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";

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

const projectFile = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** One stage as a Lambda, with the configuration as `config.json` beside its bundle. */
export const createStageFunction = (
  scope: Construct,
  stage: StageName,
  { config, environment }: { config: Config; environment: Record<string, string> },
): NodejsFunction =>
  new NodejsFunction(scope, stage, {
    entry: projectFile(`functions/${stageEntries[stage]}`),
    projectRoot: projectFile("."),
    depsLockFilePath: projectFile("package-lock.json"),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: Duration.minutes(15),
    tracing: Tracing.ACTIVE,
    loggingFormat: LoggingFormat.JSON,
    logGroup: new LogGroup(scope, `${stage} log`, { retention: RetentionDays.ONE_YEAR }),
    environment,
    awsSdkConnectionReuse: false, // a variable for the SDK's second version
    bundling: bundlingWith(config),
  });

const bundlingWith = (config: Config): BundlingOptions => ({
  format: OutputFormat.ESM,
  // Packages that are CommonJS inside an ES module ask for `require`.
  banner: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  mainFields: ["module", "main"],
  minify: true,
  logLevel: LogLevel.WARNING,
  // What runs is what was tested, not the SDK that the runtime happens to have.
  bundleAwsSDK: true,
  // undici's other parsers: behind a variable that nobody sets, or for processors without SIMD. 220 KB a bundle.
  externalModules: ["../milo/*", "../llhttp/llhttp-wasm.js"],
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
