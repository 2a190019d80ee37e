import { reviewerKinds } from "../../review/people/routing.ts";
import { defineProvider } from "../provider.ts";
import { documentedLimits } from "./limits.ts";

/** Feishu CoreHR roles. */
export const provider = defineProvider({
  id: "feishu-corehr",
  personIdType: "people_corehr_id",
  canNarrow: true,
  limitNames: Object.keys(documentedLimits),
  secretKeys: ["appId", "appSecret"],
  hosts: null,
  settings: {},
  signals: ["feishu-activity"],
  people: ["employeeNo", "userId", "email"],
  reviewers: reviewerKinds,
  open: async (options) => (await import("./source.ts")).openCoreHr(options),
});
