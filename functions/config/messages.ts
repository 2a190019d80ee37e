import * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { type Fields, listOf } from "../providers/setting-faults.ts";
import { textLike } from "../providers/settings.ts";
import { occasions } from "../review/people/message.ts";
import { type ConfigFault, faultAt, type Path, repeatFaults } from "./fault.ts";
import { baseUrl, reportUrl, secretReference } from "./values.ts";

const common = {
  sources: z.array(z.string()).min(1).optional(),
  occasions: z
    .array(z.enum(occasions))
    .min(1)
    .default([...occasions]),
  reportUrl: reportUrl.optional(),
};

const asApp = {
  baseUrl: baseUrl.default("https://open.feishu.cn"),
  credentials: secretReference.optional(),
};

const chatId = textLike(/^oc_[0-9A-Za-z]{1,64}$/, "must be a chat's id: oc_…, as the group's settings show it");

const topicArn = textLike(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
  "must be the ARN of a topic: arn:aws:sns:eu-central-1:123456789012:access-reviews",
);

/** The settings of each way to tell people, by its `to`. */
const schemas = {
  "feishu-chat": z.strictObject({ to: z.literal("feishu-chat"), chatId, ...asApp, ...common }),
  // Plans and reminders to reviewers, held plans to approvers: that a review has ended concerns no single person.
  "feishu-reviewers": z.strictObject({
    to: z.literal("feishu-reviewers"),
    idType: z.enum(["user_id", "open_id", "union_id", "email", "people_corehr_id"]),
    ...asApp,
    ...common,
    occasions: z
      .array(z.enum(["plan", "reminder", "held"]))
      .min(1)
      .default(["plan", "reminder", "held"]),
  }),
  // The whole address of a custom bot is a secret: {"url"} or {"url","secret"}.
  "feishu-webhook": z.strictObject({
    to: z.literal("feishu-webhook"),
    credentials: secretReference.optional(),
    baseUrl: z.literal("sandbox").optional(),
    ...common,
  }),
  sns: z.strictObject({ to: z.literal("sns"), topicArn, ...common }),
};

const anyMessage = z.looseObject({ to: z.enum(Object.keys(schemas) as (keyof typeof schemas)[]), ...common });

/** One way to tell people, after the check. */
type MessageShape = z.output<(typeof schemas)[keyof typeof schemas]>;

/** The schema of an entry by its `to`. An entry without a known `to` gets the schema of what all entries share. */
export function messageSchemaOf(entry: unknown): z.ZodType<MessageShape | z.output<typeof anyMessage>> {
  const to = (entry as { to?: unknown } | null)?.to;
  return typeof to === "string" && Object.hasOwn(schemas, to) ? schemas[to as keyof typeof schemas] : anyMessage;
}

function credentialFaults({ to, baseUrl, credentials }: Fields, path: Path): ConfigFault[] {
  const asApp = to === "feishu-chat" || to === "feishu-reviewers";
  const needsThem = asApp || to === "feishu-webhook";
  const isSandbox = baseUrl === "sandbox";
  const key = [...path, "credentials"];
  if (!needsThem) return [];
  if (isSandbox && credentials !== undefined) {
    return [faultAt(key, "belongs to no embedded company: take it out, or name a real tenant's baseUrl")];
  }
  if (isSandbox || credentials !== undefined) return [];
  const holds = asApp ? '{"appId","appSecret"}' : '{"url"}, and "secret" where the bot signs';
  return [faultAt(key, `is missing: write secretsmanager:NAME, of a secret that holds ${holds}`)];
}

function sourceFaults({ sources }: Fields, path: Path, ids: readonly string[]): ConfigFault[] {
  return listOf(sources).flatMap((id, index) => {
    if (typeof id !== "string" || ids.includes(id)) return [];
    const meant = nearest(id, ids);
    const remedy = meant ? `did you mean ${meant}?` : `there is ${ids.join(", ")}`;
    return [faultAt([...path, "sources", index], `is no source of this file: ${remedy}`)];
  });
}

/** Without `reviewers` in one of its sources the entry would tell nobody, and nobody would notice. */
function reviewerFaults({ to, sources: named }: Fields, path: Path, sources: readonly Fields[]): ConfigFault[] {
  if (to !== "feishu-reviewers") return [];
  const told = sources.filter(({ id }) => named === undefined || listOf(named).includes(id));
  if (told.some(({ reviewers }) => reviewers !== undefined)) return [];
  return [faultAt(path, "tells nobody: none of its sources says under reviewers who they are")];
}

/** Settings of `messages` that contradict each other or the sources. Both are as the file has them, unchecked. */
export function messageFaults(entries: readonly Fields[], sources: readonly Fields[]): ConfigFault[] {
  const sourceIds = sources.map(({ id }) => String(id));
  return [
    ...entries.flatMap((entry, index) => [
      ...credentialFaults(entry, ["messages", index]),
      ...sourceFaults(entry, ["messages", index], sourceIds),
      ...reviewerFaults(entry, ["messages", index], sources),
    ]),
    ...repeatFaults(entries, (index) => ["messages", index], "people would be told twice, take one out"),
  ];
}
