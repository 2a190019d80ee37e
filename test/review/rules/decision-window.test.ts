import { describe, expect, it } from "vitest";
import { epochMs } from "../../../functions/basics/time.ts";
import type { Policy, Rule } from "../../../functions/review/rules/policy.ts";
import { expiresUndecided, isWindowOpen, windowEndOf } from "../../../functions/review/rules/policy.ts";
import { inventContext, inventRule, takenAt } from "../grants/invented-grants.ts";

const { decideWithinDays: _none, ...policy } = inventContext().policy;
const policyWith = (decideWithinDays: number, allowExpireUndecided = true): Policy => ({
  ...policy,
  decideWithinDays,
  guard: { ...policy.guard, allowExpireUndecided },
});

describe("windowEndOf()", () => {
  it("counts days of 24 h from the snapshot, and is null where nobody is waited for", () => {
    expect(windowEndOf(policyWith(14), takenAt)).toBe("2026-06-15T00:00:00Z");
    expect(windowEndOf(policyWith(0), takenAt)).toBeNull();
    expect(windowEndOf(policy, takenAt)).toBeNull();
  });
});

describe("isWindowOpen()", () => {
  it("is so until the last moment, and never without a window", () => {
    const endMs = epochMs("2026-06-15T00:00:00Z");
    expect(isWindowOpen(policyWith(14), takenAt, endMs - 1)).toBe(true);
    expect(isWindowOpen(policyWith(14), takenAt, endMs)).toBe(false);
    expect(isWindowOpen(policy, takenAt, epochMs(takenAt))).toBe(false);
  });
});

describe("expiresUndecided()", () => {
  const asked = (changes: Partial<Rule> = {}) => inventRule({ then: "flag", onNoDecision: "expire", ...changes });

  it("takes the rule's word, the guard's leave and a window, all three", () => {
    expect(expiresUndecided(asked(), policyWith(14))).toBe(true);
    expect(expiresUndecided(asked({ onNoDecision: "keep" }), policyWith(14))).toBe(false);
    expect(expiresUndecided(asked({ onNoDecision: undefined }), policyWith(14))).toBe(false);
    expect(expiresUndecided(asked(), policyWith(14, false))).toBe(false);
    expect(expiresUndecided(asked(), policyWith(0))).toBe(false);
    expect(expiresUndecided(asked(), policy)).toBe(false);
  });
});
