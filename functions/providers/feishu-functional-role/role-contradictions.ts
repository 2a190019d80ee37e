import type { Provider } from "../provider.ts";
import { type Fields, fieldsOf, listOf, repeats, type SettingFault } from "../setting-faults.ts";

const idsOf = (source: Fields): unknown[] => listOf(source.roles).map((role) => fieldsOf(role).id);

/** Roles that are named twice, and roles to be retired that are protected or not named at all. */
export const roleContradictions: NonNullable<Provider["contradictions"]> = (source, { guard, keyOf }) => [
  ...retireFaults(source, guard),
  ...repeats(idsOf(source), { pathOf: (at) => ["roles", at, "id"], keyOf, remedy: "name each role once" }),
  ...repeats(listOf(source.retire), { pathOf: (at) => ["retire", at], keyOf, remedy: "take one out" }),
];

function retireFaults(source: Fields, guard: Fields): SettingFault[] {
  const named = idsOf(source);
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
