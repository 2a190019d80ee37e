import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../functions/review/rules/finding.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { jsonOf, runCli } from "./cli-process.ts";
import { makeFolder, shippedText } from "./reviewed-company.ts";

/** The shipped configuration with a conflict that somebody of the embedded company is in: project steward, and 采购审批. */
const conflicting = shippedText
  .replace("mode: enforce", "mode: report")
  .replace("sources:\n", "people: { authority: people-hq, match: [employeeNo, email] }\nsources:\n")
  .replace(
    "policy:\n",
    `policy:
  conflicts:
    - id: buys-and-approves
      between: [{ source: people-hq, roles: [project_steward] }, { source: functional-roles, roles: [7c5h8bn42zt6y1q] }]
      reason: { en: Orders and approves, zh: 同时采购与审批 }
`,
  );

describe("review over several sources", () => {
  it("reads all of them before it judges the first, so that one run finds a conflict on both sides", async () => {
    const place = makeFolder(conflicting);
    const run = await runCli(place, "review", "--json");
    const sources: { source: string; review: string; findings: Record<string, number> }[] = jsonOf(run).sources;
    const store = withLines(openDirectoryStore(join(place.folder, ".sandbox/reviews")));
    const found: Finding[] = [];
    for (const { source, review } of sources) {
      const key = `reviews/${source}/${review}/assessments/0001/findings.jsonl.gz`;
      for await (const finding of store.readLines<Finding>(key)) {
        if (finding.rule === "conflict:buys-and-approves") found.push(finding);
      }
    }
    place.remove();
    const byId = new Map(found.map((finding) => [finding.grantId, finding]));
    expect(found.length).toBeGreaterThan(1);
    for (const { grantId, conflict } of found) {
      const [other] = conflict?.with ?? [];
      expect(byId.get(other?.grantId ?? "")?.conflict?.with.map((each) => each.grantId)).toContain(grantId);
    }
    const between = new Set(found.map(({ conflict }) => conflict?.with[0]?.source));
    expect([...between].sort()).toEqual(["functional-roles", "people-hq"]);
  });
});
