import { describe, expect, it } from "vitest";
import { type HeldRole, openHeldRoles, openRoleSides } from "../../../functions/review/rules/conflicts.ts";
import type { Conflict } from "../../../functions/review/rules/policy.ts";

const reason = { en: "Too much", zh: "职责冲突" };
const side = (...roles: string[]) => [{ source: "hr", roles }];
const pay: Conflict = { id: "pay", between: [side("prepare", "draft"), side("approve")], reason };
const three: Conflict = { id: "three", between: [side("prepare"), side("approve"), side("audit")], reason };

const role = (id: string, code: string | null = null) => ({ id, code, name: { zh: null, en: id } });

/** Who holds which roles, by the conflicts; `revoked` are roles on which a revoke is in force. */
function found(conflicts: Conflict[], holds: Record<string, string[]>, revoked: string[] = []) {
  const sidesOf = openRoleSides(conflicts);
  const held = openHeldRoles(conflicts);
  for (const [person, roles] of Object.entries(holds)) {
    for (const id of roles) {
      const sides = sidesOf("hr", role(id));
      if (!sides) continue;
      const revokedAt = revoked.includes(id) ? "2026-10-02T00:00:00Z" : null;
      const since = "2026-01-01T00:00:00Z";
      const grant = { source: "hr", review: "r", grantId: `${person}-${id}`, holderId: person, role: role(id), since };
      held.note(person.split("+"), { ...grant, sides, revokedAt } satisfies HeldRole);
    }
  }
  return [...held.conflicts()].map(([{ grantId }, of]) => [
    grantId,
    of.map((one) => [
      conflicts[one.at]!.id,
      one.with.map((other) => other.grantId),
      ...(one.answeredAt ? ["answered"] : []),
    ]),
  ]);
}

describe("openRoleSides()", () => {
  it("knows a role by its id and by its code, in its own source alone", () => {
    const sidesOf = openRoleSides([pay, three]);
    expect(sidesOf("hr", role("7", "prepare"))).toEqual([
      { at: 0, sides: [0] },
      { at: 1, sides: [0] },
    ]);
    expect(sidesOf("hr", role("draft"))).toEqual([{ at: 0, sides: [0] }]);
    expect([sidesOf("hr", role("other")), sidesOf("cloud", role("approve"))]).toEqual([null, null]);
  });
});

describe("openHeldRoles()", () => {
  it("finds whoever has a role of each side, on each grant that takes part, with the others named", () => {
    expect(found([pay], { ann: ["prepare", "draft", "approve"], bob: ["prepare", "draft"], eve: ["approve"] })).toEqual(
      [
        ["ann-prepare", [["pay", ["ann-approve"]]]],
        ["ann-draft", [["pay", ["ann-approve"]]]],
        ["ann-approve", [["pay", ["ann-draft", "ann-prepare"]]]],
      ],
    );
  });

  it("asks for every side where there are three", () => {
    expect(found([three], { ann: ["prepare", "approve"] })).toEqual([]);
    expect(found([three], { ann: ["prepare", "approve", "audit"] })[0]).toEqual([
      "ann-prepare",
      [["three", ["ann-approve", "ann-audit"]]],
    ]);
  });

  it("takes one grant of two sides for no conflict with itself", () => {
    const both: Conflict = { ...pay, between: [side("prepare"), side("code")] };
    const sides = openRoleSides([both])("hr", role("prepare", "code"))!;
    const held = openHeldRoles([both]);
    const grant = {
      source: "hr",
      review: "r",
      grantId: "a",
      holderId: "ann",
      role: role("prepare", "code"),
      since: "",
    };
    held.note(["ann"], { ...grant, sides, revokedAt: null });
    expect(held.conflicts().size).toBe(0);
    held.note(["ann"], { ...grant, grantId: "b", sides: [{ at: 0, sides: [1] }], revokedAt: null });
    expect([...held.conflicts().keys()].map(({ grantId }) => grantId)).toEqual(["a", "b"]);
  });

  it("takes the grant of a group for a grant of every member", () => {
    expect(found([pay], { "ann+bob": ["prepare"], ann: ["approve"] })).toEqual([
      ["ann+bob-prepare", [["pay", ["ann-approve"]]]],
      ["ann-approve", [["pay", ["ann+bob-prepare"]]]],
    ]);
  });

  it("is answered on both sides by a revoke of either, and by a revoke of one of two others on its own alone", () => {
    const held = { ann: ["prepare", "approve"] };
    expect(found([pay], held, ["approve"])).toEqual([
      ["ann-prepare", [["pay", ["ann-approve"], "answered"]]],
      ["ann-approve", [["pay", ["ann-prepare"]]]],
    ]);
    expect(found([pay], { ann: ["prepare", "draft", "approve"] }, ["prepare"])).toEqual([
      ["ann-prepare", [["pay", ["ann-approve"]]]],
      ["ann-draft", [["pay", ["ann-approve"]]]],
      ["ann-approve", [["pay", ["ann-draft", "ann-prepare"]]]],
    ]);
  });

  it("stands for a group's grant while it stands for any member", () => {
    const held = { "ann+bob": ["prepare"], ann: ["approve"], bob: ["approve"] };
    const [[, [of]]] = found([pay], held) as [[string, unknown[][]]];
    expect(of).toEqual(["pay", ["ann-approve", "bob-approve"]]);
    const answered = found([pay], held, ["approve"]) as [string, unknown[][]][];
    expect(answered[0]?.[1][0]?.at(-1)).toBe("answered");
  });

  it("names twenty others at most, and says how many there are", () => {
    const people = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const sidesOf = openRoleSides([pay]);
    const held = openHeldRoles([pay]);
    const grant = { source: "hr", review: "r", holderId: "x", since: "", revokedAt: null };
    held.note(people, { ...grant, grantId: "group", role: role("prepare"), sides: sidesOf("hr", role("prepare"))! });
    for (const person of people)
      held.note([person], { ...grant, grantId: person, role: role("approve"), sides: sidesOf("hr", role("approve"))! });
    const [first] = [...held.conflicts().values()];
    expect([first?.[0]?.with.length, first?.[0]?.all]).toEqual([20, 30]);
  });

  it("finds exactly who holds a role of every side, and is answered exactly where what is not revoked holds it no more", () => {
    let seed = 19;
    const below = (count: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % count;
    };
    const names = ["a", "b", "c", "d", "e", "f"];
    for (let life = 0; life < 300; life++) {
      const shuffled = names.toSorted(() => below(3) - 1);
      const sides = below(2) + 2;
      const between = Array.from({ length: sides }, (_, at) => shuffled.filter((_name, place) => place % sides === at));
      const conflict: Conflict = { id: "any", between: between.map((roles) => side(...roles)), reason };
      const holds = names.filter(() => below(2) === 0);
      const revoked = holds.filter(() => below(3) === 0);
      const isHeld = (roles: readonly string[]): boolean =>
        between.every((of) => of.some((one) => roles.includes(one)));
      const told = found([conflict], { ann: holds }, revoked) as [string, [unknown[]]][];
      expect(told.map(([grantId]) => grantId).sort()).toEqual(
        isHeld(holds) ? holds.map((one) => `ann-${one}`).sort() : [],
      );
      for (const [grantId, [of]] of told) {
        const own = grantId.slice("ann-".length);
        const left = holds.filter((one) => one === own || !revoked.includes(one));
        expect(of.includes("answered")).toBe(!isHeld(left));
        const mine = between.find((roles) => roles.includes(own))!;
        expect(of[1]).toEqual(
          holds
            .filter((one) => !mine.includes(one))
            .map((one) => `ann-${one}`)
            .sort(),
        );
      }
    }
  });
});
