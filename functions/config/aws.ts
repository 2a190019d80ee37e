import * as z from "zod";
import { type Fields, fieldsOf } from "../providers/setting-faults.ts";
import { judged } from "../providers/settings.ts";
import { type ConfigFault, faultAt } from "./fault.ts";
import { faultOfStore, text, whole } from "./values.ts";

/** Text that matches a pattern; `remedy` is the fault of text that does not. */
function textOf(pattern: RegExp, remedy: string) {
  return text((value) => (pattern.test(value) ? null : remedy));
}

const email = textOf(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address");

const principal = textOf(
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
  "must be the ARN of an IAM role or user: arn:aws:iam::123456789012:role/reviewers",
);

/** Lambda takes 64 characters of a function's name, and the longest name that begins with the stack's is 24 longer. */
const stackName = textOf(
  /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
  "must be the name of a stack: a letter, then up to 39 letters, digits and hyphens",
);

const account = textOf(/^\d{12}$/, 'must be the id of an account, 12 digits in quotes: "123456789012"');
const region = textOf(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "must be a region: eu-central-1");
const keyArn = textOf(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  "must be the ARN of a key, no alias: arn:aws:kms:eu-central-1:123456789012:key/…",
);
/** No FIFO topic: neither CloudWatch nor EventBridge sends to one what has no message group. */
const topicArn = textOf(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
  "must be the ARN of a topic that is no FIFO topic: arn:aws:sns:eu-central-1:123456789012:alarms",
);
const bucketName = text((name) =>
  /[/:]/.test(name) || name === "" || faultOfStore(`s3://${name}`) !== null
    ? "must be the name of a bucket alone: 3 to 63 lowercase letters, digits, dots and hyphens"
    : null,
);
const idOf = (prefix: string) =>
  textOf(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `must be the id of one that exists: ${prefix}-0123456789abcdef0`);

/** The tag by which functions find the secrets that others make (docs/aws.md, "Many sources"). */
const reservedTag = "access-review";

function faultOfTagKey(key: string): string | null {
  if (key === reservedTag) return "is the tag that lets functions read a secret: choose another key";
  if (/^aws:/i.test(key)) return "begins with aws:, which AWS keeps for itself: choose another key";
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
    ? null
    : "is no key of a tag: 1 to 128 letters, digits, spaces and _ . : / = + - @";
}

const tagValue = textOf(
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
  "is no value of a tag: up to 256 letters, digits, spaces and _ . : / = + - @",
);

/** `null` if the text is the address of a proxy that a template may show, else what is wrong. It is never quoted: it may hold a password. */
function faultOfProxy(text: string): string | null {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (!url || url.hostname === "") return "must be the address of a proxy: http://HOST:PORT";
  if (url.username !== "" || url.password !== "")
    return "must not hold a user or a password: whoever sees the stack would read them. Let the proxy know its callers by their address";
  return url.pathname !== "/" || /[?#]/.test(text) ? "must end with the host or its port" : null;
}

const proxyAddress = text(faultOfProxy);

const unproxiedHost = textOf(
  /^(\*|(\*?\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)$/i,
  "must be a host, or a domain with a dot before it for the hosts in it: .example.com",
);

const egressAddress = idOf("eipalloc");

/** The settings of the stack (docs/aws.md, "Settings"). */
export const awsSchema = z.strictObject({
  stackName: stackName.default("AccessReview"),
  env: z.strictObject({ account: account.optional(), region: region.optional() }).optional(),
  tags: z.record(z.string(), tagValue).default({}),
  terminationProtection: z.boolean().default(true),
  alarms: z.literal("none").optional(),
  alarmEmails: z.array(email).default([]),
  alarmTopicArn: topicArn.optional(),
  retention: z
    .strictObject({
      mode: z.enum(["governance", "compliance"]).default("governance"),
      days: whole(1, "days").default(800),
    })
    .prefault({}),
  deleteAfterDays: whole(1, "days").optional(),
  deciders: z.record(z.string(), z.array(principal)).default({}),
  breakGlass: z.array(principal).default([]),
  audit: z.boolean().default(true),
  evidenceBucket: bucketName.optional(),
  evidenceKey: keyArn.optional(),
  replicateTo: z.strictObject({ bucket: bucketName, keyArn, account: account.optional() }).optional(),
  fixedEgress: z
    .unknown()
    .check(judged(faultOfEgress))
    .transform((value) => value as boolean | string)
    .default(false),
  proxy: z
    .strictObject({ https: proxyAddress, noProxy: z.array(unproxiedHost).default([]) })
    .nullable()
    .default(null),
  vpc: z
    .strictObject({
      id: idOf("vpc"),
      subnets: z.array(idOf("subnet")).min(1),
      securityGroups: z.array(idOf("sg")).default([]),
    })
    .optional(),
  tracing: z.boolean().optional(),
  createSecrets: z.boolean().default(true),
  maxConcurrency: whole(1, "sources").optional(),
});

function faultOfEgress(value: unknown): string | null {
  if (typeof value === "boolean" || egressAddress.safeParse(value).success) return null;
  return "must be true, false, or the id of an Elastic IP that exists: eipalloc-0123456789abcdef0";
}

type Between = { sources: readonly Fields[]; maxKeepDays: unknown };

/** Faults between the stack's settings, and of deciders of a source that is not configured. */
export function awsFaults(value: unknown, { sources, maxKeepDays }: Between): ConfigFault[] {
  const aws = fieldsOf(value);
  return [
    ...deciderFaults(aws.deciders, sources),
    ...Object.keys(fieldsOf(aws.tags)).flatMap((key) => {
      const fault = faultOfTagKey(key);
      return fault ? [faultAt(["aws", "tags", key], fault)] : [];
    }),
    ...(Object.keys(fieldsOf(aws.tags)).length > 50
      ? [faultAt(["aws", "tags"], "are above 50: AWS takes no more")]
      : []),
    ...alarmFaults(aws),
    ...networkFaults(aws),
    ...bucketFaults(aws),
    ...deletionFaults(aws, maxKeepDays),
  ];
}

/** Alarms go to one place: to the addresses, to the topic that exists, or to nobody. */
function alarmFaults({ alarms, alarmEmails, alarmTopicArn }: Fields): ConfigFault[] {
  const mailsSomebody = Array.isArray(alarmEmails) && alarmEmails.length > 0;
  return [
    ...(alarms === "none" && (mailsSomebody || alarmTopicArn !== undefined)
      ? [faultAt(["aws", "alarms"], "is none, and alarmEmails or alarmTopicArn names somebody: take one of them out")]
      : []),
    ...(mailsSomebody && alarmTopicArn !== undefined
      ? [
          faultAt(
            ["aws", "alarmEmails"],
            "are subscribed at the topic itself where alarmTopicArn names one: take one out",
          ),
        ]
      : []),
  ];
}

function networkFaults({ vpc, fixedEgress }: Fields): ConfigFault[] {
  if (vpc === undefined || fixedEgress === undefined || fixedEgress === false) return [];
  const message = "has a network of its own: take fixedEgress or vpc out, where your VPC has a fixed address already";
  return [faultAt(["aws", "fixedEgress"], message)];
}

/** What a stack does with a bucket of its own alone: the lifecycle and replication of another bucket are its owner's. */
function bucketFaults({ evidenceBucket, evidenceKey, deleteAfterDays, replicateTo }: Fields): ConfigFault[] {
  if (evidenceBucket === undefined) {
    return evidenceKey === undefined
      ? []
      : [faultAt(["aws", "evidenceKey"], "is the key of evidenceBucket: name the bucket, or take the key out")];
  }
  const owners = "is set at the bucket itself where evidenceBucket names one: take it out (docs/deploy.md)";
  return [
    ...(deleteAfterDays === undefined ? [] : [faultAt(["aws", "deleteAfterDays"], owners)]),
    ...(replicateTo === undefined ? [] : [faultAt(["aws", "replicateTo"], owners)]),
    ...(fieldsOf(replicateTo).bucket === evidenceBucket
      ? [faultAt(["aws", "replicateTo", "bucket"], "is evidenceBucket: name another bucket, of another region")]
      : []),
  ];
}

/** Days of the defaults, where a key is left out. */
const daysLeftOut = { retention: 800, keep: 400 };

/** Nothing may be deleted that is locked, nor a keep that still counts: the grant would expire as if nobody had kept it. */
function deletionFaults({ deleteAfterDays, retention }: Fields, maxKeepDays: unknown): ConfigFault[] {
  if (typeof deleteAfterDays !== "number") return [];
  const daysOf = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
  const locked = daysOf(fieldsOf(retention).days, daysLeftOut.retention);
  const kept = daysOf(maxKeepDays, daysLeftOut.keep);
  const path = ["aws", "deleteAfterDays"];
  return [
    ...(deleteAfterDays > locked
      ? []
      : [
          faultAt(
            path,
            `is ${deleteAfterDays}, and evidence is locked for ${locked} days: write more than retention.days`,
          ),
        ]),
    ...(deleteAfterDays > kept
      ? []
      : [
          faultAt(
            path,
            `is ${deleteAfterDays}, and a keep may count for ${kept} days: write more than policy.guard.maxKeepDays`,
          ),
        ]),
  ];
}

/** Deciders of a source that is not configured. */
function deciderFaults(deciders: unknown, sources: readonly Fields[]): ConfigFault[] {
  const known = sources.map(({ id }) => id);
  return Object.keys(fieldsOf(deciders)).flatMap((source) =>
    known.includes(source)
      ? []
      : [faultAt(["aws", "deciders", source], "is no source: write the id of a source, and who decides on its grants")],
  );
}
