import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { around, nextSpan, type Span } from "../../../functions/report/browser/row-layout.ts";

const next = (drawn: Span, seen: Span): Span => nextSpan(drawn, seen, around(seen, 1_000));

describe("nextSpan()", () => {
  it("holds nothing but what is in sight after a leap, however far the rows around it reach", () => {
    expect(next({ from: 0, to: 21 }, { from: 500, to: 511 })).toEqual({ from: 500, to: 511 });
  });

  it("keeps what is there and near, and grows by four rows a frame until ten are around, below first", () => {
    const seen = { from: 500, to: 511 };
    let drawn: Span = seen;
    const grown = Array.from({ length: 6 }, () => {
      drawn = next(drawn, seen);
      return drawn;
    });
    expect(grown.slice(0, 3)).toEqual([
      { from: 500, to: 515 },
      { from: 500, to: 519 },
      { from: 498, to: 521 },
    ]);
    expect(grown.at(-1)).toEqual({ from: 490, to: 521 });
  });

  it("follows a steady scroll with the rows around it whole, and drops those that fall behind", () => {
    expect(next({ from: 490, to: 521 }, { from: 503, to: 514 })).toEqual({ from: 493, to: 524 });
  });

  it("never lacks a row in sight, nor holds one that is neither in sight nor around, nor builds more than four besides", () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 60 }))
      .map(([from, length]): Span => ({ from, to: Math.min(1_000, from + length) }));
    fc.assert(
      fc.property(span, span, (drawn, seen) => {
        const { from, to } = next(drawn, seen);
        const wanted = around(seen, 1_000);
        expect([from <= seen.from, to >= seen.to, from >= wanted.from, to <= wanted.to]).not.toContain(false);
        const isBuilt = (row: number): boolean => row < drawn.from || row >= drawn.to;
        const rows = Array.from({ length: to - from }, (_, at) => from + at);
        const inSight = rows.filter((row) => row >= seen.from && row < seen.to);
        const isApart = drawn.to < seen.from || seen.to < drawn.from;
        const between = isApart ? 0 : Math.max(0, seen.from - drawn.to, drawn.from - seen.to);
        expect(rows.filter(isBuilt).length).toBeLessThanOrEqual(inSight.filter(isBuilt).length + 4 + between);
      }),
    );
  });
});
