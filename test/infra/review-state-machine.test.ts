import { afterEach, describe, expect, it } from "vitest";
import { LeaseHeldError } from "../../functions/ledger/lease.ts";
import { isReviewId, isSweep } from "../../functions/review/keys.ts";
import type { Clock } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { sweeping, valid } from "../config/valid.ts";
import { endLives, openLife, sourceId } from "../review-life/open-life.ts";
import { goneSince, newReviewId } from "../review-life/run-review.ts";
import { type Definition, definitionIn, type Execution, execute, statesOf, validate } from "./executed-machine.ts";
import { manySources, resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const enforcing = (text: string): string => text.replace("mode: report", "mode: enforce");

const machine = definitionIn(synthesise(enforcing(valid)));
const machineOfTwo = definitionIn(synthesise(enforcing(twoSources)));
const machineOfMany = definitionIn(synthesise(manySources(41)));
const reporting = definitionIn(synthesise(valid));
const sweepMachine = definitionIn(synthesise(enforcing(sweeping)));

const review = "2026-10-01T020000Z";
const event = { source: "people", review };
const begin = { begin: true };
const opening = ["seal", { ...event, earlier: true }] as const;

type Answer = { status: string } & Record<string, unknown>;
const done: Answer = { status: "done" };

/** Lambda as it answers, stage by stage: each answer once, and the last one for ever. Errors are thrown. */
const answering = (answersByStage: Record<string, (Answer | Error)[]> = {}): Execution["invoke"] => {
  const left = structuredCloneOf(answersByStage);
  return async (stage, { source, earlier }) => {
    const answers = earlier ? [done] : (left[`${stage} ${source}`] ?? left[stage] ?? [done]);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return { source, review, ...answer };
  };
};

const structuredCloneOf = (answers: Record<string, (Answer | Error)[]>) =>
  Object.fromEntries(Object.entries(answers).map(([stage, list]) => [stage, [...list]]));

const named = (name: string): Error => Object.assign(new Error("refused"), { name });

const stagesOf = ({ invoked }: { invoked: [string, Record<string, unknown>][] }): string[] =>
  invoked.filter(([, { earlier }]) => !earlier).map(([stage]) => stage);

describe("createReviewStateMachine()", () => {
  it.each([
    ["that removes, also in sweeps", sweepMachine],
    ["of many sources, that only reports", machineOfMany],
  ])("makes a machine %s, which is valid Amazon States Language", (_what, definition) => validate(definition));

  it("takes a review from snapshot to seal, once earlier ones are sealed", async () => {
    const { invoked, result } = await execute(machine, { input: { review }, invoke: answering() });
    expect(invoked).toEqual([opening, ["snapshot", event], ["assess", event], ["expire", event], ["seal", event]]);
    expect(result).toMatchObject({ reviews: [{ ...event, status: "sealed" }] });
  });

  const reviewOf = async (input: Record<string, unknown>): Promise<unknown> => {
    const { invoked } = await execute(machine, { input, invoke: answering() });
    const [id, ...others] = new Set(invoked.map(([, given]) => given.review));
    expect(others).toEqual([]);
    return id;
  };
  const scheduledAt = "2027-01-01T02:00:00Z";

  it("names a new review by the instant it was due, or by the execution's start, to the second", async () => {
    expect(await reviewOf({ scheduledAt })).toBe("2027-01-01T020000Z");
    expect(await reviewOf(begin)).toSatisfy(isReviewId);
    expect(JSON.stringify(machine.States["A review by its start"])).toContain("$$.Execution.StartTime");
  });

  it("takes a sweep by its instant through the same stages, once earlier sweeps are sealed", async () => {
    const { invoked, result } = await execute(sweepMachine, {
      input: { sweep: true, scheduledAt },
      invoke: answering(),
    });
    const sweep = { source: "people", review: "2027-01-01T020000Z-sweep" };
    expect(isSweep(sweep.review)).toBe(true);
    expect(invoked).toEqual([
      ["seal", { ...sweep, earlier: true }],
      ...["snapshot", "assess", "expire", "seal"].map((stage) => [stage, sweep]),
    ]);
    expect(result).toMatchObject({ reviews: [{ status: "sealed" }] });
  });

  it("sweeps only sources with rules that act in sweeps, and fails where none has any", async () => {
    const rule = sweeping.slice(sweeping.indexOf("    - id: leaver"));
    const input = { sweep: true, scheduledAt };
    const some = definitionIn(synthesise(`${twoSources}${rule}      sources: [people-cn]\n`));
    const { invoked } = await execute(some, { input, invoke: answering() });
    expect(new Set(invoked.map(([, { source }]) => source))).toEqual(new Set(["people-cn"]));
    expect(await execute(machine, { input, invoke: answering() })).toMatchObject({
      error: "NothingSwept",
      invoked: [],
    });
  });

  it("begins the sweep after one that is too old to be acted on as a sweep, and fails loudly like a review", async () => {
    const outdated = { ...done, outdated: { ageDays: 31 } };
    const input = { review: "2026-07-01T020000Z-sweep" };
    const answers = answering({ assess: [outdated, done] });
    const { invoked } = await execute(sweepMachine, { input, invoke: answers });
    const ids = [...new Set(invoked.map(([, { review: id }]) => String(id)))];
    expect(ids).toHaveLength(2);
    expect(ids.every((id) => isReviewId(id) && isSweep(id))).toBe(true);
    const refused = answering({ snapshot: [named("RefusedRequestError")] });
    expect(await execute(sweepMachine, { input, invoke: refused })).toMatchObject({ error: "SourceFailed", waits: [] });
  });

  it("goes on with the review that is named", async () => {
    expect(await reviewOf({ review: "2026-07-01T020000Z-2", scheduledAt })).toBe("2026-07-01T020000Z-2");
  });

  it.each([{}, { begin: false }, { source: "people" }])(
    "asks which review is open, or is to begin, where %o names none, and goes on with that one",
    async (input) => {
      const { invoked, result } = await execute(machine, { input, invoke: answering() });
      const [asked, ...others] = invoked;
      expect(asked).toEqual(["seal", { source: "people", earlier: true }]);
      expect(others).toEqual([
        ["snapshot", event],
        ["assess", event],
        ["expire", event],
        ["seal", event],
      ]);
      expect(result).toMatchObject({ reviews: [{ ...event, status: "sealed" }] });
    },
  );

  it("takes the one source that is named, else every source of the configuration", async () => {
    const sourcesOf = async (input: Record<string, string>) => {
      const { invoked } = await execute(machineOfTwo, { input, invoke: answering() });
      return [...new Set(invoked.map(([, { source }]) => source))].sort();
    };
    expect(await sourcesOf({ source: "people-cn" })).toEqual(["people-cn"]);
    expect(await sourcesOf({})).toEqual(["people", "people-cn"]);
  });

  it("calls a stage again, with the same event, for as long as it answers continue", async () => {
    const again = [{ status: "continue" }, { status: "continue" }, done];
    const invoke = answering({ snapshot: again, assess: again, expire: again, seal: again });
    const executed = await execute(machine, { input: begin, invoke });
    expect(stagesOf(executed)).toEqual(
      ["snapshot", "assess", "expire", "seal"].flatMap((stage) => [stage, stage, stage]),
    );
    expect(executed.error).toBeNull();
  });

  it("waits until it is to look again, assesses and expires anew, and seals once nothing waits", async () => {
    const waiting = { status: "waiting", resumeAt: "2026-10-15T02:00:00Z", lookAgainAt: "2026-10-02T02:00:00Z" };
    const executed = await execute(machine, { input: begin, invoke: answering({ expire: [waiting, waiting, done] }) });
    expect(stagesOf(executed)).toEqual([
      "snapshot",
      "assess",
      "expire",
      "assess",
      "expire",
      "assess",
      "expire",
      "seal",
    ]);
    expect(executed.waits.map(({ state }) => state)).toEqual(
      new Array(2).fill("Wait for notice, decisions or approval"),
    );
    expect(statesOf(machine)["Wait for notice, decisions or approval"]?.TimestampPath).toBe(
      "$.stage.answer.lookAgainAt",
    );
  });

  it("waits until the notice is over where it was told no more, and a day where it was told nothing", async () => {
    const resumeAt = "2026-10-15T02:00:00Z";
    const answers = [{ status: "waiting", resumeAt }, { status: "held" }, done];
    const { waits } = await execute(machine, { input: begin, invoke: answering({ expire: answers }) });
    expect(waits.map(({ state }) => state)).toEqual(["Wait for notice", "Wait a day"]);
    expect(statesOf(machine)["Wait a day"]?.Seconds).toBe(86_400);
  });

  it.each(["assess", "expire"])(
    "waits where %s holds the plan, and tells once of each plan what lifts it",
    async (stage) => {
      const held = (notice: string) => ({ status: "held", notice, lookAgainAt: "2026-10-02T02:00:00Z" });
      const invoke = answering({ [stage]: [held("approve a"), held("approve a"), held("approve b"), done] });
      const { told, waits, error } = await execute(machine, { input: begin, invoke });
      expect(told).toEqual(["approve a", "approve b"]);
      expect(waits).toHaveLength(3);
      expect(error).toBeNull();
    },
  );

  it("waits for decisions in report mode too, and then seals", async () => {
    const waiting = { status: "waiting", resumeAt: "2026-10-15T02:00:00Z", lookAgainAt: "2026-10-02T02:00:00Z" };
    const executed = await execute(reporting, {
      input: begin,
      invoke: answering({ assess: [waiting, waiting, done] }),
    });
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "assess", "assess", "seal"]);
    expect(executed.waits).toHaveLength(2);
    expect(executed.told).toEqual([]);
  });

  it("does not expire in report mode, and waits for nobody unless it is told to", async () => {
    expect(stagesOf(await execute(reporting, { input: begin, invoke: answering() }))).toEqual([
      "snapshot",
      "assess",
      "seal",
    ]);
    expect(JSON.stringify(reporting)).not.toContain("<expire");
  });

  it("ends a source whose snapshot is incomplete, not the others, and fails in the end", async () => {
    const invoke = answering({ "snapshot people": [{ status: "incomplete" }] });
    const { invoked, error, cause } = await execute(machineOfTwo, { input: begin, invoke });
    const of = (id: string) =>
      invoked.filter(([, { source, earlier }]) => source === id && !earlier).map(([stage]) => stage);
    expect(of("people")).toEqual(["snapshot"]);
    expect(of("people-cn")).toEqual(["snapshot", "assess", "expire", "seal"]);
    expect(error).toBe("SnapshotIncomplete");
    expect(JSON.parse(cause!)).toMatchObject([{ status: "incomplete" }, { status: "sealed" }]);
  });

  it.each([
    ["an error", [named("StoreError")]],
    ["an answer that this version does not know", [{ status: "postponed" }]],
  ])("fails in the end where a stage gives %s, after the other sources are through", async (_what, answers) => {
    const invoke = answering({ "assess people": answers });
    const { invoked, error, cause } = await execute(machineOfTwo, { input: begin, invoke });
    expect(invoked.filter(([, { source }]) => source === "people-cn").at(-1)?.[0]).toBe("seal");
    const stages = stagesOf({ invoked: invoked.filter(([, { source }]) => source === "people") });
    expect([...new Set(stages)]).toEqual(["snapshot", "assess"]);
    expect(error).toBe("SourceFailed");
    expect(JSON.parse(cause!)).toMatchObject([{ source: "people", status: "failed" }, { status: "sealed" }]);
  });

  it("waits for a lease that another invocation holds for three days at most, and then says who holds it", async () => {
    const held = new LeaseHeldError("Another invocation holds the lease: on host a, since noon");
    const executed = await execute(machine, { input: begin, invoke: answering({ snapshot: [held, done] }) });
    expect(stagesOf(executed)).toEqual(["snapshot", "snapshot", "assess", "expire", "seal"]);
    expect(executed).toMatchObject({ retries: [{ state: "Snapshot", seconds: 300 }], told: [], error: null });
    const lasting = await execute(machine, { input: begin, invoke: answering({ snapshot: [held] }) });
    const waitedHours = lasting.retries.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
    expect(waitedHours).toBeCloseTo(72, -1);
    expect(lasting.error).toBe("SourceFailed");
    expect(lasting.told).toEqual([expect.stringContaining("on host a, since noon")]);
  });

  it("gives up a review whose stages answer continue in circles, and says so", async () => {
    const invoke = answering({ "assess people": [{ status: "continue" }] });
    const { invoked, error, cause, told } = await execute(machineOfTwo, { input: begin, invoke });
    expect(invoked.filter(([stage, { source }]) => stage === "assess" && source === "people")).toHaveLength(501);
    expect([error, told.length]).toEqual(["SourceFailed", 1]);
    expect(JSON.parse(cause!)).toMatchObject([
      { status: "failed", error: { Error: "EndlessContinue" } },
      { status: "sealed" },
    ]);
  });

  it("ends by itself a task whose end nobody tells, and an execution that outlives the next one", () => {
    const states = Object.values(statesOf(machine)).filter(({ Parameters }) => Parameters?.FunctionName);
    expect(states.map(({ TimeoutSeconds }) => TimeoutSeconds)).toEqual(states.map(() => 1200));
    expect(machine.TimeoutSeconds! / 86_400).toBe(92 + 30 + 14);
  });

  it("tries again after faults of Lambda's own, more and more patiently", async () => {
    const tasks = Object.values(statesOf(machine)).filter(({ Parameters }) => Parameters?.FunctionName);
    expect(tasks).toHaveLength(7);
    for (const { Retry } of tasks) {
      const ofLambda = Retry!.filter(({ ErrorEquals }) => ErrorEquals.every((name) => name.startsWith("Lambda.")));
      expect(ofLambda).toHaveLength(2);
      for (const retry of ofLambda) expect(retry).toMatchObject({ JitterStrategy: "FULL", BackoffRate: 2 });
    }
    const invoke = answering({ snapshot: [named("Lambda.TooManyRequestsException"), done] });
    expect((await execute(machine, { input: begin, invoke })).error).toBeNull();
  });

  it.each(["snapshot", "assess", "expire", "seal"])(
    "tries a failed %s again for three days, tells once at the beginning with the command, and once if it was in vain",
    async (stage) => {
      const failure = named("ProviderUnavailable");
      const tries = (times: number) => new Array<Error>(times).fill(failure);
      const mended = await execute(machine, {
        input: { review },
        invoke: answering({ [stage]: [...tries(14), done] }),
      });
      expect(mended.error).toBeNull();
      const hours = mended.waits.map((waited) => "seconds" in waited && waited.seconds / 3600);
      expect(hours).toEqual([0.25, 1, 4, ...new Array(11).fill(6)]);
      expect(mended.told).toHaveLength(1);
      expect(mended.told[0]).toContain("refused");
      expect(mended.told[0]).toContain(`:stateMachine:AccessReview-review --input '${JSON.stringify(event)}'`);
      const lasting = await execute(machine, { input: { review }, invoke: answering({ [stage]: [failure] }) });
      expect(lasting.error).toBe("SourceFailed");
      expect(lasting.waits).toHaveLength(14);
      expect(lasting.told).toHaveLength(2);
      expect(lasting.told[1]).toContain(`--input '${JSON.stringify(event)}'`);
    },
  );

  it.each([
    "StoreUnavailable",
    "CredentialsRefused",
    "Lambda.Unknown",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ResourceNotReadyException",
    "Lambda.ENILimitReachedException",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
  ])("goes on once %s has passed, whichever stage met it", async (name) => {
    const once = [...new Array<Error>(8).fill(named(name)), done];
    const invoke = answering({ snapshot: once, assess: once, expire: once, seal: once });
    expect((await execute(machine, { input: { review }, invoke })).error).toBeNull();
  });

  it("tells anew of trouble that comes back after a stage went well", async () => {
    const failure = named("StoreUnavailable");
    const invoke = answering({ snapshot: [failure, done], expire: [failure, done] });
    const { told } = await execute(machine, { input: { review }, invoke });
    expect(told.map((text) => /^(\S+)/.exec(text)?.[1])).toEqual(["Snapshot", "Expire"]);
  });

  it.each(["ReviewRefusedError", "EventError"])(
    "tries %s no more, as no later try mends it, and tells it",
    async (name) => {
      const invoke = answering({ snapshot: [named(name)] });
      const { error, waits, told } = await execute(machine, { input: begin, invoke });
      expect([error, waits.length, told.length]).toEqual(["SourceFailed", 0, 1]);
    },
  );

  it("seals earlier reviews to the end before it begins", async () => {
    let asked = 0;
    const invoke: Execution["invoke"] = async (stage, given) =>
      given.earlier ? { status: ++asked < 3 ? "continue" : "done" } : await answering()(stage, given);
    expect(stagesOf(await execute(machine, { input: begin, invoke }))).toEqual([
      "snapshot",
      "assess",
      "expire",
      "seal",
    ]);
    expect(asked).toBe(3);
  });

  it("makes each source an execution of its own once there are more than 40", () => {
    const modeOf = (machine: Definition): string => machine.States["Each source"]!.ItemProcessor!.ProcessorConfig.Mode;
    const modeOver = (text: string): string => modeOf(definitionIn(synthesise(text)));
    expect([modeOver(manySources(40)), modeOf(machineOfMany)]).toEqual(["INLINE", "DISTRIBUTED"]);
    // Thirty days of waiting for approval, 30 events a day and source, are more than the 25,000 of one history.
    expect([modeOf(machine), modeOver(enforcing(manySources(40)))]).toEqual(["INLINE", "DISTRIBUTED"]);
  });

  it("has a hundred of many sources under review at once, as many as are set, or all where each waits for weeks", () => {
    const over = (text: string): unknown => definitionIn(synthesise(text)).States["Each source"]?.MaxConcurrency;
    const many = manySources(120);
    expect(over(many)).toBe(100);
    expect(over(`${many}aws: { maxConcurrency: 7 }\n`)).toBe(7);
    expect(over(many.replace("policy:", "policy:\n  decideWithinDays: 14"))).toBe(120);
  });

  it("goes on where the execution of one of many sources dies, and says that some did not come to an end", async () => {
    const map = machineOfMany.States["Each source"]!;
    expect(map).toMatchObject({ MaxConcurrency: 41, ToleratedFailurePercentage: 100 });
    // An execution that dies comes back with nothing.
    const dying = { ...map, ItemSelector: undefined, ItemProcessor: dyingOf(map.ItemProcessor!) } as never;
    const definition = { ...machineOfMany, States: { ...machineOfMany.States, "Each source": dying } };
    const { error, cause } = await execute(definition, { input: begin, invoke: answering() });
    expect(error).toBe("SourceFailed");
    expect(cause).toMatch(/^Of 41 sources 40 came to an end/);
  });

  it("says of many sources which of them failed, and no more of each", async () => {
    const invoke = answering({ "assess tenant-7": [named("StoreError")] });
    const { invoked, error, cause } = await execute(machineOfMany, { input: { review }, invoke });
    expect(new Set(invoked.map(([, { source }]) => source)).size).toBe(41);
    expect(error).toBe("SourceFailed");
    expect(JSON.parse(cause!)).toEqual(["tenant-7"]);
    expect((await execute(machineOfMany, { input: { review }, invoke: answering() })).error).toBeNull();
  });

  it("is traced, and logged without what passes through it", () => {
    const template = synthesise(valid);
    const machines = resourcesOf(template, "AWS::StepFunctions::StateMachine").map(([, { Properties }]) => Properties);
    expect(machines.map(({ StateMachineName }) => StateMachineName)).toEqual([
      "AccessReview-review",
      "AccessReview-watch",
    ]);
    for (const machine of machines) {
      expect(machine).toMatchObject({
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
      });
    }
  });
});

/** Each source ends sealed, but for one, of which nothing comes back. */
const dyingOf = (processor: Definition & { ProcessorConfig: { Mode: string } }) => ({
  ...processor,
  StartAt: "Dies?",
  States: {
    "Dies?": {
      Type: "Choice",
      Choices: [{ Variable: "$", StringEquals: "tenant-7", Next: "Dies" }],
      Default: "Lives",
    },
    Dies: { Type: "Pass", Result: {}, End: true },
    Lives: { Type: "Pass", Result: { status: "sealed" }, End: true },
  },
});

describe("the state machine over stages of which each is tried first by a machine whose clock is behind", () => {
  afterEach(endLives);

  it("tries each again, and the review ends as an undisturbed one: nothing was written by the clock that is behind", async () => {
    const life = await openLife();
    const before = life.sandbox.grants();
    const { revoked } = life.sandbox.planted.first;
    const runs: Record<string, (stage: Stage) => Promise<unknown>> = {
      snapshot: takeSnapshot,
      assess: assessGrants,
      expire: expireGrants,
      seal: sealEvidence,
    };
    const newId = newReviewId(life);
    const tried = new Set(["snapshot"]);
    const executed = await execute(machine, {
      input: { review: newId },
      invoke: async (name, { earlier }) => {
        if (earlier) return done;
        const isBehind = !tried.has(name);
        tried.add(name);
        const behindMs = isBehind ? 3_600_000 : 0;
        const clock: Clock = { now: () => life.clock.now() - behindMs, sleep: life.clock.sleep };
        return await runs[name]!(life.stageWith({ review: newId, clock }));
      },
    });
    expect(executed.error).toBeNull();
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "assess", "expire", "expire", "seal", "seal"]);
    expect(executed.waits).toMatchObject([{ seconds: 900 }, { seconds: 900 }, { seconds: 900 }]);
    expect(goneSince(before, life)).toEqual(revoked);
    expect((await verifyEvidence({ store: life.store, source: sourceId, review: newId }, null)).faults).toEqual([]);
  });
});
