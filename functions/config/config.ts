import type { Occasion } from "../review/people/message.ts";
import type { ReviewerRules } from "../review/people/routing.ts";
import type { Guard, Policy } from "../review/rules/policy.ts";

/** Where a secret is kept, never the secret: `secretsmanager:NAME`, `env:NAME` or `file:PATH`. */
export type SecretRef = string;

/** The secrets of one source. `write` is used by expire and restore alone. */
export type Credentials = { read: SecretRef; write: SecretRef };

/** A limit of one provider call in place of the documented one: so many calls in so many milliseconds. */
export type CallLimit = { calls: number; perMs: number };

/** What every source has. `baseUrl` has no trailing slash, or is the word `sandbox`, which alone needs no credentials. */
export type CommonSource = {
  id: string;
  baseUrl: string;
  credentials: Credentials | null;
  /** Divides the window of every documented limit. */
  pace: number;
  limits: Record<string, CallLimit>;
  /** Beside those of the policy, for this source alone: ids of one system say nothing to another. */
  guard: Pick<Guard, "protectedRoles" | "protectedHolders" | "canaries">;
  /** Who reviews its grants; null where nobody is asked for, and nothing is read for it. */
  reviewers: ReviewerRules | null;
};

/** One configured system under review. Its provider alone knows what else stands in it. */
export type SourceConfig = CommonSource & { provider: string };

/** Of which sources and on which occasions people are told, and where reports are (docs/contract.md). */
type CommonMessage = { sources?: string[] | undefined; occasions: Occasion[]; reportUrl?: string | undefined };

/** One way to tell people. Only the embedded company (`baseUrl: sandbox`) needs no credentials. */
export type MessageConfig = CommonMessage &
  (
    | { to: "feishu-chat"; chatId: string; baseUrl: string; credentials?: SecretRef | undefined }
    | {
        to: "feishu-reviewers";
        idType: "user_id" | "open_id" | "union_id" | "email" | "people_corehr_id";
        baseUrl: string;
        credentials?: SecretRef | undefined;
      }
    | { to: "feishu-webhook"; credentials?: SecretRef | undefined; baseUrl?: "sandbox" | undefined }
    | { to: "sns"; topicArn: string }
  );

/** What the stack is built with, beside the review itself. */
export type AwsConfig = {
  /** Who is mailed by every alarm. */
  alarmEmails: string[];
  /** How long nothing under reviews/ can be deleted: `governance` an administrator can lift, `compliance` nobody can. */
  retention: { mode: "governance" | "compliance"; days: number };
  /** ARNs of the IAM roles and users that may put files under decisions/. */
  deciders: string[];
  /** Whether the stages call out from one fixed address, for tenants with a list of allowed ones. */
  fixedEgress: boolean;
  /** Whether the stack makes the sources' secrets; else it may read those that are tagged for it, made by whoever adds sources. */
  createSecrets: boolean;
};

/** `access-review.yaml`, valid and with defaults filled in. */
export type Config = {
  formatVersion: 1;
  /** A directory, or `s3://bucket/prefix`. On AWS the stack's own bucket is used instead. */
  store: string;
  mode: "report" | "enforce";
  /** EventBridge Scheduler's cron, six fields; `enabled: false` keeps reviews from beginning by themselves. */
  schedule: { cron: string; timezone: string; enabled: boolean } | null;
  language: "zh" | "en";
  /** `ids`: names and e-mails of holders are in neither the store nor the reports. */
  people: "names" | "ids";
  sources: SourceConfig[];
  policy: Policy;
  messages: MessageConfig[];
  aws: AwsConfig;
};

/** The policy as it is for one source: its own protected entries and canaries added to those of all. */
export function policyOf({ policy }: Config, { guard: own }: CommonSource): Policy {
  const { guard } = policy;
  return {
    ...policy,
    guard: {
      ...guard,
      protectedRoles: [...guard.protectedRoles, ...own.protectedRoles],
      protectedHolders: [...guard.protectedHolders, ...own.protectedHolders],
      canaries: [...guard.canaries, ...own.canaries],
    },
  };
}

/** The configuration with what the command line asked for: another store, or `report`, which only ever tightens. */
export function tighten(config: Config, asked: { mode?: "report"; store?: string }): Config {
  return { ...config, ...asked };
}
