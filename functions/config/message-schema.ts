import * as z from "zod";
import { textLike } from "../providers/settings.ts";
import { occasions } from "../review/people/message.ts";
import { faultOfBaseUrl, faultOfReportUrl, faultOfSecret, withoutSlash } from "./address.ts";
import { text } from "./primitives.ts";

const common = {
  sources: z.array(z.string()).min(1).optional(),
  occasions: z
    .array(z.enum(occasions))
    .min(1)
    .default([...occasions]),
  reportUrl: text(faultOfReportUrl).optional(),
};

const asApp = {
  baseUrl: text(faultOfBaseUrl).transform(withoutSlash).default("https://open.feishu.cn"),
  credentials: text(faultOfSecret).optional(),
};

const chatId = textLike(/^oc_[0-9A-Za-z]{1,64}$/, "must be a chat's id: oc_…, as the group's settings show it");

const topicArn = textLike(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
  "must be the ARN of a topic: arn:aws:sns:eu-central-1:123456789012:access-reviews",
);

/** What each way to tell people is configured by. */
const schemas = {
  "feishu-chat": z.strictObject({ to: z.literal("feishu-chat"), chatId, ...asApp, ...common }),
  // Each gets their own: what a chat is told of holds and ends is nobody's own.
  "feishu-reviewers": z.strictObject({
    to: z.literal("feishu-reviewers"),
    idType: z.enum(["user_id", "open_id", "union_id", "email", "people_corehr_id"]),
    ...asApp,
    ...common,
    occasions: z
      .array(z.enum(["plan", "reminder"]))
      .min(1)
      .default(["plan", "reminder"]),
  }),
  // A custom bot's whole address is a secret: {"url"} or {"url","secret"}. The embedded company has one of its own.
  "feishu-webhook": z.strictObject({
    to: z.literal("feishu-webhook"),
    credentials: text(faultOfSecret).optional(),
    baseUrl: z.literal("sandbox").optional(),
    ...common,
  }),
  sns: z.strictObject({ to: z.literal("sns"), topicArn, ...common }),
};

const anyMessage = z.looseObject({ to: z.enum(Object.keys(schemas) as (keyof typeof schemas)[]), ...common });

/** One way to tell people, as it is once checked. */
export type MessageShape = z.output<(typeof schemas)[keyof typeof schemas]>;

/** The schema of an entry by its `to`; of one that names none, what can be said of any. */
export function messageSchemaOf(entry: unknown): z.ZodType<MessageShape | z.output<typeof anyMessage>> {
  const to = (entry as { to?: unknown } | null)?.to;
  return typeof to === "string" && Object.hasOwn(schemas, to) ? schemas[to as keyof typeof schemas] : anyMessage;
}
