import { describe, expect, it } from "vitest";
import { changesBetween } from "../../../functions/review/grants/diff.ts";
import { inventGrant } from "./invented-grants.ts";

describe("changesBetween()", () => {
  const before = inventGrant();

  it("names what appeared and what vanished", () => {
    expect(changesBetween(null, before)).toEqual(["appeared"]);
    expect(changesBetween(before, null)).toEqual(["vanished"]);
  });

  it("finds nothing where only names changed", () => {
    const scopes = [[{ dimension: "department", ids: ["d1"], names: ["Renamed"] }]];
    expect(changesBetween(before, inventGrant({ scopes, holder: { name: "Other" } }))).toEqual([]);
  });

  it("names every change of one grant", () => {
    const after = inventGrant({
      scopes: [[{ dimension: "department", ids: ["d2"], names: [null] }]],
      grantedAt: "2026-01-01T00:00:00Z",
      holder: { status: "leaving", departmentId: "d2" },
    });
    expect(changesBetween(before, after)).toEqual(["scope-changed", "status-changed", "moved", "given-anew"]);
  });

  it("takes a department that is not known for no move", () => {
    expect(changesBetween(before, inventGrant({ holder: { departmentId: null } }))).toEqual([]);
  });

  it("takes an undated grant that is first seen later for given anew", () => {
    const undated = inventGrant({ grantedAt: null });
    const again = inventGrant({ grantedAt: null, firstSeenAt: "2026-05-01T00:00:00Z" });
    expect(changesBetween(undated, undated)).toEqual([]);
    expect(changesBetween(undated, again)).toEqual(["given-anew"]);
  });
});
