import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { AccessReviewStack } from "../../infra/access-review-stack.ts";
import { valid } from "../config/valid.ts";

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")) as {
  context: Record<string, unknown>;
};

/** Two sources of which the second reads and writes with one secret. */
export const twoSources = valid.replace(
  "policy:\n",
  `  - id: people-cn
    provider: feishu-corehr
    baseUrl: https://open.feishu.cn
    credentials: { read: "secretsmanager:cn/both", write: "secretsmanager:cn/both" }
policy:
`,
);

/** So many sources, all of one app, or each with an app of its own. */
export const manySources = (count: number, credentialsOf: (at: number) => string = () => "shared"): string => {
  const sources = Array.from({ length: count }, (_, at) => {
    const [read, write] = ["read", "write"].map((use) => `"secretsmanager:${credentialsOf(at)}/${use}"`);
    return `  - { id: tenant-${at}, provider: feishu-corehr, baseUrl: "https://open.feishu.cn", credentials: { read: ${read}, write: ${write} } }`;
  });
  return valid.replace(/sources:[\s\S]*policy:/, `sources:\n${sources.join("\n")}\npolicy:`);
};

/**
 * For each App of a test but that of app.test.ts: no validation of the template, which takes most of a synthesis and only warns;
 * no tree.json and no stack traces, at which no test looks.
 */
export const templateAlone = { builtinCloudFormationValidation: false, treeMetadata: false, stackTraces: false };

/** An app with the stack over a configuration, without its bundles, which take seconds; `region`: where it is deployed. */
export const appOver = (text: string, { outdir, region }: { outdir?: string; region?: string } = {}): App => {
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  const app = new App({
    ...templateAlone,
    ...(outdir ? { outdir } : {}),
    context: { ...context, "aws:cdk:bundling-stacks": [] },
  });
  const tool = { version: "1.2.3", commit: "1a2b3c4" };
  const env = parsed.config.aws.env ?? (region ? { account: "123456789012", region } : undefined);
  const config = { ...parsed.config, aws: { ...parsed.config.aws, env } };
  new AccessReviewStack(app, "AccessReview", { config, tool });
  return app;
};

// A synthesis takes about a second, and many files look at the same stacks: a worker makes each once.
const templates = new Map<string, string>();

/** The template of the stack over a configuration, the caller's own to change; `region` as above. */
export const synthesise = (text: string, region?: string): Template => {
  const key = `${region ?? ""} ${text}`;
  const template = templates.get(key) ?? JSON.stringify(templateOver(text, region));
  templates.set(key, template);
  return Template.fromJSON(JSON.parse(template));
};

const templateOver = (text: string, region: string | undefined): object => {
  const outdir = mkdtempSync(join(tmpdir(), "access-review-infra-"));
  try {
    const app = appOver(text, { outdir, ...(region ? { region } : {}) });
    return Template.fromStack(app.node.findChild("AccessReview") as AccessReviewStack).toJSON();
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

/** A resource as tests look at it: properties are whatever CloudFormation takes. */
export type Resource = { Properties: Record<string, unknown>; DeletionPolicy?: string; UpdateReplacePolicy?: string };

/** Resources of one type by logical id. */
export const resourcesOf = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type) as Record<string, Resource>);

/** A statement of a role's policy. */
export type Statement = { Effect: string; Action: string[]; Resource: string[] };

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** What the role of a stage, schedule or state machine allows; resources as JSON text. */
export const allowedTo = (template: Template, rolePrefix: string): Statement[] =>
  resourcesOf(template, "AWS::IAM::Policy")
    .filter(([id]) => id.startsWith(rolePrefix))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
    .map(({ Effect, Action, Resource }) => ({
      Effect,
      Action: listOf(Action),
      Resource: listOf(Resource).map((resource) => JSON.stringify(resource)),
    }));
