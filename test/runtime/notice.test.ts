import { describe, expect, it } from "vitest";
import { noticeOf } from "../../functions/runtime/notice.ts";

const context = { language: "en", expireFunction: "AccessReview-expire", report: "s3://b/report.html" } as const;
const answer = { source: "people", review: "2026-10-01T020000Z", planHash: "0".repeat(64) };
const tripped = { ...answer, status: "held", limits: [{ name: "maxExpiries", limit: 20, actual: 31 }] };

const eventIn = (notice: string | null): unknown => JSON.parse(/--payload '(.*)' /.exec(notice ?? "")![1]!);

describe("noticeOf()", () => {
  it.each(["en", "zh"] as const)(
    "names the limits, the report and the command that approves exactly this plan, in %s",
    (language) => {
      const notice = noticeOf(tripped, { ...context, language });
      for (const word of ["maxExpiries 31 > 20", "s3://b/report.html", "2026-10-01T020000Z"])
        expect(notice).toContain(word);
      expect(eventIn(notice)).toEqual({ source: "people", approve: answer.planHash, by: "NAME", reason: "WHY" });
    },
  );

  it("names the command that resumes where somebody said stop", () => {
    const stopped = { ...answer, status: "held", limits: [{ name: "stopped", limit: 0, actual: 1 }] };
    expect(eventIn(noticeOf(stopped, context))).toEqual({ source: "people", resume: true });
  });

  it("has nothing to say of a review that nothing holds", () => {
    expect(noticeOf({ ...answer, status: "waiting" }, context)).toBeNull();
  });
});
