import { describe, expect, it } from "vitest";
import { plainError } from "../../functions/runtime/plain-error.ts";

describe("plainError()", () => {
  it("keeps name, message and where it came from, and drops whatever else hangs on it", () => {
    const cause = new Error("Bearer t-secret");
    const error = Object.assign(new TypeError("Cannot do", { cause }), { request: { headers: "t-secret" } });
    const plain = plainError(error);
    expect([plain.name, plain.message]).toEqual(["TypeError", "Cannot do"]);
    expect(plain.stack).toMatch(/^TypeError: Cannot do\n +at .*plain-error\.test/);
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(plain))).not.toContain("t-secret");
  });

  it("says so where what was thrown is no error", () => {
    expect(plainError("t-secret").message).not.toContain("t-secret");
  });
});
