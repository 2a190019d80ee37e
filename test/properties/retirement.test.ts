import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyFunctions, type Edit } from "./copied-functions.ts";
import type { Coverage } from "./coverage.ts";
import { limitMsFor, path, runsOr, tryAll } from "./try-all.ts";
import { tryProperties } from "./try-properties.ts";

const defaultRuns = 1_000;
const runs = runsOr(defaultRuns, 0.1);
const limitMs = limitMsFor(runs);

describe("a review that empties and deletes a role, and removes by the batch, whatever goes wrong in its life", () => {
  let copy: ReturnType<typeof copyFunctions>;
  let coverage: Coverage;
  beforeAll(async () => {
    copy = copyFunctions();
    const file = "retirement.test.ts";
    coverage = await tryAll({ functionsFolder: copy.folder, runs, limitMs, file, isRetiring: true });
  }, limitMs);
  afterAll(() => copy.remove());

  it("deletes only what it emptied, by its plan and with an intent, ends as an undisturbed one, and says what is so", () => {
    expect(coverage.runs).toBeGreaterThanOrEqual(path === null ? runs : 1);
  });

  // A run that is seen again covers nothing else, and few meet too little.
  it.skipIf(path !== null || runs < defaultRuns).each([
    ["runs with a deleted role", 100],
    ["runs with ten removals or more in one call", 30],
    ["revoke of a unheard grant", 300],
    ["deleteRole: killed before", 5],
    ["deleteRole: killed after", 5],
    ["deleteRole: timed out before", 5],
    ["deleteRole: timed out after", 5],
    ["hasRole: killed before", 5],
    ["create retired intent.json: killed after", 5],
    ["create retired outcome.json: killed before", 5],
  ])("met: %s", (what, ofThousand) => {
    expect(coverage[what] ?? 0).toBeGreaterThanOrEqual((ofThousand * runs) / 1_000);
  });
});

describe("the properties of a role's retirement", () => {
  const edit = (find: string, replace: string): Edit => ({ file: "stages/expire/retire-roles.ts", find, replace });
  const mutants: [string, Edit][] = [
    [
      "a role is deleted although somebody is left in it",
      edit("standing(each).length === 0", "standing(each) !== null"),
    ],
    [
      "a role is deleted that the configuration no longer retires",
      edit('role.status === "retiring"', "role.id === id"),
    ],
    [
      "a role is deleted without an intent",
      edit("() => writeRetirementIntent(stage, planHash, retiring)", "async () => {}"),
    ],
    ["a role is deleted again unseen", edit("await isGone(context, id, reply.kind)", 'reply.kind !== "no-answer"')],
    [
      "a role is called gone that is there",
      edit("if (!(await retirement.hasRole(roleId))) return true;", "return true;"),
    ],
  ];
  it.each(mutants)(
    "find that %s",
    async (_name, mutant) => {
      const { folder, remove } = copyFunctions([mutant]);
      try {
        const job = { functionsFolder: folder, seed: 1, runs: 1_000, path: null, shrinks: false, isRetiring: true };
        expect((await tryProperties({ ...job, limitMs: 60_000 })).kind).toBe("failed");
      } finally {
        remove();
      }
    },
    120_000,
  );
});
