import type { LocalText, PersonKey, Signal } from "../review/grants/grant.ts";
import { isSweep } from "../review/keys.ts";
import type { Occasion } from "../review/people/message.ts";
import type { ReviewerRules } from "../review/people/routing.ts";
import { type Guard, type Policy, sweepPolicyOf } from "../review/rules/policy.ts";

/** Where a secret is kept, never the secret: `secretsmanager:NAME`, `env:NAME` or `file:PATH`. */
export type SecretRef = string;

/** The secrets of one source. Expire and restore alone use `write`. */
export type Credentials = { read: SecretRef; write: SecretRef };

/** A limit of one provider call in place of the documented limit: at most `calls` in any `perMs` milliseconds. */
export type CallLimit = { calls: number; perMs: number };

/** What every source has. `baseUrl` has no trailing slash, or is the word `sandbox`; only `sandbox` needs no credentials. */
export type CommonSource = {
  id: string;
  baseUrl: string;
  credentials: Credentials | null;
  /** Divides the window of every documented limit: 2 calls twice as fast. */
  pace: number;
  limits: Record<string, CallLimit>;
  /** Entries for this source alone, beside those of the policy: an id of one system means nothing in another. */
  guard: Pick<Guard, "protectedRoles" | "protectedHolders" | "canaries">;
  /** What is read of holders beside what they hold, as context; absent: nothing. */
  signals?: Signal[] | undefined;
  /** Who reviews the grants; null if nobody is asked, and then reviewers are not read either. */
  reviewers: ReviewerRules | null;
};

/** One configured system under review. Further settings belong to the provider, and only the provider reads them. */
export type SourceConfig = CommonSource & { provider: string };

/** About which sources and on which occasions people are told, and where reports are (docs/contract.md). */
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

/** The desk where people decide signed in (docs/contract.md). Ids of people are those that the sign-in proves. */
export type DeskConfig = {
  /** What people open, without a trailing slash. http on loopback alone. */
  url: string;
  hosting: "aws" | "self";
  /** The host of `url` and its certificate, where the stack serves the desk; null: at the API's own address. */
  domain: { name: string; certificateArn: string } | null;
  signIn: {
    provider: "feishu" | "oidc" | "sandbox";
    /** The vendor's host, or the issuer; only `sandbox` has none. */
    baseUrl: string | null;
    credentials: SecretRef | null;
    /** The one Feishu tenant whose people may sign in. */
    tenant: string | null;
  };
  sessionHours: number;
  /** Who asks for the reviews and answers questions about them, as pages say it; null: nobody is named. */
  contact: LocalText | null;
  operators: string[];
  approvers: string[];
  /** Who of a source somebody is, where no conversion says so. */
  people: { subject: string; source: string; id: string }[];
};

/** `source` says who people are; `match`: the keys by which a holder elsewhere is one of them, the first that both have. */
export type Authority = { source: string; match: PersonKey[] };

/** Feishu's events, by which a leaver is swept within minutes (docs/events.md). Of the embedded company all but `sources` is null. */
export type EventsConfig = {
  baseUrl: string;
  credentials: SecretRef | null;
  /** The one tenant whose events count. */
  tenant: string | null;
  /** The sources that events ask about; null: every one whose people are accounts at `baseUrl`. */
  sources: string[] | null;
};

/** The settings of the AWS stack. A key that is left out is undefined. */
export type AwsConfig = {
  /** Begins the name of everything that has one: two stacks of an account differ in it. */
  stackName: string;
  /** Where the stack is deployed; left out: wherever the caller's profile says, China aside. */
  env?: { account?: string | undefined; region?: string | undefined } | undefined;
  /** Tags of every resource that takes some. */
  tags: Record<string, string>;
  terminationProtection: boolean;
  /** `none`: nobody is told of alarms, on purpose. */
  alarms?: "none" | undefined;
  /** The e-mail addresses that every alarm mails. */
  alarmEmails: string[];
  /** The ARN of a topic that exists, of the stack's region, that gets every alarm instead; its owner subscribes people to it. */
  alarmTopicArn?: string | undefined;
  /** How many days nothing under reviews/ can be deleted. An administrator can lift `governance`, nobody can lift `compliance`. */
  retention: { mode: "governance" | "compliance"; days: number };
  /** After how many days reviews, decisions and tables are deleted; left out: never. Above retention.days. */
  deleteAfterDays?: number | undefined;
  /** By source: ARNs of the IAM roles and users that may put files under decisions/<source>/, each into a folder of its own. */
  deciders: Record<string, string[]>;
  /** ARNs of the IAM roles and users that alone may lift an object's lock, and disable or delete a key. */
  breakGlass: string[];
  /** Whether CloudTrail records who reads and writes reviews/ and decisions/. */
  audit: boolean;
  /** The name of a bucket that exists, with versions and Object Lock; left out: the stack makes one. */
  evidenceBucket?: string | undefined;
  /** The ARN of the key that encrypts `evidenceBucket`; left out: S3 encrypts with a key of its own. */
  evidenceKey?: string | undefined;
  /** A bucket of another region, with Object Lock, that gets a copy of all evidence; `account` where another one owns the bucket. */
  replicateTo?: { bucket: string; keyArn: string; account?: string | undefined } | undefined;
  /** Whether the stages call providers from one fixed IP address, for tenants with an allow list; or the Elastic IP's id. */
  fixedEgress: boolean | string;
  /** The proxy by way of which every function calls, and the hosts that are called directly; null: none. */
  proxy: { https: string; noProxy: string[] } | null;
  /** A VPC that exists, whose subnets lead to the providers and to AWS; without security groups the stack makes one. */
  vpc?: { id: string; subnets: string[]; securityGroups: string[] } | undefined;
  /** Whether X-Ray traces; left out: wherever Lambda can. */
  tracing?: boolean | undefined;
  /** Whether the stack creates the sources' secrets. If not, whoever adds a source creates its secrets and tags them for the stack. */
  createSecrets: boolean;
  /** How many sources are under review at once, where there are many; absent: the stack says (docs/aws.md, "Many sources"). */
  maxConcurrency?: number | undefined;
};

/** `access-review.yaml`, valid and with defaults filled in. */
export type Config = {
  formatVersion: 1;
  /** A directory, or `s3://bucket/prefix`. On AWS the stack's own bucket is used instead. */
  store: string;
  mode: "report" | "enforce";
  /** The cron of EventBridge Scheduler, six fields. With `enabled: false` no review begins by itself. */
  schedule: { cron: string; timezone: string; enabled: boolean } | null;
  /** When sweeps begin, as `schedule`; absent or null: none begins by itself. */
  sweep?: { cron: string; timezone: string; enabled: boolean } | null;
  language: "zh" | "en";
  /** With `ids`, names and e-mails of holders are neither in the store nor in the reports. */
  people: "names" | "ids";
  /** The source that says who people are and who has left, and by which keys holders elsewhere are matched to its people; absent or null: none does. */
  authority?: Authority | null;
  sources: SourceConfig[];
  policy: Policy;
  messages: MessageConfig[];
  /** Absent or null: there is no desk, and decisions come as files. */
  desk?: DeskConfig | null;
  /** Absent or null: no events are received. */
  events?: EventsConfig | null;
  /** The SHA-256 of the public keys by which this store's evidence is signed; empty where nobody signs, or nobody says by which. */
  verify: { keys: string[] };
  aws: AwsConfig;
};

/**
 * The policy of one source: the rules that are for it; and the source's own protected entries and canaries are added to those of
 * all sources. Of a sweep, the part that acts in sweeps.
 */
export function policyOf({ policy }: Config, { id, guard: own }: CommonSource, review = ""): Policy {
  const { guard } = policy;
  const ofSource = {
    ...policy,
    rules: policy.rules.flatMap(({ sources, ...rule }) =>
      sources === undefined || sources.includes(id) ? [rule] : [],
    ),
    guard: {
      ...guard,
      protectedRoles: [...guard.protectedRoles, ...own.protectedRoles],
      protectedHolders: [...guard.protectedHolders, ...own.protectedHolders],
      canaries: [...guard.canaries, ...own.canaries],
    },
  };
  return isSweep(review) ? sweepPolicyOf(ofSource) : ofSource;
}

/** Whether the source has a rule that acts in sweeps. */
export function isSwept({ policy }: Config, { id }: CommonSource): boolean {
  return policy.rules.some(({ sweep, sources }) => sweep === true && (sources === undefined || sources.includes(id)));
}

/** The configuration with the command line's store and mode. The mode can only be `report`, which removes nothing. */
export function tighten(config: Config, asked: { mode?: "report"; store?: string }): Config {
  return { ...config, ...asked };
}
