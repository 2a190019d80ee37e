import { describe, expect, it } from "vitest";
import { sweeping, valid } from "../config/valid.ts";
import { textOf } from "./iam-evaluator.ts";
import { resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const mailed = "aws: { alarmEmails: [security@example.com, hr@example.com] }\nlanguage: en\n";
const template = synthesise(twoSources.replace("mode: report", "mode: enforce") + mailed);

type Alarm = {
  AlarmDescription: unknown;
  AlarmActions: unknown[];
  OKActions: unknown[];
  EvaluationPeriods: number;
  DatapointsToAlarm: number;
  TreatMissingData: string;
  MetricName?: string;
  Namespace?: string;
  Dimensions?: { Name: string; Value: string }[];
  Metrics?: { Expression?: string; MetricStat?: { Metric: { MetricName: string; Namespace: string } } }[];
};

const alarmsIn = (from: typeof template): [string, Alarm][] =>
  resourcesOf(from, "AWS::CloudWatch::Alarm").map(([id, { Properties }]) => [id, Properties as unknown as Alarm]);

const alarms = alarmsIn(template);
const alarmOf = (prefix: string): Alarm => {
  const found = alarms.filter(([id]) => id.startsWith(`alarm${prefix}`));
  expect(found).toHaveLength(1);
  return found[0]![1];
};

describe("createReviewAlarms()", () => {
  it.each([
    ["peoplebraketripped", "brakeTripped", "people"],
    ["peoplesnapshotincomplete", "incomplete", "people"],
    ["peopleremovalsunresolved", "unresolved", "people"],
    ["peopledecisionsunreadable", "badDecisionFiles", "people"],
    ["peoplereviewunbalanced", "unbalanced", "people"],
    ["peopledidnotbegin", "notBegunDays", "people"],
    ["peoplenotsealed", "notSealedDays", "people"],
    ["peopleremovalsstopped", "stopped", "people"],
    ["peoplereviewleftopen", "leftOpen", "people"],
    ["peoplecnbraketripped", "brakeTripped", "people-cn"],
    ["peoplecnnotsealed", "notSealedDays", "people-cn"],
  ])("has %s look at %s of %s", (prefix, metric, source) => {
    expect(alarmOf(prefix)).toMatchObject({
      Namespace: "AccessReview",
      MetricName: metric,
      Dimensions: [
        { Name: "service", Value: "access-review" },
        { Name: "source", Value: source },
        { Name: "stack", Value: { Ref: "AWS::StackName" } },
      ],
    });
  });

  it("has one alarm over all sources ring where somebody approves, stops, resumes or puts back", () => {
    expect(alarmOf("acts")).toMatchObject({
      MetricName: "acts",
      Dimensions: [
        { Name: "service", Value: "access-review" },
        { Name: "stack", Value: { Ref: "AWS::StackName" } },
      ],
      TreatMissingData: "notBreaching",
    });
    expect(textOf(alarmOf("acts").AlarmDescription)).toMatch(/<approvelog.*<stoplog.*<restorelog/s);
  });

  it.each(["snapshot", "assess", "expire", "restore", "seal"])(
    "rings where %s fails, but not where it only waits for another invocation",
    (stage) => {
      const { Metrics } = alarmOf(`${stage}failed`);
      expect(Metrics?.find(({ Expression }) => Expression)?.Expression).toBe("FILL(errors, 0) - FILL(leased, 0)");
      const names = Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
      expect(names?.sort()).toEqual(["Errors", "leasesHeld"]);
    },
  );

  it("rings for no refused approval or stop, as whoever asked for it sees the refusal", () => {
    expect(alarms.filter(([id]) => /^alarm(approve|stop)/.test(id))).toEqual([]);
  });

  it("rings where an execution fails, and for a dead letter", () => {
    const names = alarmOf("executionfailed").Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
    expect(names?.sort()).toEqual(["ExecutionsAborted", "ExecutionsFailed", "ExecutionsTimedOut"]);
    expect(alarmOf("deadletters").MetricName).toBe("ApproximateNumberOfMessagesVisible");
  });

  it("takes it for not begun and not sealed where nobody looked, and for well where nothing else was said", () => {
    const breaching = alarms.filter(([, { TreatMissingData }]) => TreatMissingData === "breaching").map(([id]) => id);
    expect(breaching.every((id) => /didnotbegin|notsealed/.test(id))).toBe(true);
    expect(breaching).toHaveLength(4);
  });

  it("tells a topic that exists where the configuration names one, and makes none", () => {
    const arn = "arn:aws:sns:eu-central-1:123456789012:alarms";
    const elsewhere = synthesise(`${valid}aws: { alarmTopicArn: "${arn}" }\n`);
    expect(resourcesOf(elsewhere, "AWS::SNS::Topic")).toEqual([]);
    expect(resourcesOf(elsewhere, "AWS::KMS::Key").map(([id]) => id.slice(0, 5))).toEqual(["store", "signi"]);
    for (const [, { AlarmActions }] of alarmsIn(elsewhere)) expect(AlarmActions).toEqual([arn]);
  });

  it("encrypts alarms with a key of their own, which no evidence is encrypted with", () => {
    const [[, { Properties }]] = resourcesOf(template, "AWS::SNS::Topic") as [[string, { Properties: object }]];
    expect(JSON.stringify(Properties)).toContain("alarmkey");
    const bucket = resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith("evidence"));
    expect(JSON.stringify(bucket)).not.toContain("alarmkey");
  });

  it("lets CloudWatch through to the topic, and to the key that encrypts it", () => {
    const allowed = (type: string, field: string): string[] =>
      resourcesOf(template, type)
        .flatMap(([, { Properties }]) => (Properties[field] as { Statement: Record<string, unknown>[] }).Statement)
        .filter(({ Principal }) => JSON.stringify(Principal) === '{"Service":"cloudwatch.amazonaws.com"}')
        .flatMap(({ Effect, Action }) => (Effect === "Allow" ? (Action as string | string[]) : []));
    expect(allowed("AWS::SNS::TopicPolicy", "PolicyDocument")).toEqual(["sns:Publish"]);
    expect(allowed("AWS::KMS::Key", "KeyPolicy")).toEqual(["kms:Decrypt", "kms:GenerateDataKey"]);
  });

  it("looks back at a stage's failures for as long as an invocation lasts, as CloudWatch dates them by its beginning", () => {
    expect(alarmOf("snapshotfailed")).toMatchObject({ EvaluationPeriods: 5, DatapointsToAlarm: 1 });
  });

  it("keeps ringing for a stop until somebody resumes", () => {
    expect(alarmOf("peopleremovalsstopped").TreatMissingData).toBe("ignore");
  });

  it("mails everybody named at the beginning of each, and at the end of what lasts", () => {
    const [[topic]] = resourcesOf(template, "AWS::SNS::Topic") as [[string, unknown]];
    const lasting = /braketripped|decisionsunreadable|removalsstopped|didnotbegin|notsealed|deadletters/;
    for (const [id, { AlarmActions, OKActions }] of alarms) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: topic }], lasting.test(id) ? [{ Ref: topic }] : undefined]);
    }
    const mails = resourcesOf(template, "AWS::SNS::Subscription").map(([, { Properties }]) => Properties.Endpoint);
    expect(mails).toEqual(["security@example.com", "hr@example.com"]);
  });

  it("says with each what to do, in the configuration's language", () => {
    const descriptions = alarms.map(([, { AlarmDescription }]) => textOf(AlarmDescription));
    expect(descriptions.every((text) => text.length > 80 && text.length <= 1024)).toBe(true);
    expect(textOf(alarmOf("peoplebraketripped").AlarmDescription)).toContain('"source":"people","approve":"PLAN_HASH"');
    expect(textOf(alarmOf("peopledidnotbegin").AlarmDescription)).toContain("aws stepfunctions start-execution");
    const chinese = alarmsIn(synthesise(valid)).map(([, { AlarmDescription }]) => textOf(AlarmDescription));
    expect(chinese.every((text) => /[\u4e00-\u9fff]{6}/.test(text))).toBe(true);
  });

  it("rings where a sweep did not begin, or where a leaver kept access for longer than is promised, over all sources", () => {
    const swept = alarmsIn(synthesise(sweeping.replace("policy:\n", "policy:\n  removeWithinHours: 36\n")));
    const found = (prefix: string) => swept.find(([id]) => id.startsWith(`alarm${prefix}`))?.[1];
    const Dimensions = [
      { Name: "service", Value: "access-review" },
      { Name: "stack", Value: { Ref: "AWS::StackName" } },
    ];
    expect(found("didnotsweep")).toMatchObject({
      MetricName: "notSweptDays",
      Threshold: 1,
      Dimensions,
      TreatMissingData: "breaching",
    });
    expect(found("leaverslate")).toMatchObject({
      MetricName: "LeaverHours",
      Threshold: 36,
      ComparisonOperator: "GreaterThanThreshold",
      Dimensions,
      Statistic: "Maximum",
    });
    const said = [found("didnotsweep"), found("leaverslate")].map((alarm) => textOf(alarm?.AlarmDescription));
    expect(said.every((text) => text.length <= 1024)).toBe(true);
    expect(said[0]).toContain('"sweep":true');
    expect(said[1]).toContain("$.leaversLate > 0");
    expect(alarms.filter(([id]) => /didnotsweep|leaverslate/.test(id))).toEqual([]);
  });

  it("watches no clock where the schedule is switched off", () => {
    const off = alarmsIn(synthesise(valid.replace("schedule: {", "schedule: { enabled: false,")));
    expect(off.filter(([id]) => /didnotbegin|notsealed/.test(id))).toEqual([]);
  });
});

describe("createReviewDashboard()", () => {
  it("shows the figures that stages report", () => {
    const [[, { Properties }]] = resourcesOf(template, "AWS::CloudWatch::Dashboard") as [
      [string, { Properties: Record<string, unknown> }],
    ];
    const body = textOf(Properties.DashboardBody);
    for (const name of [
      "grants",
      "findings",
      "revoked",
      "held",
      "failed",
      "durationMs",
      "calls",
      "rateLimitRefusals",
      "overdueDays",
    ]) {
      expect(body).toContain(`"${name}"`.replace('"findings"', 'MetricName=\\"findings\\"'));
    }
  });
});
