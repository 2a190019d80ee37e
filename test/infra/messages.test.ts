import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { LeaseHeldError } from "../../functions/ledger/lease.ts";
import { valid } from "../config/valid.ts";
import { definitionIn, type Execution, execute, statesOf } from "./executed-machine.ts";
import { allowedTo, appOver, resourcesOf, synthesise } from "./synthesised.ts";

const topics = ["arn:aws:sns:eu-central-1:123456789012:reviews", "arn:aws:sns:eu-central-1:123456789012:held.fifo"];
const talkative = `${valid.replace("mode: report", "mode: enforce")}messages:
  - { to: feishu-chat, chatId: oc_1, credentials: "secretsmanager:people/read" }
  - { to: feishu-webhook, credentials: "secretsmanager:hook" }
  - { to: sns, topicArn: "${topics[0]}" }
  - { to: sns, topicArn: "${topics[1]}", occasions: [held] }
`;
const template = synthesise(talkative);
const machine = definitionIn(template);

describe("a stack that tells people", () => {
  it("has a function for it, and none where there is nobody to tell", () => {
    const named = (text: string): unknown[] =>
      resourcesOf(synthesise(text), "AWS::Lambda::Function").map(([, { Properties }]) => Properties.FunctionName);
    expect(named(talkative)).toContain("AccessReview-send");
    expect(named(valid)).not.toContain("AccessReview-send");
  });

  it("lets that function publish to exactly the topics named, and nothing else do so", () => {
    const publishing = (role: string): string[] =>
      allowedTo(template, role)
        .filter(({ Action }) => Action.includes("sns:Publish"))
        .flatMap(({ Resource }) => Resource);
    expect(publishing("send").sort()).toEqual(topics.map((arn) => JSON.stringify(arn)).sort());
    for (const stage of ["snapshot", "assess", "expire", "restore", "seal"]) expect(publishing(stage)).toEqual([]);
  });

  it("lets it read the secrets that messages need: one is a source's, and not the one that removes", () => {
    const secrets = resourcesOf(template, "AWS::SecretsManager::Secret");
    const nameById = new Map(secrets.map(([id, { Properties }]) => [id, String(Properties.Name)]));
    expect([...nameById.values()].sort()).toEqual(["hook", "people/read", "people/write"]);
    const readBy = (role: string): string[] =>
      allowedTo(template, role)
        .filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))
        .flatMap(({ Resource }) => Resource)
        .map((resource) => nameById.get((JSON.parse(resource) as { Ref: string }).Ref)!);
    expect(readBy("send").sort()).toEqual(["hook", "people/read"]);
    expect(readBy("snapshot")).toEqual(["people/read"]);
  });

  it("leaves cdk-nag nothing to find", () => {
    const app = appOver(talkative);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

type Answer = Record<string, unknown> & { status: string };

const review = "2026-10-01T020000Z";

/** Lambda as it answers: `done` unless a stage has other answers, each once. */
const answering = (answersByStage: Record<string, (Answer | Error)[]> = {}): Execution["invoke"] => {
  const left = Object.fromEntries(Object.entries(answersByStage).map(([stage, answers]) => [stage, [...answers]]));
  return async (stage, event) => {
    const answer = left[stage]?.shift() ?? { status: "done" };
    if (answer instanceof Error) throw answer;
    return { ...event, ...answer };
  };
};

const stagesOf = ({ invoked }: { invoked: [string, Record<string, unknown>][] }): string[] =>
  invoked.filter(([, { earlier }]) => !earlier).map(([stage]) => stage);

describe("a review that tells people", () => {
  it("tells how it stands once it is assessed, and of the end once it is sealed", async () => {
    const executed = await execute(machine, { input: { review }, invoke: answering() });
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "send", "expire", "seal", "send"]);
    expect(executed.invoked.at(-1)).toEqual(["send", { source: "people", review }]);
    expect(executed.error).toBeNull();
  });

  it("goes on by what assess answered, not by what became of the messages", async () => {
    const held = { status: "held", lookAgainAt: "2026-10-02T02:00:00Z" };
    const invoke = answering({ assess: [held], send: [{ status: "incomplete" }] });
    const executed = await execute(machine, { input: { review }, invoke });
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "send", "assess", "send", "expire", "seal", "send"]);
    expect(executed.waits).toHaveLength(1);
  });

  it("is not failed by messages that cannot be sent", async () => {
    const broken = new Error("the bot is gone");
    const executed = await execute(machine, { input: { review }, invoke: answering({ send: [broken, broken] }) });
    expect(executed.error).toBeNull();
    expect(executed.result).toMatchObject({ reviews: [{ status: "sealed" }] });
  });

  it("waits for the source's lease, then tells", async () => {
    const invoke = answering({ send: [new LeaseHeldError("held")] });
    const executed = await execute(machine, { input: { review }, invoke });
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "send", "send", "expire", "seal", "send"]);
    expect(executed.waits).toEqual([]);
    expect(executed.retries).toEqual([{ state: "Send messages", seconds: 300 }]);
  });

  it("tells in report mode too", async () => {
    const reporting = definitionIn(synthesise(talkative.replace("mode: enforce", "mode: report")));
    const executed = await execute(reporting, { input: { review }, invoke: answering() });
    expect(stagesOf(executed)).toEqual(["snapshot", "assess", "send", "seal", "send"]);
    expect(Object.keys(statesOf(reporting))).toContain("Send the end");
  });
});
