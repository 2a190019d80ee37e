import { describe, expect, it } from "vitest";
import { ApiError, NoReplyError, ThrottledError } from "../../functions/http/errors.ts";
import { briefAnswer, heldNotice, plainError } from "../../functions/runtime/lambda-answer.ts";
import { SecretError } from "../../functions/runtime/secrets.ts";
import { StoreError } from "../../functions/store/objects.ts";

const context = { language: "en", stackName: "Reviews", report: "s3://b/report.html", nowMs: 0 } as const;
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

  it("means the open sweep by the command where a sweep is held", () => {
    const swept = { ...tripped, review: "2026-10-02T063000Z-sweep" };
    const { planHash } = answer;
    const event = { source: "people", sweep: true, approve: planHash, by: "NAME", reason: "WHY" };
    expect(eventIn(heldNotice(swept, context))).toEqual(event);
  });

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

describe("heldNotice() as a review waits", () => {
  const dayMs = 86_400_000;
  const heldSince = "2026-10-01T02:00:00.000Z";
  const held = { ...tripped, heldSince, actUntil: "2026-10-16T02:00:00.000Z" };
  const onDay = (day: number, language: "en" | "zh" = "en"): string =>
    heldNotice(held, { ...context, language, nowMs: Date.parse(heldSince) + day * dayMs + 60_000 })!;

  it("is another text on the days 1, 3 and 7, and then every week, and the same on the days between", () => {
    const days = Array.from({ length: 23 }, (_, day) => day);
    const others = days.filter((day) => day === 0 || onDay(day) !== onDay(day - 1));
    expect(others).toEqual([0, 1, 3, 7, 14, 21]);
  });

  it("says how long it is held, and how many days are left", () => {
    expect(onDay(0)).toContain("15 days are left (until 2026-10-16T02:00:00.000Z)");
    expect(onDay(15)).toContain("Reminder: held for 14 days. 1 day is left");
    expect(onDay(3, "zh")).toContain("已等待 3 天。还有 12 天");
  });
});

describe("briefAnswer()", () => {
  it("names 20 of a long list, be it in a text, and counts the rest", () => {
    const ids = Array.from({ length: 3_000 }, (_, at) => `holder-${at} role-${at}`);
    const detail = `not found: ${ids.join(", ")}`;
    const brief = briefAnswer({ failedChecks: [{ name: "canaries-present", passed: false, detail }], ids, grants: 7 });
    expect(JSON.stringify(brief).length).toBeLessThan(2_000);
    expect(brief.ids.slice(-2)).toEqual(["holder-19 role-19", "and 2980 more"]);
    expect(brief.failedChecks[0]?.detail).toMatch(/^not found: holder-0 role-0, .*holder-19 role-19 and 2980 more$/);
    expect(brief.grants).toBe(7);
  });

  it("leaves what is short as it is, and cuts a long text that is no list", () => {
    const short = { faults: ["a, b"], limits: [{ name: "maxShare" }], resumeAt: null };
    expect(briefAnswer(short)).toEqual(short);
    expect(briefAnswer("x".repeat(10_000))).toMatch(/^x{4000} … and 6000 more characters$/);
  });
});

const refusal = { call: "listRoles", code: "1", reason: "no", requestId: null };

describe("plainError()", () => {
  it.each([
    ["ProviderUnavailable", new NoReplyError("listRoles", new Error("reset"))],
    ["ProviderUnavailable", new ThrottledError({ ...refusal, status: 429, retryAfterMs: null })],
    ["ProviderUnavailable", new ApiError({ ...refusal, status: 500 })],
    ["ApiError", new ApiError({ ...refusal, status: 400 })],
    ["CredentialsRefused", new SecretError("Cannot read secretsmanager:people/read")],
    ["StoreUnavailable", new StoreError("S3 answered SlowDown", { trouble: "StoreUnavailable" })],
    ["StoreError", new StoreError("Cannot use a key")],
  ])("names trouble that passes as the state machine knows it: %s", (name, error) => {
    expect(plainError(error)).toMatchObject({ name, message: error.message });
  });

  it("keeps a message that an execution can hold", () => {
    expect(plainError(new Error("x".repeat(50_000))).message.length).toBeLessThan(5_000);
  });

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
