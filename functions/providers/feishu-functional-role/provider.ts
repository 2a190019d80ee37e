import * as z from "zod/mini";
import { defineProvider, type Provider } from "../provider.ts";
import { type Fields, fieldsOf, listOf, repeats, type SettingFault } from "../setting-faults.ts";
import { words } from "../settings.ts";
import { documentedLimits } from "./limits.ts";

/** Feishu functional roles. The vendor has no call that lists the roles, so the configuration names them. */
export const provider = defineProvider({
  id: "feishu-functional-role",
  personIdType: "user_id",
  limitNames: Object.keys(documentedLimits),
  secretKeys: ["appId", "appSecret"],
  hosts: null,
  settings: {
    roles: z.array(z.strictObject({ id: words, name: words })).check(z.minLength(1)),
    retire: z._default(z.array(words), []),
  },
  signals: ["feishu-activity"],
  reviewers: ["role-owner", "manager", "fallback"],
  contradictions: roleContradictions,
  open: async (options) => (await import("./source.ts")).openFunctionalRoles(options),
});

type Surroundings = Parameters<NonNullable<Provider["contradictions"]>>[1];

/** Roles that are named twice, and retiring roles that are protected or not named at all. */
function roleContradictions(source: Fields, { guard, keyOf }: Surroundings): SettingFault[] {
  return [
    ...retireFaults(source, guard),
    ...repeats(roleIdsOf(source), { pathOf: (at) => ["roles", at, "id"], keyOf, remedy: "name each role once" }),
    ...repeats(listOf(source.retire), { pathOf: (at) => ["retire", at], keyOf, remedy: "take one out" }),
  ];
}

function roleIdsOf(source: Fields): unknown[] {
  return listOf(source.roles).map((role) => fieldsOf(role).id);
}

function retireFaults(source: Fields, guard: Fields): SettingFault[] {
  const named = roleIdsOf(source);
  const retire = listOf(source.retire);
  const faults = retire.flatMap((id, index) => {
    const path = ["retire", index];
    if (listOf(guard.protectedRoles).includes(id))
      return [{ path, message: "is in policy.guard.protectedRoles too: choose one" }];
    if (listOf(fieldsOf(source.guard).protectedRoles).includes(id))
      return [{ path, message: "is in this source's guard.protectedRoles too: choose one" }];
    return named.includes(id)
      ? []
      : [{ path, message: "is none of this source's roles: add it there, or take it out here" }];
  });
  if (retire.length === 0 || guard.allowUnrestorable === true) return faults;
  return [
    ...faults,
    { path: ["retire"], message: "deletes roles for good: needs policy.guard.allowUnrestorable: true" },
  ];
}
