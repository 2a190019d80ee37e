import { defineProvider } from "../../../functions/providers/provider.ts";
import { textLike } from "../../../functions/providers/settings.ts";
import { documentedLimits } from "./api.ts";
import { openBadges } from "./source.ts";

/** An invented system, complete: which badge opens which door of one building. The example of docs/providers.md. */
export const provider = defineProvider({
  id: "door-badges",
  limitNames: Object.keys(documentedLimits),
  secretKeys: ["key"],
  hosts: ["badges.example.com"],
  settings: { building: textLike(/^[A-Z]\d$/, "must be a building such as A1") },
  reviewers: ["role-owner", "fallback"],
  open: openBadges,
});
