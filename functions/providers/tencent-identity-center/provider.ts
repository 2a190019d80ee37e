import * as z from "zod/mini";
import { defineProvider } from "../provider.ts";
import { textLike } from "../settings.ts";
import { actions, cloudHosts } from "./limits.ts";

const zoneId = textLike(/^z-[A-Za-z0-9]+$/, "must be a zone id such as z-1os7c9taugxs; leave it out to have it found");

/** Tencent Cloud Identity Center. */
export const provider = defineProvider({
  id: "tencent-identity-center",
  limitNames: actions,
  secretKeys: { required: ["secretId", "secretKey"], optional: ["token"] },
  hosts: cloudHosts,
  settings: {
    zoneId: z.pipe(
      z.optional(zoneId),
      z.transform((given) => given ?? null),
    ),
    protectManagementAccount: z._default(z.boolean(), true),
  },
  reviewers: ["role-owner", "fallback"],
  open: async (options) => (await import("./source.ts")).openIdentityCenter(options),
});
