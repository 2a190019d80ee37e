import * as z from "zod/mini";
import { defineProvider } from "../provider.ts";
import { words } from "../settings.ts";
import { documentedLimits } from "./limits.ts";
import { roleContradictions } from "./role-contradictions.ts";

/** Feishu functional roles: the provider has no call to list them, so the configuration names them. */
export const provider = defineProvider({
  id: "feishu-functional-role",
  limitNames: Object.keys(documentedLimits),
  secretKeys: ["appId", "appSecret"],
  hosts: null,
  settings: {
    roles: z.array(z.strictObject({ id: words, name: words })).check(z.minLength(1)),
    retire: z._default(z.array(words), []),
  },
  reviewers: ["role-owner", "manager", "fallback"],
  contradictions: roleContradictions,
  open: async (options) => (await import("./source.ts")).openFunctionalRoles(options),
});
