import { describe, expect, it } from "vitest";
import { LeaseHeldError } from "../../functions/stages/lease.ts";
import { valid } from "../config/valid.ts";
import { resourcesOf, synthesise } from "./synthesised.ts";
import { type Definition, walk } from "./walked-states.ts";

type Token = string | { "Fn::GetAtt": [string, string] } | { Ref: string };

const definition = ((): Definition => {
  const [[, { Properties }]] = resourcesOf(synthesise(valid), "AWS::StepFunctions::StateMachine") as [
    [string, { Properties: Record<string, unknown> }],
  ];
  const parts = (Properties.DefinitionString as { "Fn::Join": [string, Token[]] })["Fn::Join"][1];
  const text = parts.map((part) =>
    typeof part === "string" ? part : "Ref" in part ? part.Ref : part["Fn::GetAtt"][0],
  );
  return JSON.parse(text.join("")) as Definition;
})();

const stageOf = (functionName: string): string => /^[a-z]+/.exec(functionName)![0];

const event = { source: "people", review: "2026-10-01T020000Z" };

/** An answer as a stage gives it, counts included. */
const answer = (status: string, rest: Record<string, unknown> = {}) => ({ ...event, status, grants: 900, ...rest });

const execute = (input: Record<string, unknown>, ...answers: Record<string, unknown>[]) =>
  walk(definition, { input, answers, stageOf });

describe("createReviewStateMachine()", () => {
  it("takes a scheduled review, named by the instant it was due, from snapshot to seal", () => {
    const input = { source: "people", scheduledAt: "2026-10-01T02:00:00Z" };
    expect(execute(input, answer("done"), answer("done"), answer("done"), answer("done"))).toEqual({
      invoked: [
        ["snapshot", event],
        ["assess", event],
        ["expire", event],
        ["seal", event],
      ],
      waitedFor: [],
      end: "Sealed",
    });
  });

  it("goes on with the review that the event names", () => {
    const { invoked, end } = execute(event, answer("done"), answer("done"), answer("done"), answer("done"));
    expect(invoked[0]).toEqual(["snapshot", event]);
    expect(end).toBe("Sealed");
  });

  it("leaves it to the Lambda to find the open review where none is named, and goes on with that", () => {
    const { invoked } = execute({ source: "people" }, answer("continue"), answer("done"), answer("incomplete"));
    expect(invoked).toEqual([
      ["snapshot", { source: "people" }],
      ["snapshot", event],
      ["assess", event],
    ]);
  });

  it("calls a stage again, with the same event, for as long as it answers continue", () => {
    const again = [answer("continue"), answer("continue"), answer("done")];
    const { invoked, end } = execute(event, ...again, ...again, ...again, ...again);
    expect(invoked.map(([stage]) => stage)).toEqual(
      ["snapshot", "assess", "expire", "seal"].flatMap((stage) => [stage, stage, stage]),
    );
    expect(invoked.every(([, given]) => JSON.stringify(given) === JSON.stringify(event))).toBe(true);
    expect(end).toBe("Sealed");
  });

  it("waits for the end of a notice, then assesses anew, as decisions may have come in", () => {
    const waiting = answer("waiting", { resumeAt: "2026-10-15T02:00:00Z" });
    const { invoked, waitedFor, end } = execute(
      event,
      ...[answer("done"), answer("done"), waiting],
      ...[answer("done"), answer("done"), answer("done")],
    );
    expect(waitedFor).toEqual(["2026-10-15T02:00:00Z"]);
    expect(invoked.map(([stage]) => stage)).toEqual(["snapshot", "assess", "expire", "assess", "expire", "seal"]);
    expect(end).toBe("Sealed");
  });

  it.each([
    ["incomplete", "Incomplete"],
    ["held", "Held"],
    ["a status of a later version", "Incomplete"],
  ])("fails where a stage answers %s, and calls no further stage", (status, error) => {
    const afterSnapshot = execute(event, answer(status));
    expect(afterSnapshot).toMatchObject({ invoked: [["snapshot", event]], end: `failed: ${error}` });
    const afterAssess = execute(event, answer("done"), answer(status));
    expect(afterAssess).toMatchObject({ invoked: [["snapshot"], ["assess"]].map(([stage]) => [stage, event]) });
    expect(afterAssess.end).toBe(`failed: ${error}`);
    expect(execute(event, answer("done"), answer("done"), answer(status)).end).toBe(`failed: ${error}`);
  });

  it("gives the stage's answer as the cause of a failure", () => {
    const failures = Object.values(definition.States).filter(({ Type }) => Type === "Fail");
    expect(failures.map(({ CausePath }) => CausePath)).toEqual(["States.JsonToString($)", "States.JsonToString($)"]);
  });

  it("tries a stage again after a fault of Lambda's own or a lease held by another, and after no other error", () => {
    const tasks = Object.values(definition.States).filter(({ Type }) => Type === "Task");
    expect(tasks).toHaveLength(5);
    for (const { Retry } of tasks) {
      expect(Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual([
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        new LeaseHeldError("").name,
      ]);
    }
  });
});
