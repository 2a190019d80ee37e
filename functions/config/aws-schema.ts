import * as z from "zod";
import { textLike } from "../providers/settings.ts";
import { whole } from "./primitives.ts";

const email = textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address");

const principal = textLike(
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
  "must be the ARN of an IAM role or user: arn:aws:iam::123456789012:role/reviewers",
);

/** What the stack is built with: whom alarms mail, how long evidence is locked, who may hand in decisions. */
export const awsSchema = z.strictObject({
  alarmEmails: z.array(email).default([]),
  retention: z
    .strictObject({
      mode: z.enum(["governance", "compliance"]).default("governance"),
      days: whole(1, "days").default(800),
    })
    .prefault({}),
  deciders: z.array(principal).default([]),
  fixedEgress: z.boolean().default(false),
  createSecrets: z.boolean().default(true),
});
