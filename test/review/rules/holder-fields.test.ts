import { describe, expect, it } from "vitest";
import { holderFieldsIn } from "../../../functions/review/rules/holder-fields.ts";
import { checkExpression } from "../../../functions/review/rules/rule-check.ts";

describe("holderFieldsIn()", () => {
  it.each([
    ['holder.email == "x"', ["email"]],
    ['holder["managerId"] == ""', ["managerId"]],
    ["holder['departmentId'] != previous.departmentId", ["departmentId"]],
    ["has(holder.lastDay) && !holder.employedAgain", ["lastDay", "employedAgain"]],
    ['(holder).email.endsWith("x")', ["email"]],
    ['holder\n  .email == ""', ["email"]],
    ["role.name == \"holder.email\" || holder.name == 'holder.managerId'", []],
    ['role.name == "a \\" holder.email"', []],
    ['holder.status == "left"', []],
  ])("finds which of the fields that may not come are read: %s", (when, fields) => {
    expect(checkExpression(when)).toBeNull();
    expect(holderFieldsIn([{ when }])).toEqual(fields);
  });
});
