import type { Mutant } from "./mutants.ts";

const mutant = (name: string, file: string, ...edits: [find: string, replace: string][]): Mutant => ({
  name,
  edits: edits.map(([find, replace]) => ({ file, find, replace })),
  about: "narrowing",
});

/** Faults planted in the narrowing of grants, which the properties must find in reviews that narrow. */
export const narrowingMutants: Mutant[] = [
  mutant("a narrowing is sent without an intent", "stages/expire/narrower.ts", [
    "await writeIntent(stage, planHash, grant, { keep, person });",
    "",
  ]),
  mutant("a narrowing is taken for done as the grant is there", "stages/removal/narrowed.ts", [
    "scopesWithout(scopesWithout(now, keep), added).length === 0",
    "entry !== undefined",
  ]),
  mutant("a combination loses a dimension", "review/rules/narrowing.ts", [
    ".filter((combination) => combination.every(({ ids }) => ids.length > 0))",
    ".map((combination) => combination.filter(({ ids }) => ids.length > 0))",
  ]),
  mutant(
    "what our earlier call took is called somebody else's change",
    "stages/expire/narrower.ts",
    ["if (await isOurs()) return true;\n      await settleUnrevoked", "await settleUnrevoked"],
    ["if (!(await isOurs())) await settle", "await settle"],
  ),
  mutant("a narrowed grant gets back less than it had", "stages/restore/restore-grants.ts", [
    "await narrowing.withoutGone(grant, grant.scopes ?? [])",
    "(grant.scopes ?? []).slice(0, 1)",
  ]),
];
