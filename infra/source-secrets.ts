import { Aws, RemovalPolicy, Tags } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";

/** The use of a secret: `write` for expire and restore only, `messages` for sending messages, `desk` for signing people in and for events. */
export type Access = "read" | "write" | "messages" | "desk";

/** The secrets in the configuration with their uses. A secret that several sources share is listed once. */
export type SourceSecrets = { secret: Secret; uses: Set<Access> }[];

/** A secret that the configuration names, its uses, and what its JSON has. */
type NamedSecret = { name: string; uses: Set<Access>; keys: string };

const appKeys = '{"appId","appSecret"}';
const eventKeys = '{"appId","appSecret","eventEncryptKey","eventVerificationToken"}';
const cloudKeys = '{"secretId","secretKey"}';

/** Every secret that functions of the stack read, once each. */
export function namedSecrets({ sources, messages, desk, events }: Config): NamedSecret[] {
  const found = new Map<string, NamedSecret>();
  const use = (access: Access, reference: string | null | undefined, keys = appKeys): void => {
    const name = reference?.replace(/^secretsmanager:/, "");
    if (!name) return;
    const known = found.get(name) ?? { name, uses: new Set(), keys };
    known.uses.add(access);
    found.set(name, known);
  };
  for (const { credentials, provider } of sources) {
    const keys = provider.startsWith("tencent-") ? cloudKeys : appKeys;
    use("read", credentials?.read, keys);
    use("write", credentials?.write, keys);
  }
  for (const message of messages) {
    if (message.to !== "sns")
      use("messages", message.credentials, message.to === "feishu-webhook" ? '{"url"}' : appKeys);
  }
  const signIn = desk?.hosting === "aws" ? desk.signIn : null;
  // It may be one secret, which then holds the keys of both.
  if (signIn) use("desk", events?.credentials, eventKeys);
  use("desk", signIn?.credentials, signIn?.provider === "oidc" ? '{"clientId","clientSecret"}' : appKeys);
  return [...found.values()];
}

/**
 * Creates the secrets of all sources and messages under their configured names; none with `createSecrets: false`.
 * People enter the values afterwards.
 */
export function createSourceSecrets(scope: Construct, config: Config): SourceSecrets {
  if (!config.aws.createSecrets) return [];
  return namedSecrets(config).map(({ name, uses }) => ({ secret: createSecret(scope, name, uses), uses }));
}

/** Grants a stage: read the secrets with one of these uses. */
export function grantSecrets(secrets: SourceSecrets, stage: IGrantable, accesses: readonly Access[]): void {
  for (const { secret, uses } of secrets) {
    if (accesses.some((access) => uses.has(access))) grantReading(stage, [secret.secretArn]);
  }
}

/**
 * The tag that lets a stage read a secret that the stack did not create. The tag's value is `read`, `write`, `both`,
 * `messages` or `desk`.
 */
const secretTag = "access-review";

/**
 * Grants a stage: read the tagged secrets with one of these uses. The policy's size does not grow with the number of
 * secrets.
 */
export function grantTaggedSecrets(stage: IGrantable, accesses: readonly Access[]): void {
  if (accesses.length === 0) return;
  const isOfSource = accesses.some((access) => access === "read" || access === "write");
  const values = isOfSource ? [...accesses, "both"] : accesses;
  grantReading(stage, [everySecret], { StringEquals: { [`aws:ResourceTag/${secretTag}`]: values } });
}

/** Not `Secret.grantRead`, which also grants to describe a secret. */
function grantReading(stage: IGrantable, resources: string[], conditions: Record<string, unknown> = {}): void {
  const actions = ["secretsmanager:GetSecretValue"];
  stage.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
}

/** Every secret of this account and region. The condition on the tag limits the grant. */
export const everySecret = `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:*`;

/**
 * A secret outlives the stack: its value is nowhere else. It is tagged for its use, so that a later stack finds it with
 * `createSecrets: false`.
 */
function createSecret(scope: Construct, name: string, uses: ReadonlySet<Access>): Secret {
  const secret = new Secret(scope, `secret ${name}`, {
    secretName: name,
    description: "An app's id and secret for access reviews, as JSON",
    // A placeholder: stages refuse it with an error that names the keys they need. Never change the placeholder, or
    // CloudFormation overwrites the entered secret.
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder" },
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const tag = tagOf(uses);
  if (tag) Tags.of(secret).add(secretTag, tag);
  return secret;
}

/** The tag's value for these uses; null where no one value stands for all of them. */
function tagOf(uses: ReadonlySet<Access>): string | null {
  if (uses.size === 1) return [...uses][0]!;
  return [...uses].every((use) => use === "read" || use === "write") ? "both" : null;
}
