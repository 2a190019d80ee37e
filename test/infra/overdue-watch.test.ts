import { describe, expect, it } from "vitest";
import { sweeping, valid } from "../config/valid.ts";
import { definitionIn, type Execution, execute, statesOf, validate } from "./executed-machine.ts";
import { resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const watchOver = (text: string) => definitionIn(synthesise(text), "watch");

const overTwo = watchOver(twoSources);
const mailing = watchOver(`${twoSources}aws: { alarmEmails: [a@example.com, b@example.com] }\n`);
const topicArn = "arn:aws:sns:eu-central-1:123456789012:alarms";
const toTopic = watchOver(`${twoSources}aws: { alarmTopicArn: "${topicArn}" }\n`);
const monthly = valid.replace("0 2 1 1,4,7,10 ? *", "30 6 ? * MON#1 *");

const done: Execution["invoke"] = async () => ({ status: "done" });

/** After how many days each source of a configuration is taken for overdue. */
const overdueAfterDaysIn = async (text: string): Promise<unknown[]> => {
  const { invoked } = await execute(watchOver(text), { input: {}, invoke: done });
  return invoked.map(([, { overdueAfterDays }]) => overdueAfterDays);
};

describe("createOverdueWatch()", () => {
  it("is valid Amazon States Language, with a look at whether addresses confirmed", () => validate(mailing));

  it("has seal look at every source, given the longest time between two reviews and two days to run", async () => {
    const overdueAfterDays = 92 + 2;
    const { invoked, error } = await execute(overTwo, { input: {}, invoke: done });
    expect(invoked).toEqual([
      ["seal", { source: "people", overdueAfterDays }],
      ["seal", { source: "people-cn", overdueAfterDays }],
    ]);
    expect(error).toBeNull();
  });

  it("goes by the longest month where the schedule is a monthly one", async () => {
    expect(await overdueAfterDaysIn(monthly)).toEqual([35 + 2]);
  });

  it("gives a review that may wait for approval as long as its plan may be acted on", async () => {
    expect(await overdueAfterDaysIn(monthly.replace("mode: report", "mode: enforce"))).toEqual([35 + 30 + 2]);
  });

  it("gives a review that removes nothing as long as one may decide on it", async () => {
    const deciding = monthly.replace("policy:", "policy:\n  decideWithinDays: 14");
    expect(await overdueAfterDaysIn(deciding)).toEqual([35 + 14 + 2]);
  });

  it("looks at the others where one fails, and then fails, naming it", async () => {
    const invoke: Execution["invoke"] = async (_stage, { source }) => {
      if (source === "people") throw new Error("S3 is out of reach");
      return { status: "done" };
    };
    const { invoked, error, cause } = await execute(overTwo, { input: {}, invoke });
    expect(invoked.map(([, { source }]) => source)).toContain("people-cn");
    expect(error).toBe("NotLookedAt");
    expect(JSON.parse(cause!)).toEqual(["people"]);
  });

  it("tries again after faults of Lambda's own", () => {
    const [task] = Object.values(statesOf(overTwo)).filter(({ Type }) => Type === "Task");
    expect(task?.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain("Lambda.TooManyRequestsException");
  });

  it.each([
    ["everybody confirmed", { SubscriptionsConfirmed: "2", SubscriptionsPending: "0" }, null],
    [
      "everybody confirmed, and somebody subscribed by hand",
      { SubscriptionsConfirmed: "3", SubscriptionsPending: "0" },
      null,
    ],
    ["one never did", { SubscriptionsConfirmed: "1", SubscriptionsPending: "1" }, "NotConfirmed"],
    ["SNS forgot one that never did", { SubscriptionsConfirmed: "1", SubscriptionsPending: "0" }, "NotConfirmed"],
    ["one of three waits", { SubscriptionsConfirmed: "2", SubscriptionsPending: "1" }, "NotConfirmed"],
  ])(
    "fails where an address of alarms has not confirmed, after it looked at every source: %s",
    async (_, counts, expected) => {
      const call: Execution["call"] = async () => ({ Attributes: counts });
      const { invoked, error, cause } = await execute(mailing, { input: {}, invoke: done, call });
      expect(invoked).toHaveLength(2);
      expect(error).toBe(expected);
      if (expected) expect(cause).toMatch(/^Not all 2 of aws.alarmEmails .*list-subscriptions-by-topic/);
    },
  );

  it("takes it for no confirmation where SNS does not say", async () => {
    const call: Execution["call"] = async () => ({ Attributes: {} });
    const { error } = await execute(mailing, { input: {}, invoke: done, call });
    expect(error).not.toBeNull();
  });

  it.each([
    ["somebody is subscribed", { SubscriptionsConfirmed: "1", SubscriptionsPending: "0" }, null],
    ["nobody is", { SubscriptionsConfirmed: "0", SubscriptionsPending: "0" }, "NotConfirmed"],
    ["somebody has not confirmed", { SubscriptionsConfirmed: "1", SubscriptionsPending: "1" }, "NotConfirmed"],
  ])("asks the topic that the configuration names whether it has subscribers: %s", async (_, counts, expected) => {
    const call: Execution["call"] = async () => ({ Attributes: counts });
    const { error, cause } = await execute(toTopic, { input: {}, invoke: done, call });
    expect(error).toBe(expected);
    if (expected) expect(cause).toMatch(/aws\.alarmTopicArn.*list-subscriptions-by-topic --topic-arn arn:aws:sns:eu-/);
  });

  it("is content where the owner of that topic does not let the stack ask, and fails where the topic is gone", async () => {
    const answering = (name: string): NonNullable<Execution["call"]> => {
      return async () => {
        throw Object.assign(new Error("no"), { name });
      };
    };
    const ended = async (name: string) =>
      (await execute(toTopic, { input: {}, invoke: done, call: answering(name) })).error;
    expect(await ended("Sns.AuthorizationErrorException")).toBeNull();
    expect(await ended("Sns.NotFoundException")).toBe("Sns.NotFoundException");
  });

  it("is there for sweeps alone, where reviews have no schedule", async () => {
    expect(await overdueAfterDaysIn(sweeping.replace(/schedule: .*\n/, ""))).toEqual([366]);
  });

  it("is not there where the schedule comes once", () => {
    const once = synthesise(valid.replace("0 2 1 1,4,7,10 ? *", "0 2 1 1 ? 2099"));
    expect(resourcesOf(once, "AWS::StepFunctions::StateMachine").map(([id]) => id.slice(0, 6))).toEqual(["review"]);
  });
});
