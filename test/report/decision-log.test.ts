import { describe, expect, it } from "vitest";
import {
  emptyLog,
  type Mark,
  marksOf,
  readLog,
  reasonsOf,
  undone,
  withStep,
} from "../../functions/report/rows/decision-log.ts";

const keep: Mark = { decision: "keep", until: "2027-01-31", reason: "still needed" };
const revoke: Mark = { decision: "revoke", until: null, reason: "moved on" };

const step = (grantIds: string[], mark: Mark | null) => ({
  grantIds,
  mark,
  reviewer: "chen",
  decidedAt: "2026-10-03T08:00:00Z",
});

const log = [step(["a", "b"], keep), step(["b"], revoke), step(["a"], null)].reduce(withStep, emptyLog);

describe("marksOf()", () => {
  it("gives the last mark of every grant, and none for one that was taken back", () => {
    expect([...marksOf(log)]).toEqual([["b", { ...revoke, reviewer: "chen", decidedAt: "2026-10-03T08:00:00Z" }]]);
  });
});

describe("undone()", () => {
  it("takes back one act after the other, be it many marks or a mark taken back, until nothing is left", () => {
    expect(marksOf(undone(log)).get("a")).toMatchObject(keep);
    expect(marksOf(undone(undone(log))).get("b")).toMatchObject(keep);
    expect(marksOf(undone(undone(undone(log)))).size).toBe(0);
    expect(undone(emptyLog)).toEqual(emptyLog);
  });
});

describe("reasonsOf()", () => {
  it("gives the reasons of that decision, the newest first, each once", () => {
    const other = { ...keep, reason: "audit season" };
    const more = [step(["c"], other), step(["d"], keep)].reduce(withStep, log);
    expect(reasonsOf(more, "keep")).toEqual(["still needed", "audit season"]);
    expect(reasonsOf(more, "revoke")).toEqual(["moved on"]);
  });
});

describe("readLog()", () => {
  it("gives back what was kept, and an empty log for nothing or for what is none", () => {
    expect(readLog(JSON.stringify(log))).toEqual(log);
    for (const text of [null, "", "{", "[]", "null", '{"reviewer":"a"}', '{"reviewer":"a","steps":[1]}'])
      expect(readLog(text)).toEqual(emptyLog);
  });
});
