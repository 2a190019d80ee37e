import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StageName } from "../../infra/stage-function.ts";
import { isEvidence, isProgress, storeRights } from "../../infra/store-rights.ts";
import { sweeping, valid } from "../config/valid.ts";
import { decideIn, rightsIn } from "../infra/iam-evaluator.ts";
import { resourcesOf, synthesise } from "../infra/synthesised.ts";
import { endLives } from "../review-life/open-life.ts";
import { type Done, recordLife } from "./recorded-life.ts";

// Policies of the synthesised stack, evaluated as IAM does: which role may do what to which key, and nobody else. Longer than
// other files: whoever asks what a part may do finds all of it here.

const functions = Object.keys(storeRights) as StageName[];
const arnOf = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const [decider, admin, breakGlass, stranger] = ["decider", "admin", "break-glass", "stranger"].map(arnOf) as [
  string,
  string,
  string,
  string,
];

const cloud = `  - id: cloud
    provider: tencent-identity-center
    baseUrl: https://organization.tencentcloudapi.com
    credentials: { read: "secretsmanager:cloud/read", write: "secretsmanager:cloud/write" }
`;

// All that a stack can have: people are known by one source in another, a desk, events, messages.
const template = synthesise(
  `${sweeping.replace("mode: report", "mode: enforce").replace("policy:\n", `${cloud}people: { authority: people }\npolicy:\n`)}
messages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]
desk: { url: https://reviews.example.com, hosting: aws, signIn: { provider: feishu, credentials: secretsmanager:desk, tenant: t } }
events: {}
aws: { deciders: { people: ["${decider}"] }, breakGlass: ["${breakGlass}"], retention: { days: 100 } }
`,
);
const everything = [{ Effect: "Allow" as const, Action: "*", Resource: "*" }];
const decide = decideIn(template, { [admin]: everything, [breakGlass]: everything });

const idOf = (type: string, prefix: string): string =>
  resourcesOf(template, type).find(([id]) => id.startsWith(prefix))![0];
const bucket = `<${idOf("AWS::S3::Bucket", "evidence")}.Arn>`;
const roles = new Map(functions.map((name) => [idOf("AWS::IAM::Role", `${name}role`), name as string]));
const everybody = [...roles.keys(), decider, admin, breakGlass, stranger];

/** The request of a function that adds evidence, and of anybody else who knows how. */
const asTheStoreDoes = {
  "s3:if-none-match": "*",
  "s3:object-lock-mode": "GOVERNANCE",
  "s3:object-lock-retain-until-date": "2027-01-09T02:00:00Z",
  "s3:object-lock-remaining-retention-days": "99",
  "aws:userid": "AROAEXAMPLE:jane",
};

type Asked = { action: string; resource: string; context?: Record<string, string> };

/** Those who may: functions by their names, others by their ARNs. */
function allowed({ action, resource, context = asTheStoreDoes }: Asked): string[] {
  return everybody
    .filter((principal) => decide({ principal, action, resource, context }) === "allow")
    .map((principal) => roles.get(principal) ?? principal);
}

const onKey = (action: string, key: string, context?: Record<string, string>): string[] =>
  allowed({ action: `s3:${action}`, resource: `${bucket}/${key}`, ...(context ? { context } : {}) });

const review = "reviews/people/2026-10-01T020000Z";
const progress = "checkpoints/people/2026-10-01T020000Z";

/** Every kind of object of the store, and who writes it. */
const writers: [key: string, by: string[]][] = [
  [`${review}/grants/part-00000.jsonl.gz`, ["snapshot"]],
  [`${review}/roles.jsonl.gz`, ["snapshot"]],
  [`${review}/reads.jsonl.gz`, ["snapshot"]],
  [`${review}/responsible.jsonl.gz`, ["snapshot"]],
  [`${review}/people.jsonl.gz`, ["snapshot"]],
  [`${review}/conflict-grants.jsonl.gz`, ["snapshot"]],
  [`${review}/snapshot.json`, ["snapshot"]],
  [`${review}/assessments/0001/policy.json`, ["assess"]],
  [`${review}/assessments/0001/plan.json`, ["assess"]],
  [`${review}/assessments/0001/report.html`, ["assess"]],
  [`${review}/assessments/0001/snapshot.json`, ["assess"]],
  [`${review}/assessments/0001/people.json`, ["assess"]],
  [`${review}/assessments/0001/conflicts.json`, ["assess"]],
  [`${review}/approvals/${"0".repeat(64)}.json`, ["approve", "desk"]],
  [`${review}/approvals/${"0".repeat(64)}/refuse-0123456789abcdef.json`, ["approve", "desk"]],
  [`${review}/receipts/0123456789abcdef.intent.json`, ["expire"]],
  [`${review}/receipts/0123456789abcdef.outcome.json`, ["expire", "seal"]],
  [`${review}/receipts/0123456789abcdef.restored.json`, ["restore"]],
  [`${review}/retired-roles/0123456789abcdef.intent.json`, ["expire"]],
  [`${review}/retired-roles/0123456789abcdef.outcome.json`, ["expire", "seal"]],
  [`${review}/messages/plan.intent.json`, ["send"]],
  [`${review}/messages/plan.outcome.json`, ["send"]],
  [`${review}/messages/ended-acts-0123456789abcdef-01234567.intent.json`, ["send"]],
  [`${review}/evidence.json`, ["seal"]],
  [`${review}/evidence.sig`, ["seal"]],
  [`${review}/evidence.pub.pem`, ["seal"]],
  [`${review}/report.html`, ["seal"]],
  [`${review}/report.csv`, ["seal"]],
  [`${review}/anything-else.json`, []],
  // A sweep is a review of its own: its snapshot, plan, receipts and evidence have the same writers.
  [`${review}-sweep/snapshot.json`, ["snapshot"]],
  [`${review}-sweep/assessments/0001/plan.json`, ["assess"]],
  [`${review}-sweep/receipts/0123456789abcdef.intent.json`, ["expire"]],
  [`${review}-sweep/evidence.json`, ["seal"]],
  ["reviews/people/retired/2027-10-01T020000Z.json", ["seal"]],
  ["reviews/people/stops/2026-10-01T020000Z-stop.json", ["stop"]],
  ["reviews/people/not-a-review/snapshot.json", []],
  [`${progress}/snapshot.json`, ["snapshot"]],
  [`${progress}/spool/00000.jsonl.gz`, ["snapshot"]],
  [`${progress}/assess.json`, ["assess"]],
  [`${progress}/expire.json`, ["expire"]],
  [`${progress}/seal.json`, ["seal"]],
  [`${progress}/cards.json`, ["send"]],
  [`${progress}/desk/0123456789abcdef.json`, ["desk"]],
  [`${progress}/watch.json`, ["seal"]],
  [`${progress}/anything-else.json`, []],
  [`${progress}-sweep/snapshot.json`, ["snapshot"]],
  [`${progress}-sweep/spool/00000.jsonl.gz`, ["snapshot"]],
  [`${progress}-sweep/expire.json`, ["expire"]],
  ["checkpoints/people/stop.json", ["stop"]],
  ["checkpoints/people/watch.json", ["seal"]],
  ["checkpoints/_leases/source-people.json", functions.filter((name) => name !== "stop" && name !== "events")],
  // What events say a report believes: the desk alone takes them in, and their function alone writes them down.
  ["drift/people/2026-10/0123.json", ["events"]],
  ["checkpoints/people/drift/0123456789abcdef.json", ["events"]],
  ["checkpoints/_events/waiting/0123.json", ["desk"]],
  ["checkpoints/_events/seen/0123.json", ["events"]],
  ["checkpoints/_events/sweeps/0123.json", ["events"]],
  ["checkpoints/_events/anything-else.json", []],
  ["checkpoints/_desk/signed-out/0123.json", ["desk"]],
  ["checkpoints/summary.html", []],
  // Only the desk decides for people who signed in, and no decider is the desk.
  ["decisions/people/signed/2026-10-01T020000Z/2026-10-02T020000Z-0123456789abcdef.json", ["desk"]],
  ["tables/grants/people/2026-10-01T020000Z.txt", ["seal"]],
  ["decisions/people/AROAEXAMPLE:jane/2026-10-02.csv", [decider]],
  ["decisions/people/AROAEXAMPLE:joe/2026-10-02.csv", []],
  ["decisions/people/2026-10-02.csv", []],
  ["elsewhere.txt", []],
];

describe("writing to the store", () => {
  it.each(writers)("of %s is allowed to %j, and denied to everybody else, administrators included", (key, by) => {
    expect(onKey("PutObject", key).sort()).toEqual([...by].sort());
  });

  it.each(writers.filter(([key]) => !key.startsWith("decisions/")))("lets nobody delete %s, or a version", (key) => {
    expect(onKey("DeleteObject", key)).toEqual(key.startsWith("tables/") ? [admin, breakGlass] : []);
    if (key.startsWith("reviews/")) expect(onKey("DeleteObjectVersion", key)).toEqual([]);
  });

  const evidence = writers.map(([key]) => key).filter((key) => key.startsWith("reviews/"));

  it.each([
    ["PutObjectLegalHold", {}],
    ["ReplicateObject", {}],
    ["ReplicateDelete", {}],
    ["ReplicateTags", {}],
    ["PutObjectTagging", {}],
    ["PutObjectVersionTagging", {}],
    ["PutObjectRetention", { "s3:object-lock-mode": "COMPLIANCE" }],
    ["PutObjectRetention", { "s3:object-lock-remaining-retention-days": "101" }],
    ["PutObject", { "s3:object-lock-remaining-retention-days": "101" }],
  ])("lets nobody %s evidence with %j, which would keep it too long, hide it, or write over it", (action, changed) => {
    for (const key of evidence) expect(onKey(action, key, { ...asTheStoreDoes, ...changed })).toEqual([]);
  });

  it("lets nobody lift a lock but whom the configuration names for an emergency", () => {
    for (const [key] of writers) expect(onKey("BypassGovernanceRetention", key)).toEqual([breakGlass]);
  });

  it("lets nobody tag a stop, a watch or a lease as a checkpoint, which the bucket would delete in time", () => {
    for (const key of ["checkpoints/people/stop.json", "checkpoints/people/watch.json", "checkpoints/_leases/x.json"]) {
      expect(onKey("PutObjectTagging", key)).toEqual([]);
      expect(onKey("PutObjectRetention", key)).toEqual([]);
    }
    expect(onKey("PutObjectTagging", `${progress}/assess.json`)).toEqual(["assess"]);
  });
});

describe("stopping and approving", () => {
  it("are functions of their own: whoever may stop cannot lift a brake, and neither calls a provider", () => {
    const secret = `<${idOf("AWS::SecretsManager::Secret", "secret")}>`;
    const readers = allowed({ action: "secretsmanager:GetSecretValue", resource: secret });
    expect(readers).not.toContain("approve");
    expect(readers).not.toContain("stop");
    expect(onKey("PutObject", `${review}/approvals/${"0".repeat(64)}.json`)).not.toContain("stop");
    expect(onKey("GetObject", `${review}/grants/part-00000.jsonl.gz`)).not.toContain("stop");
  });
});

describe("the secrets of providers", () => {
  const secretOf = (name: string): string => {
    const [id] = resourcesOf(template, "AWS::SecretsManager::Secret").find(
      ([, { Properties }]) => Properties.Name === name,
    )!;
    return `<${id}>`;
  };
  const readersOf = (name: string): string[] =>
    allowed({ action: "secretsmanager:GetSecretValue", resource: secretOf(name), context: {} })
      .filter((who) => who !== admin && who !== breakGlass)
      .sort();

  it("that read are those who read: expire too reads the source that says who people are, whichever it removes from", () => {
    for (const name of ["people/read", "cloud/read"])
      expect(readersOf(name)).toEqual(["check", "expire", "restore", "seal", "snapshot"]);
  });

  it("that write are those who remove and give back, and of whoever checks that they may", () => {
    for (const name of ["people/write", "cloud/write"]) expect(readersOf(name)).toEqual(["check", "expire", "restore"]);
  });

  it("judge nothing: assess reads other sources' reviews, and asks none of them", () => {
    expect(onKey("GetObject", "reviews/cloud/2026-10-01T020000Z/snapshot.json")).toContain("assess");
    expect(onKey("PutObject", "reviews/cloud/2026-10-01T020000Z/snapshot.json")).toEqual(["snapshot"]);
    for (const name of ["people/read", "cloud/read", "people/write", "cloud/write"]) {
      for (const who of ["assess", "approve", "stop", "send", "desk", "events"])
        expect(readersOf(name)).not.toContain(who);
    }
  });

  it("are each for one purpose: the desk reads its own, and the functions that tell people theirs", () => {
    expect(readersOf("desk")).toEqual(["desk"]);
    expect(readersOf("hook")).toEqual(["check", "send"]);
  });
});

describe("the keys", () => {
  const [storeKey, signingKey] = ["storekey", "signingkey"].map((name) => `<${idOf("AWS::KMS::Key", name)}.Arn>`);

  it("sign for seal alone, administrators denied, and the right to sign is not passed on", () => {
    expect(allowed({ action: "kms:Sign", resource: signingKey! })).toEqual(["seal"]);
    expect(allowed({ action: "kms:CreateGrant", resource: signingKey! })).toEqual([]);
  });

  it.each(["DisableKey", "ScheduleKeyDeletion"])("let nobody %s but whom the configuration names", (action) => {
    for (const key of [storeKey!, signingKey!])
      expect(allowed({ action: `kms:${action}`, resource: key })).toEqual([breakGlass]);
  });

  it("let nobody at all where the configuration names nobody", () => {
    const nobody = synthesise(valid);
    const ask = decideIn(nobody, { [admin]: everything });
    for (const [id] of resourcesOf(nobody, "AWS::KMS::Key"))
      expect(ask({ principal: admin, action: "kms:ScheduleKeyDeletion", resource: `<${id}.Arn>` })).toBe("deny");
  });
});

const secretsRead = ["secretpeopleread", "secretcloudread"];
const secretsWritten = ["secretpeoplewrite", "secretcloudwrite"];
const alone = (name: StageName): string[] => [`${name}role`];
const rolesOf = (names: readonly StageName[]): string[] => names.flatMap(alone);
const objects = (keys: readonly string[]): string[] => keys.map((key) => `evidence/${key}`);
const deliverLogs =
  "logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:DescribeResourcePolicies logs:DescribeLogGroups";
const trace = "xray:PutTraceSegments xray:PutTelemetryRecords";

/** Everything that anybody needs, and what for. Of functions' keys of the store the life below says that each is used. */
const needs: [what: string, who: string[], actions: string, on: string[]][] = [
  ...functions.flatMap((name): typeof needs => {
    const { reads, writes } = storeRights[name];
    return [
      ["the objects that it reads", alone(name), "s3:GetObject", objects(reads)],
      ["the objects that it writes", alone(name), "s3:PutObject", objects(writes)],
      ["their locks", alone(name), "s3:PutObjectRetention", objects(writes.filter(isEvidence))],
      ["their tags, by which they age out", alone(name), "s3:PutObjectTagging", objects(writes.filter(isProgress))],
      ["its log", alone(name), "logs:CreateLogStream logs:PutLogEvents", [`${name}log`]],
    ];
  }),
  ["to find reviews, and to be told that an object is missing", rolesOf(functions), "s3:ListBucket", ["evidence"]],
  ["the bucket's encryption", rolesOf(functions), "kms:Decrypt kms:GenerateDataKey", ["storekey"]],
  ["traces, which AWS allows on everything alone", rolesOf(functions), trace, ["*"]],
  [
    "what Lambda was to begin and could not: nobody invokes the desk and events without waiting",
    rolesOf(functions.filter((name) => name !== "desk" && name !== "events")),
    "sqs:SendMessage",
    ["deadletters"],
  ],
  [
    "to read sources",
    rolesOf(["snapshot", "expire", "restore", "seal", "check"]),
    "secretsmanager:GetSecretValue",
    secretsRead,
  ],
  ["to write to sources", rolesOf(["expire", "restore", "check"]), "secretsmanager:GetSecretValue", secretsWritten],
  ["to tell people", rolesOf(["send", "check"]), "secretsmanager:GetSecretValue", ["secrethook"]],
  ["to sign people in, and to know events", alone("desk"), "secretsmanager:GetSecretValue", ["secretdesk"]],
  ["to sign evidence", alone("seal"), "kms:Sign kms:GetPublicKey", ["signingkey"]],
  ["to stop, to tell and to remind", alone("desk"), "lambda:InvokeFunction", ["stop", "send"]],
  ["to say that an event waits, or waits on", rolesOf(["desk", "events"]), "sqs:SendMessage", ["eventsqueue"]],
  [
    "Lambda, which takes messages in the name of the function that they are for",
    alone("events"),
    "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes",
    ["eventsqueue"],
  ],
  ["to have a sweep carried out", alone("events"), "states:StartExecution", ["review"]],
  ["the stages", ["reviewRole"], "lambda:InvokeFunction", ["snapshot", "assess", "expire", "seal", "send"]],
  ["to tell of held plans and failures", ["reviewRole"], "sns:Publish", ["alarms"]],
  ["the topic's encryption", ["reviewRole"], "kms:Decrypt kms:GenerateDataKey", ["alarmkey"]],
  ["to ask what is overdue", ["watchRole"], "lambda:InvokeFunction", ["seal"]],
  ["logs of executions, which AWS allows on everything alone", ["reviewRole", "watchRole"], deliverLogs, ["*"]],
  ["the same of traces", ["reviewRole", "watchRole"], `${trace} xray:GetSamplingRules xray:GetSamplingTargets`, ["*"]],
  ["to begin reviews, sweeps and the watch", ["schedules"], "states:StartExecution", ["review", "watch"]],
  ["what could not be begun", ["schedules"], "sqs:SendMessage", ["deadletters"]],
  [
    "to change a key: what is denied all the same stands above",
    ["account"],
    "kms:*",
    ["storekey", "signingkey", "alarmkey"],
  ],
  [
    "encrypted logs",
    ["logs.amazonaws.com"],
    "kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:DescribeKey",
    ["storekey"],
  ],
  ["alarms", ["cloudwatch.amazonaws.com", "events.amazonaws.com"], "sns:Publish", ["alarms"]],
  ["the topic's encryption", ["cloudwatch.amazonaws.com"], "kms:Decrypt kms:GenerateDataKey", ["alarmkey"]],
  ["the topic's encryption", ["events.amazonaws.com"], "kms:Decrypt kms:GenerateDataKey*", ["alarmkey"]],
  [
    "records of who asked a bucket for what",
    ["logging.s3.amazonaws.com"],
    "s3:PutObject",
    ["accesslogs/*", "accesslogs/query-results/*", "accesslogs/audit/*"],
  ],
  ["records of the account", ["cloudtrail.amazonaws.com"], "s3:GetBucketAcl", ["auditrecords"]],
  ["the same", ["cloudtrail.amazonaws.com"], "s3:PutObject", ["auditrecords/AWSLogs/AccountId/*"]],
  ["the desk's requests", ["apigateway.amazonaws.com"], "lambda:InvokeFunction", ["desk"]],
  ["to find what to decide on", ["role/decider"], "s3:ListBucket", ["evidence"]],
  ["to read it", ["role/decider"], "s3:GetObject", objects(["reviews/people/*", "decisions/people/*"])],
  [
    "to hand in decisions, and to take them back",
    ["role/decider"],
    "s3:PutObject s3:DeleteObject",
    objects([`decisions/people/\${aws:userid}/*`]),
  ],
  ["the bucket's encryption", ["role/decider"], "kms:Decrypt kms:GenerateDataKey", ["storekey"]],
];

describe("every right that the template gives anybody", () => {
  const needed = needs.flatMap(([, who, actions, on]) =>
    who.flatMap((each) => actions.split(" ").flatMap((action) => on.map((part) => `${each}: ${action} on ${part}`))),
  );
  const given = rightsIn(template).map(
    ({ who, action, on }) => `${who.replace(/^SchedulerRole.*/, "schedules")}: ${action} on ${on}`,
  );

  it("is one that somebody needs", () => {
    expect(given.filter((right) => !needed.includes(right))).toEqual([]);
  });

  it("is there as long as somebody needs it", () => {
    expect(needed.filter((right) => !given.includes(right))).toEqual([]);
  });
});

describe("what a function does in a life, and what it may do", () => {
  let life: Done[];
  beforeAll(async () => {
    life = await recordLife();
  });
  afterAll(endLives);

  const isLike = (pattern: string, key: string): boolean =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("?", ".").replaceAll("*", ".*")}$`).test(key);
  const requestsOf = ({ action, key }: Done): string[] => {
    if (action !== "PutObject") return [action];
    if (key.startsWith("reviews/")) return [action, "PutObjectRetention"];
    return isLike("checkpoints/*/????-??-??T??????Z*/*", key) ? [action, "PutObjectTagging"] : [action];
  };

  it("is allowed", () => {
    const kinds = new Map(life.map((each) => [`${each.by} ${each.action} ${each.key}`, each]));
    const denied = [...kinds.values()].filter((each) =>
      requestsOf(each).some((action) => !onKey(action, each.key).includes(each.by)),
    );
    expect(denied).toEqual([]);
  });

  it.each(functions)("has no surplus: %s writes and reads all that it may", (name) => {
    const { reads, writes } = storeRights[name];
    const used = (action: Done["action"], pattern: string): boolean =>
      life.some((each) => each.by === name && each.action === action && isLike(pattern, each.key));
    expect(writes.filter((pattern) => !used("PutObject", pattern))).toEqual([]);
    // S3 may leave a write unanswered: then the function reads whether its own object is there.
    expect(reads.filter((pattern) => !used("GetObject", pattern) && !writes.includes(pattern))).toEqual([]);
  });
});
