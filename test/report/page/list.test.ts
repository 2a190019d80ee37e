import { describe, expect, it } from "vitest";
import { jsonPieces } from "../../../functions/report/page/list.ts";

describe("jsonPieces()", () => {
  it.each([
    ["nothing", {}],
    ["empty columns", { ids: "", rows: [], more: [] }],
    ["columns of one piece", { ids: "ab", rows: [1, null, "x"], nested: [[1, 2], [], { a: [] }] }],
    ["columns of many pieces", { rows: Array.from({ length: 1001 }, (_, at) => [at, `"${at}"`]), last: ["林"] }],
  ])("gives what JSON.stringify gives, of %s", (_, columns) => {
    expect([...jsonPieces(columns)].join("")).toBe(JSON.stringify(columns));
  });

  it("gives long columns in pieces that are small", () => {
    const pieces = [...jsonPieces({ rows: Array.from({ length: 10_000 }, () => "0123456789") })];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(4_000);
  });
});
