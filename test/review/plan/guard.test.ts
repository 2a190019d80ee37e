import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HolderStatus } from "../../../functions/review/grants/grant.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import { holdsToday } from "../../../functions/review/plan/guard.ts";
import type { Candidate } from "../../../functions/review/plan/plan.ts";
import { defaultGuard, type Guard } from "../../../functions/review/rules/policy.ts";
import {
  holdsOf,
  inventCandidate,
  inventContext,
  inventGrant,
  inventKeep,
  inventRule,
  takenAt,
} from "../grants/invented-grants.ts";

const insists = inventRule({ id: "leaver", overridable: false });
const yields = inventRule();

/** What holds the invented grant under these guards, changes and rules. */
const holdOf = (guard: Partial<Guard>, changes: Parameters<typeof inventGrant>[0] = {}, rules = [yields]) =>
  holdsToday({ rules }, inventGrant(changes), { ...defaultGuard, ...guard }, takenAt)?.by ?? null;

describe("holdsToday()", () => {
  it("holds nothing back that no guard speaks of", () => {
    expect(holdOf({})).toBeNull();
  });

  it("holds protected roles by id or code, protected holders and canaries, whatever rule insists", () => {
    expect(holdOf({ protectedRoles: ["r1"] }, {}, [insists])).toBe("protected-role");
    expect(holdOf({ protectedRoles: ["code-1"] }, {}, [insists])).toBe("protected-role");
    expect(holdOf({ protectedHolders: ["h1"] }, {}, [insists])).toBe("protected-holder");
    expect(holdOf({ canaries: [{ holder: "h1", role: "r1" }] }, {}, [insists])).toBe("canary");
    expect(holdOf({ protectedRoles: ["r2"], canaries: [{ holder: "h1", role: "r2" }] })).toBeNull();
  });

  it("holds grants younger than minGrantAgeDays, by their date, else by when they were first seen", () => {
    expect(holdOf({}, { grantedAt: "2026-05-18T00:00:01Z" })).toBe("too-new");
    expect(holdOf({}, { grantedAt: "2026-05-18T00:00:00Z" })).toBeNull();
    expect(holdOf({}, { grantedAt: null, firstSeenAt: "2026-05-31T00:00:00Z" })).toBe("too-new");
    expect(holdOf({}, { grantedAt: "2026-05-31T00:00:00Z" }, [insists])).toBeNull();
    expect(holdOf({}, { grantedAt: "2026-05-31T00:00:00Z" }, [insists, yields])).toBeNull();
  });

  it("holds what the provider does not remove, with its reason", () => {
    const ruled = inventGrant({ removable: false, unremovableReason: "granted by rule" });
    const hold = holdsToday({ rules: [insists] }, ruled, defaultGuard, takenAt);
    expect(hold).toEqual({ by: "unremovable", detail: "granted by rule" });
  });

  it("holds what cannot be given back, unless it is allowed or a rule insists", () => {
    expect(holdOf({}, { restorable: false })).toBe("unrestorable");
    expect(holdOf({ allowUnrestorable: true }, { restorable: false })).toBeNull();
    expect(holdOf({}, { restorable: false }, [insists])).toBeNull();
  });

  it("holds whatever could not be read, and no setting or rule lifts that", () => {
    const unread = { code: null, name: { zh: null, en: null }, kind: null, status: null };
    for (const changes of [{ scopes: null }, { holder: { status: "unknown" as const } }, { role: unread }]) {
      expect(holdOf({ allowUnrestorable: true, minGrantAgeDays: 0 }, changes, [insists])).toBe("unknown");
    }
  });

  it("names the first hold that fits in the contract's order", () => {
    const all = { grantedAt: takenAt, removable: false, restorable: false, scopes: null };
    expect(holdOf({}, all)).toBe("too-new");
    expect(holdOf({}, all, [insists])).toBe("unremovable");
    expect(holdOf({ protectedRoles: ["r1"], protectedHolders: ["h1"] }, all)).toBe("protected-role");
  });

  it("says figures, and neither names nor e-mails", () => {
    const grant = inventGrant({ grantedAt: "2026-05-29T12:00:00Z" });
    const hold = holdsToday({ rules: [yields] }, grant, defaultGuard, takenAt);
    expect(hold?.detail).toBe("granted 2 days ago, minGrantAgeDays is 14");
  });
});

/** Candidates of one role: as many as statuses, each with the same rules. */
const ofRole = (roleId: string, statuses: HolderStatus[], rules = [yields]): Candidate[] =>
  statuses.map((status, at) =>
    inventCandidate({ holder: { id: `${roleId}-${at}`, status }, role: { id: roleId } }, rules),
  );

const withRole = (holders: number, active: number, guard: Partial<Guard> = {}) =>
  inventContext({ roleHolders: new Map([["r1", { holders, active }]]) }, guard);

describe("holdItems() by a role's share", () => {
  const six = ofRole("r1", Array(6).fill("disabled"));

  it("holds all of a role's items beyond maxRoleShare, also those that a rule insists on", () => {
    const [first, ...others] = six;
    const mixed = [{ ...first!, matched: [insists] }, ...others];
    expect(holdsOf(mixed, withRole(10, 4))).toEqual(Array(6).fill("role-share"));
  });

  it("lets exactly the share pass, and roles of fewer than 10 holders", () => {
    expect(holdsOf(six, withRole(12, 6))).toEqual(Array(6).fill(null));
    expect(holdsOf(six, withRole(9, 3))).toEqual(Array(6).fill(null));
  });

  it("does not count what is held anyway", () => {
    expect(holdsOf(six, withRole(10, 4, { protectedHolders: ["r1-0"] }))).toEqual([
      "protected-holder",
      ...Array(5).fill(null),
    ]);
  });
});

describe("holdItems() by a role's last holder", () => {
  it("holds the overridable items of a role that would lose its last active holder", () => {
    expect(holdsOf(ofRole("r1", ["active", "leaving", "disabled"]), withRole(3, 2))).toEqual(
      Array(3).fill("last-holder"),
    );
  });

  it("lets them pass while one active holder stays, be it by another hold", () => {
    const items = ofRole("r1", ["active", "leaving"]);
    expect(holdsOf(items, withRole(3, 3))).toEqual([null, null]);
    expect(holdsOf(items, withRole(2, 2, { protectedHolders: ["r1-0"] }))).toEqual(["protected-holder", null]);
  });

  it("leaves the holds that are there already, a role's share among them", () => {
    const [one, other] = ofRole("r1", ["active", "disabled"]);
    const context = withRole(2, 1, { protectedHolders: ["r1-1"] });
    expect(holdsOf([one!, other!], context)).toEqual(["last-holder", "protected-holder"]);
    const most = ofRole("r1", ["active", ...Array<HolderStatus>(6).fill("disabled")]);
    expect(holdsOf(most, withRole(10, 1))).toEqual(Array(7).fill("role-share"));
  });

  it("counts a holder whom a decision keeps as staying", () => {
    const [first, second] = ofRole("r1", ["active", "active"]);
    const keep = { decision: inventKeep(first!.grant), rulesThen: ["stale"] };
    expect(holdsOf([{ ...first!, keep }, second!], withRole(2, 2))).toEqual(["decision", null]);
  });

  it("lets pass what a rule insists on, roles without active holder, and everything if keepLastHolder is off", () => {
    expect(holdsOf(ofRole("r1", ["active"], [insists]), withRole(1, 1))).toEqual([null]);
    expect(holdsOf(ofRole("r1", ["left"]), withRole(1, 0))).toEqual([null]);
    expect(holdsOf(ofRole("r1", ["active"]), withRole(1, 1, { keepLastHolder: false }))).toEqual([null]);
  });
});

const isActive = ({ grant }: Candidate): boolean => ["active", "leaving"].includes(grant.holder.status);

describe("holdItems()", () => {
  it("holds grants of a role that the role list lacks", () => {
    expect(holdsOf(ofRole("r9", ["active"], [insists]), withRole(1, 1))).toEqual(["unknown"]);
  });

  const anyCandidate = fc.record({
    role: fc.constantFrom("r1", "r2"),
    status: fc.constantFrom<HolderStatus[]>("active", "leaving", "left", "disabled", "unknown"),
    rule: fc.constantFrom(insists, yields),
    grantedAt: fc.constantFrom(null, takenAt, "2025-01-01T00:00:00Z"),
    restorable: fc.boolean(),
    isKept: fc.boolean(),
  });

  /** A company whose two roles are held by the candidates and by some inactive others. */
  const anyCompany = fc
    .record({
      drawn: fc.array(anyCandidate, { maxLength: 25 }),
      others: fc.nat(5),
      guard: fc.record({
        maxRoleShare: fc.constantFrom(0, 0.2, 0.5, 1),
        minGrantAgeDays: fc.constantFrom(0, 14),
        allowUnrestorable: fc.boolean(),
        protectedHolders: fc.subarray(["h0", "h1", "h2", "h3", "h4"]),
      }),
    })
    .map(({ drawn, others, guard }) => {
      const candidates = drawn.map(({ role, status, rule, grantedAt, restorable, isKept }, at): Candidate => {
        const changes = { holder: { id: `h${at}`, status }, role: { id: role }, grantedAt, restorable };
        const one = inventCandidate(changes, [rule]);
        return isKept ? { ...one, keep: { decision: inventKeep(one.grant), rulesThen: ["stale"] } } : one;
      });
      const holdersOf = (role: string) => {
        const own = candidates.filter(({ grant }) => grant.role.id === role);
        return { holders: own.length + others, active: own.filter(isActive).length };
      };
      const roleHolders = new Map(["r1", "r2"].map((role) => [role, holdersOf(role)]));
      return { candidates, context: inventContext({ roleHolders }, guard) };
    });

  it("never lets a role lose more than its share, nor its last active holder to rules that do not insist", () => {
    fc.assert(
      fc.property(anyCompany, ({ candidates, context }) => {
        const holds = holdsOf(candidates, context);
        for (const [role, { holders, active }] of context.roleHolders) {
          const free = candidates.filter(({ grant }, at) => grant.role.id === role && holds[at] === null);
          if (holders >= 10) expect(free.length / holders).toBeLessThanOrEqual(context.policy.guard.maxRoleShare);
          const taken = free.filter(isActive);
          if (active > 0 && taken.length === active) {
            expect(free.every(({ matched }) => matched.every(({ overridable }) => !overridable))).toBe(true);
          }
        }
      }),
    );
  });

  it("never frees an item that is held by itself when a holder is protected or grants must be older", () => {
    fc.assert(
      fc.property(anyCompany, fc.nat(4), ({ candidates, context }, at) => {
        const { guard } = context.policy;
        const stricter = { ...guard, minGrantAgeDays: 3650, protectedHolders: [...guard.protectedHolders, `h${at}`] };
        const before = holdsOf(candidates, context);
        const after = holdsOf(candidates, { ...context, policy: { ...context.policy, guard: stricter } });
        before.forEach((by, index) => {
          // What a role's share or last holder holds depends on what else is held: fewer removals may well free it.
          if (by !== null && by !== "role-share" && by !== "last-holder") expect(after[index]).not.toBeNull();
        });
      }),
    );
  });

  it("never lets anything pass whose holder is unknown", () => {
    fc.assert(
      fc.property(anyCompany, ({ candidates, context }) => {
        const free = new Set(
          buildPlan(candidates, context)
            .items.filter(({ hold }) => !hold)
            .map((item) => item.grantId),
        );
        const passed = candidates.filter(({ grant }) => free.has(grant.id));
        expect(passed.every(({ grant }) => grant.holder.status !== "unknown")).toBe(true);
      }),
    );
  });
});
