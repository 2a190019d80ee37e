import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Grant, Holder } from "../../../functions/review/grants/grant.ts";
import { createLeaverMatch, type LeaverAcross, matchedEmail } from "../../../functions/review/people/leavers-across.ts";
import { inventGrant } from "../grants/invented-grants.ts";

const email = "lin@example.com";

const grantIn = (source: string, holder: Partial<Holder>, id = `${source}-1`): Grant =>
  inventGrant({ id, source, holder: { id: `holder-${source}`, email, ...holder } });

const left = (source: string, holder: Partial<Holder> = {}): Grant =>
  grantIn(source, { status: "left", lastDay: "2026-08-31", ...holder }, `${source}-left`);

const across = (...grants: Grant[]): LeaverAcross[] => {
  const match = createLeaverMatch();
  for (const grant of grants) match.noteDeparture(grant);
  for (const grant of grants) match.noteGrant(grant);
  return match.leavers();
};

const grantIds = (leavers: LeaverAcross[]): string[] => leavers.flatMap(({ grants }) => grants.map(({ id }) => id));

describe("createLeaverMatch()", () => {
  it("names whoever left one source and still holds something in another, whatever the order they come in", () => {
    const [gone, held] = [left("people", { name: "Lin" }), grantIn("cloud", {})];
    const expected = {
      email,
      name: "Lin",
      departures: [{ source: "people", status: "left", lastDay: "2026-08-31" }],
      grants: [held],
    };
    expect(across(gone, held)).toEqual([expected]);
    expect(across(held, gone)).toEqual([expected]);
  });

  it("names whoever is disabled in one source and active in another, with every grant there", () => {
    const leavers = across(
      grantIn("roles", { status: "disabled" }),
      grantIn("people", {}, "people-2"),
      grantIn("people", {}, "people-1"),
    );
    expect(leavers).toMatchObject([{ departures: [{ source: "roles", status: "disabled", lastDay: null }] }]);
    expect(grantIds(leavers)).toEqual(["people-1", "people-2"]);
  });

  it("matches e-mails in any case and with blanks around them, and nobody without one", () => {
    expect(across(left("people", { email: " LIN@Example.com " }), grantIn("cloud", {}))).toHaveLength(1);
    for (const none of [null, "", "  "]) {
      expect(across(left("people", { email: none }), grantIn("cloud", { email: none }))).toEqual([]);
    }
    expect(matchedEmail({ ...grantIn("cloud", {}).holder, kind: "group" })).toBeNull();
  });

  it("says nothing of whoever was employed again, but does where that could not be told", () => {
    expect(across(left("people", { employedAgain: true }), grantIn("cloud", {}))).toEqual([]);
    expect(across(left("people", { employedAgain: null }), grantIn("cloud", {}))).toHaveLength(1);
  });

  it("takes whoever is at work in a source under the same address not to have left it", () => {
    const [gone, held] = [left("people"), grantIn("cloud", {})];
    expect(across(gone, grantIn("people", {}), held)).toEqual([]);
    expect(across(gone, grantIn("people", { status: "leaving" }), held)).toEqual([]);
    expect(across(gone, grantIn("people", { status: "unknown" }), held)).toHaveLength(1);
  });

  it("leaves out what is held where the holder is shown as left, and what is held only where they left", () => {
    expect(across(left("people"), left("roles"))).toEqual([]);
    expect(across(grantIn("cloud", { status: "disabled" }))).toEqual([]);
    expect(grantIds(across(left("people"), left("roles"), grantIn("cloud", { status: "disabled" })))).toEqual([
      "cloud-1",
    ]);
  });

  it("tells of two departures from one source the more telling: left before disabled, then the later last day", () => {
    const disabled = grantIn("people", { status: "disabled" });
    const departures = (...grants: Grant[]) => across(...grants, grantIn("cloud", {}))[0]?.departures;
    const later = left("people", { lastDay: "2026-10-01" });
    const expected = [{ source: "people", status: "left", lastDay: "2026-10-01" }];
    expect(departures(disabled, later, left("people"))).toEqual(expected);
    expect(departures(left("people"), later, disabled)).toEqual(expected);
  });

  it("is asked by the summary alone: no plan and no removal can depend on it", () => {
    const folder = new URL("../../../functions/", import.meta.url).pathname;
    const asking = globSync("**/*.ts", { cwd: folder }).filter((path) =>
      /^import (?!type).*leavers-across\.ts"/m.test(readFileSync(`${folder}${path}`, "utf8")),
    );
    expect(asking).toEqual(["stages/show/summarize-sources.ts"]);
    const stages = globSync("**/*.ts", { cwd: folder });
    const summarizing = stages.filter((path) =>
      readFileSync(`${folder}${path}`, "utf8").includes('/summarize-sources.ts"'),
    );
    expect([...new Set(summarizing)]).toEqual(["cli/review-command.ts"]);
  });

  it("has nothing to look for in a second pass where nobody is gone", () => {
    const match = createLeaverMatch();
    match.noteDeparture(grantIn("people", { status: "leaving" }));
    expect(match.hasDepartures()).toBe(false);
    match.noteDeparture(left("people"));
    expect(match.hasDepartures()).toBe(true);
  });
});
