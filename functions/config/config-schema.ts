import * as z from "zod";
import { isTimeZone } from "../basics/time.ts";
import { faultOfStore } from "./address.ts";
import { awsSchema } from "./aws-schema.ts";
import { faultOfCron } from "./cron.ts";
import { policySchema } from "./policy-schema.ts";
import { text } from "./primitives.ts";

const timezone = text((name) =>
  isTimeZone(name) ? null : "is no time zone: write an IANA name such as Asia/Shanghai, letter case included",
);

/** The whole file but for what is in each source, which depends on its provider. */
export const configSchema = z.strictObject({
  formatVersion: z.literal(1).default(1),
  store: text(faultOfStore).default("./reviews"),
  mode: z.enum(["report", "enforce"]).default("report"),
  schedule: z.strictObject({ cron: text(faultOfCron), timezone, enabled: z.boolean().default(true) }).optional(),
  language: z.enum(["zh", "en"]).default("zh"),
  people: z.enum(["names", "ids"]).default("names"),
  sources: z.array(z.unknown()).min(1),
  policy: policySchema,
  messages: z.array(z.unknown()).default([]),
  aws: awsSchema.prefault({}),
});
