import { describe, expect, it } from "vitest";
import { parseEvent, type StageEvent } from "../../functions/runtime/lambda-event.ts";

const hash = "0123456789abcdef".repeat(4);
const review = "2026-10-01T020000Z";
const everyField = [
  "approve",
  "by",
  "reason",
  "grants",
  "all",
  "stop",
  "resume",
  "retire",
] satisfies (keyof StageEvent)[];

describe("parseEvent()", () => {
  it.each([
    [{ source: "people" }],
    [{ source: "people", review }],
    [{ source: "people", approve: hash, by: "Lin", reason: "read the report" }],
    [{ source: "people", review, grants: ["0123456789abcdef"], by: "Lin", reason: "a mistake" }],
    [{ source: "people", review, all: true, by: "Lin", reason: "a mistake" }],
    [{ source: "people", stop: true, by: "Lin", reason: "looking" }],
    [{ source: "people", resume: true, by: "Lin", reason: "looked" }],
  ])("takes %j as it is", (event) => {
    expect(parseEvent(event, everyField)).toEqual(event);
  });

  it("makes half an emoji in a name or a reason well-formed, as no file could hold it", () => {
    const event = { source: "people", stop: true, by: "Lin \uD83D", reason: "\uDE00 looks odd" };
    expect(parseEvent(event, everyField)).toMatchObject({ by: "Lin \uFFFD", reason: "\uFFFD looks odd" });
  });

  it("takes a plan's hash in groups, as a message may have it", () => {
    const event = { source: "people", approve: hash.replace(/.{8}(?=.)/g, "$&-"), by: "Lin", reason: "read" };
    expect(parseEvent(event, everyField)).toEqual({ ...event, approve: hash });
  });

  it.each([
    ["no object", "people", "it must be an object"],
    ["a list", [{ source: "people" }], "it must be an object"],
    ["no source", {}, "source is missing"],
    ["a source without a name", { source: " " }, "source must be"],
    ["a source that is no text", { source: ["people"] }, "source must be"],
    ["a misspelt field", { source: "people", revew: review }, "revew is not a field"],
    ["a review that is none", { source: "people", review: "yesterday" }, "review must be"],
    ["half a hash", { source: "people", approve: "0123", by: "Lin", reason: "read" }, "approve must be"],
    ["a list of a hash", { source: "people", approve: [hash], by: "Lin", reason: "read" }, "approve must be"],
    ["an approval by nobody", { source: "people", approve: hash, reason: "read" }, "by is missing"],
    ["an approval by a blank", { source: "people", approve: hash, by: " ", reason: "read" }, "by must be"],
    ["grants that are one text", { source: "people", grants: "0123456789abcdef" }, "grants must be"],
    ["a grant that is a number", { source: "people", grants: [1234567890123456] }, "grants must be"],
    ["all as text", { source: "people", all: "true" }, "all must be true"],
    ["a retirement by nobody", { source: "people", review, retire: true, reason: "a wrong year" }, "by is missing"],
    ["a stop by nobody", { source: "people", stop: true, reason: "x" }, "by is missing: a stop says by whom and why"],
    ["a resume without a reason", { source: "people", resume: true, by: "Lin" }, "reason is missing"],
    ["a put-back by nobody", { source: "people", review, all: true }, "by is missing"],
    ["a retirement of no review", { source: "people", retire: true, by: "Lin", reason: "x" }, "review is missing"],
    ["some and all", { source: "people", grants: ["0123456789abcdef"], all: true }, "grants and all exclude"],
    ["stop and go", { source: "people", stop: true, resume: true }, "stop and resume exclude"],
  ])("names the field of %s", (_, event, said) => {
    expect(() => parseEvent(event, everyField)).toThrow(said);
  });

  it("names a field that another Lambda takes, and every fault at once", () => {
    const event = { review: "x", all: true };
    expect(() => parseEvent(event)).toThrow(/all is not a field.*source is missing.*review must be/);
  });
});
