import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allGrants, employeeOf, sizeOf } from "../../functions/sandbox/company/company.ts";
import { foundCompany } from "../../functions/sandbox/company/found.ts";
import { idleSince } from "../../functions/sandbox/feishu/user-stats.ts";
import { synthesise } from "../infra/synthesised.ts";
import { jsonOf, runCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

const folder = new URL("../../docs/examples/", import.meta.url).pathname;

/** The example over the embedded company, which knows its own credentials, and whose role owner is somebody there. */
const overSandbox = (text: string): string =>
  text
    .replaceAll(/baseUrl: https:\S+/g, "baseUrl: sandbox\n    pace: 6000")
    .replaceAll(/ {4}credentials:\n( {6}.*\n)+/g, "")
    .replaceAll("7023711013443944467", "6967000110000000037");

type Found = { source: string; summary: { findingsByRule: Record<string, number> } };

describe("docs/examples", () => {
  it.each([
    ["first-quarter.yaml", "waiting", ["leaver", "not-confirmed"]],
    ["leavers-only.yaml", "sealed", ["leaver"]],
    ["privileged-roles.yaml", "waiting", ["privileged", "leaver"]],
  ])("%s can be deployed, and finds what it is for in the embedded company", async (file, status, rules) => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(Object.keys(synthesise(text).findResources("AWS::StepFunctions::StateMachine")).length).toBeGreaterThan(0);
    const place = makeFolder(overSandbox(text), 800);
    const run = await runCli(place, "review", "--json");
    place.remove();
    expect(run.code).toBe(0);
    const [source] = jsonOf(run).sources;
    expect(source.status).toBe(status);
    expect(Object.keys(source.summary.findingsByRule)).toEqual(expect.arrayContaining(rules));
  });

  it("across-systems.yaml finds in each system of the embedded company what the others say of its holders", async () => {
    const text = readFileSync(join(folder, "across-systems.yaml"), "utf8");
    expect(Object.keys(synthesise(text).findResources("AWS::StepFunctions::StateMachine")).length).toBeGreaterThan(0);
    const place = makeFolder(overSandbox(text), 1_500);
    const run = await runCli(place, "review", "--json");
    place.remove();
    expect(run.code).toBe(0);
    const { company, planted } = foundCompany(1, Date.now(), sizeOf({}));
    const counts = Object.fromEntries(
      jsonOf(run).sources.map((each: Found) => [each.source, each.summary.findingsByRule]),
    );
    // The planted cases, each by its name in the sandbox's books.
    const { heldTogether, leftElsewhere, rareAmongPeers } = planted;
    const isIdle = (id: string): boolean => {
      const employee = employeeOf(company, id)!;
      return employee.lastDay === null && !employee.isUnreadable && idleSince(employee, company.createdAt) !== null;
    };
    expect(heldTogether.holderIds.length).toBeGreaterThan(0);
    expect(counts.approvals["conflict:pays-and-approves"]).toBe(heldTogether.holderIds.length);
    expect(counts.people["conflict:pays-and-approves"]).toBe(heldTogether.holderIds.length);
    expect(rareAmongPeers.length).toBeGreaterThan(0);
    expect(counts.people["rare-among-peers"]).toBe(rareAmongPeers.length);
    expect(counts.people.idle).toBe(allGrants(company).filter(({ holderId }) => isIdle(holderId)).length);
    expect(counts.cloud["left-elsewhere"]).toBeGreaterThanOrEqual(leftElsewhere.cloud.length);
    const found = jsonOf(run).sources.map(
      ({ source, summary }: { source: string; summary: { findingsByRule: object } }) => [
        source,
        Object.keys(summary.findingsByRule).sort(),
      ],
    );
    expect(Object.fromEntries(found)).toEqual({
      people: ["conflict:pays-and-approves", "idle", "rare-among-peers"],
      approvals: expect.arrayContaining(["conflict:pays-and-approves", "left-elsewhere"]),
      cloud: expect.arrayContaining(["left-elsewhere"]),
    });
  });

  it("are all named in their README, in both languages, and all tried here", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const files = globSync("*.yaml", { cwd: folder });
    expect(files).toHaveLength(4);
    for (const file of files) expect(readme.split(`[${file}](${file})`)).toHaveLength(3);
  });
});
