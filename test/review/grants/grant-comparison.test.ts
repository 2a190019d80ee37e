import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../functions/basics/hash.ts";
import type { GrantEntry, ScopePart, Scopes } from "../../../functions/review/grants/grant.ts";
import {
  grantId,
  isGivenAnew,
  mergeEntries,
  normalizeScopes,
  sameScopes,
  scopesGrew,
  seenHash,
} from "../../../functions/review/grants/grant-comparison.ts";
import { inventGrant } from "./invented-grants.ts";

/** `"department:d1,d2 location:l1"`: one combination. */
const combination = (text: string): ScopePart[] =>
  text.split(" ").map((part) => {
    const [dimension = "", ids = ""] = part.split(":");
    const list = ids === "" ? [] : ids.split(",");
    return { dimension, ids: list, names: list.map(() => null) };
  });

const scopes = (...texts: string[]): Scopes => texts.map(combination);

const anyPart: fc.Arbitrary<ScopePart> = fc
  .record({
    dimension: fc.constantFrom("department", "location", "company"),
    named: fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(null, "A", "B")), { maxLength: 3 }),
  })
  .map(({ dimension, named }) => ({ dimension, ids: named.map(([id]) => id), names: named.map(([, name]) => name) }));

const anyScopes: fc.Arbitrary<Scopes> = fc.array(fc.array(anyPart, { maxLength: 2 }), { maxLength: 3 });

const anyEntry: fc.Arbitrary<GrantEntry> = fc
  .record({
    scopes: fc.option(anyScopes),
    reason: fc.constantFrom(null, "by rule", "by the provider"),
    restorable: fc.boolean(),
    grantedAt: fc.constantFrom(null, "2026-01-01T00:00:00Z", "2026-01-01T08:00:00+08:00", "2026-02-01T00:00:00Z"),
  })
  .map(({ reason, ...rest }) => ({
    holderId: "h1",
    role: inventGrant().role,
    ...rest,
    removable: reason === null,
    unremovableReason: reason,
  }));

describe("grantId()", () => {
  it("is the first 16 hex digits of SHA-256 over source, holder and role", () => {
    expect(grantId("people", "7001", "9001")).toBe("baf5c3c92d2793a5");
  });
});

describe("normalizeScopes()", () => {
  it("sorts ids, parts and combinations, each once, names following their ids", () => {
    const shown: Scopes = [
      [
        { dimension: "location", ids: ["l2", "l1", "l2"], names: ["Two", "One", null] },
        { dimension: "department", ids: ["d1"], names: [null] },
      ],
      [{ dimension: "company", ids: ["c1"], names: [null] }],
      [{ dimension: "company", ids: ["c1"], names: ["Firm"] }],
    ];
    expect(normalizeScopes(shown)).toEqual([
      [{ dimension: "company", ids: ["c1"], names: ["Firm"] }],
      [
        { dimension: "department", ids: ["d1"], names: [null] },
        { dimension: "location", ids: ["l1", "l2"], names: ["One", "Two"] },
      ],
    ]);
  });

  it("gives equal hashes whatever the order, and leaves its argument alone", () => {
    const shuffled = anyScopes.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const before = hashOf(one);
        const normal = normalizeScopes(one);
        expect(normalizeScopes(other.map((parts) => parts.toReversed()))).toEqual(normal);
        expect(normalizeScopes(normal)).toEqual(normal);
        expect(hashOf(one)).toBe(before);
      }),
    );
  });
});

describe("mergeEntries()", () => {
  const entry: GrantEntry = {
    holderId: "h1",
    role: inventGrant().role,
    scopes: scopes("department:d1"),
    removable: true,
    unremovableReason: null,
    restorable: true,
    grantedAt: null,
  };

  it("joins scopes, takes the newest date, and is removable and restorable only if both are", () => {
    const ruled: GrantEntry = {
      ...entry,
      scopes: scopes("department:d2", "department:d1"),
      removable: false,
      unremovableReason: "by rule",
      restorable: false,
      grantedAt: "2026-01-01T00:00:00Z",
    };
    expect(mergeEntries(entry, ruled)).toEqual({ ...ruled, scopes: scopes("department:d1", "department:d2") });
  });

  it("knows no scopes where one entry's are not known", () => {
    expect(mergeEntries(entry, { ...entry, scopes: null }).scopes).toBeNull();
  });

  it("refuses entries of different grants", () => {
    expect(() => mergeEntries(entry, { ...entry, holderId: "h2" })).toThrow("different holders or roles");
  });

  it("is commutative, associative and, once merged, idempotent", () => {
    fc.assert(
      fc.property(anyEntry, anyEntry, anyEntry, (a, b, c) => {
        const merged = mergeEntries(a, b);
        expect(mergeEntries(b, a)).toEqual(merged);
        expect(mergeEntries(merged, c)).toEqual(mergeEntries(a, mergeEntries(b, c)));
        expect(mergeEntries(merged, merged)).toEqual(merged);
      }),
    );
  });
});

describe("seenHash()", () => {
  it("hashes scopes, date and status as shown, and nothing else", () => {
    const grant = inventGrant();
    expect(seenHash(grant)).toBe(hashOf({ scopes: grant.scopes, grantedAt: grant.grantedAt, status: "active" }));
    expect(seenHash(inventGrant({ removable: false, holder: { name: "Other" } }))).toBe(seenHash(grant));
    expect(seenHash(inventGrant({ holder: { status: "left" } }))).not.toBe(seenHash(grant));
  });
});

describe("sameScopes()", () => {
  it("ignores order and names, and tells unknown from none", () => {
    const named: Scopes = [[{ dimension: "department", ids: ["d2", "d1"], names: ["Two", null] }]];
    expect(sameScopes(named, scopes("department:d1,d2"))).toBe(true);
    expect(sameScopes(named, scopes("department:d1", "department:d2"))).toBe(false);
    expect(sameScopes(null, [])).toBe(false);
    expect(sameScopes(null, null)).toBe(true);
  });
});

describe("scopesGrew()", () => {
  it.each<[string, Scopes | null, Scopes | null]>([
    ["an id more", scopes("department:d1"), scopes("department:d1,d2")],
    ["a combination more", scopes("department:d1"), scopes("department:d1", "location:l1")],
    ["a condition fewer", scopes("department:d1 location:l1"), scopes("department:d1")],
    ["another dimension", scopes("department:d1"), scopes("location:d1")],
    ["a corner that no combination covered", scopes("d:1 l:1", "d:2 l:2"), scopes("d:1,2 l:1,2")],
    ["ids replaced by none, which may mean all", scopes("department:d1"), scopes("department:")],
    ["combinations replaced by none", scopes("department:d1"), []],
    ["what was none", [], scopes("department:d1")],
    ["what was a combination of nothing", [[]], scopes("department:d1")],
    ["an unknown before", null, scopes("department:d1")],
    ["an unknown after", scopes("department:d1"), null],
  ])("counts %s as grown", (_, before, after) => {
    expect(scopesGrew(before, after)).toBe(true);
  });

  it.each<[string, Scopes, Scopes]>([
    ["an id fewer", scopes("department:d1,d2"), scopes("department:d2")],
    ["a condition more", scopes("department:d1"), scopes("department:d1 location:l1")],
    ["the same, told otherwise", scopes("department:d1", "department:d2"), scopes("department:d1,d2")],
    ["a square told by its halves", scopes("d:1 l:1,2", "d:2 l:1,2"), scopes("d:1,2 l:1", "d:1,2 l:2")],
    ["none as before", [], []],
  ])("does not count %s as grown", (_, before, after) => {
    expect(scopesGrew(before, after)).toBe(false);
  });

  it("never counts a part of what was there as grown", () => {
    const withPart = anyScopes.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: Math.min(1, one.length) })),
    );
    fc.assert(
      fc.property(withPart, ([all, part]) => {
        expect(scopesGrew(all, part)).toBe(false);
      }),
    );
  });
});

describe("isGivenAnew()", () => {
  it("compares moments, not their spelling", () => {
    const before = inventGrant({ grantedAt: "2026-01-01T00:00:00Z" });
    expect(isGivenAnew(before, inventGrant({ grantedAt: "2026-01-01T08:00:00.000+08:00" }))).toBe(false);
    expect(isGivenAnew(before, inventGrant({ grantedAt: null }))).toBe(true);
  });
});
