import { describe, expect, it } from "vitest";
import { heldNotice, plainError } from "../../functions/runtime/lambda-answer.ts";

const context = { language: "en", stackName: "Reviews", report: "s3://b/report.html" } as const;
const answer = { source: "people", review: "2026-10-01T020000Z", planHash: "0".repeat(64) };
const tripped = { ...answer, status: "held" as const, limits: [{ name: "maxExpiries", limit: 20, actual: 31 }] };

const eventIn = (notice: string | null): unknown => JSON.parse(/--payload '(.*)' /.exec(notice ?? "")![1]!);

describe("heldNotice()", () => {
  it.each(["en", "zh"] as const)(
    "names the limits, the report and the command that approves exactly this plan, in %s",
    (language) => {
      const notice = heldNotice(tripped, { ...context, language });
      for (const word of ["maxExpiries 31 > 20", "s3://b/report.html", "2026-10-01T020000Z"])
        expect(notice).toContain(word);
      expect(eventIn(notice)).toEqual({ source: "people", approve: answer.planHash, by: "NAME", reason: "WHY" });
    },
  );

  it("names the command that resumes where somebody said stop", () => {
    const stopped = { ...answer, status: "held" as const, limits: [{ name: "stopped", limit: 0, actual: 1 }] };
    expect(eventIn(heldNotice(stopped, context))).toEqual({
      source: "people",
      resume: true,
      by: "NAME",
      reason: "WHY",
    });
  });

  it("has nothing to say of a review that nothing holds", () => {
    expect(heldNotice({ ...answer, status: "waiting" }, context)).toBeNull();
  });
});

describe("plainError()", () => {
  it("keeps name, message and where it came from, and drops whatever else hangs on it", () => {
    const cause = new Error("Bearer t-secret");
    const error = Object.assign(new TypeError("Cannot do", { cause }), { request: { headers: "t-secret" } });
    const plain = plainError(error);
    expect([plain.name, plain.message]).toEqual(["TypeError", "Cannot do"]);
    expect(plain.stack).toMatch(/^TypeError: Cannot do\n +at .*lambda-answer\.test/);
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(plain))).not.toContain("t-secret");
  });

  it("says so where what was thrown is no error", () => {
    expect(plainError("t-secret").message).not.toContain("t-secret");
  });
});
