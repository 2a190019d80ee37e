import type { Template } from "aws-cdk-lib/assertions";
import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import { dueOf } from "../../functions/config/due.ts";
import { openLedger } from "../../functions/ledger/ledger.ts";
import { answerApproval, newestPlan } from "../../functions/ledger/plans.ts";
import { switchWrites } from "../../functions/ledger/stop.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { stageMetricsOf } from "../../functions/runtime/telemetry.ts";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { valid } from "../config/valid.ts";
import { type Life, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { definitionIn } from "./executed-machine.ts";
import { textOf } from "./iam-evaluator.ts";
import { type Before, liveMachine } from "./live-machine.ts";
import { resourcesOf, synthesise } from "./synthesised.ts";

/** What an operator sees of a fault: mails of the state machine, alarms by name, what was done about it, and the end. */
export type Seen = { mails: string[]; alarms: string[]; healed: string; end: string };

/** `injected` in words. `live` lets the source's life run with the fault in it, over the synthesised state machine. */
export type Fault = { id: string; injected: string; live(life: Life): Promise<Seen> };

const synthesised = { template: null as Template | null };
const templateOf = (): Template => {
  synthesised.template ??= synthesise(`${valid.replace("mode: report", "mode: enforce")}language: en\n`);
  return synthesised.template;
};
const machineOf = () => definitionIn(templateOf());

/** The alarm that looks at the queue into which the schedule puts what it could not begin. */
const alarmOfDeadLetters = (): string => {
  const [, schedule] = resourcesOf(templateOf(), "AWS::Scheduler::Schedule").find(([id]) => /^schedule/.test(id))!;
  const { DeadLetterConfig: deadLetters } = schedule.Properties.Target as { DeadLetterConfig: { Arn: never } };
  const queue = textOf(deadLetters.Arn).replace(/\.Arn>$/, ".QueueName>");
  const [, alarm] = resourcesOf(templateOf(), "AWS::CloudWatch::Alarm").find(([, { Properties }]) =>
    ((Properties.Dimensions ?? []) as { Value: never }[]).some(({ Value }) => textOf(Value) === queue),
  )!;
  return `dead letters: ${alarm.Properties.AlarmDescription as string}`;
};

/** What a template refers to, as a stack in an account has it. */
const deployedNames: readonly (readonly [RegExp, string])[] = [
  [/<AWS::Partition>/g, "aws"],
  [/<AWS::Region>/g, "eu-central-1"],
  [/<AWS::AccountId>/g, "123456789012"],
  [/<([a-z]+)[0-9A-F]{8}[^>]*>/g, "AccessReview-$1"],
];

const asDeployed = (text: string): string =>
  deployedNames.reduce((said, [reference, name]) => said.replaceAll(reference, name), text);

/** The alarms, by the metric that each looks at. */
const alarmByMetric: Readonly<Record<string, string>> = {
  brakeTripped: "brake tripped",
  incomplete: "snapshot incomplete",
  unresolved: "removals unresolved",
  stopped: "removals stopped",
  leftOpen: "review left open",
  badDecisionFiles: "decisions unreadable",
  unbalanced: "review unbalanced",
  notBegunDays: "did not begin",
  notSealedDays: "not sealed",
  messagesFailed: "messages failed",
};

const rungBy = (stage: string, answer: object): string[] =>
  Object.entries(stageMetricsOf(stage, answer as Record<string, unknown>)).flatMap(([metric, value]) =>
    value > 0 && alarmByMetric[metric] ? [alarmByMetric[metric]] : [],
  );

type Run = { input?: object; before?: Before };

/** Runs the machine; gives the mails and the alarms that rang, and how the execution ended. */
const run = async (life: Life, { input, before = () => {} }: Run = {}) => {
  const alarms = new Set<string>();
  const { told, error } = await liveMachine(machineOf(), life, {
    input: { ...(input ?? { scheduledAt: isoInstant(life.clock.now()) }) },
    before,
    answered: (stage, answer) => {
      for (const alarm of rungBy(stage, answer)) alarms.add(alarm);
    },
  });
  return { mails: told, alarms: [...alarms], error };
};

/** How the newest review stands. */
const endOf = async ({ store }: Life): Promise<string> => {
  const review = (await openLedger(store, sourceId).reviews("review")).at(-1);
  const evidence =
    review &&
    (await store.getJson<{ balance: { revoked: number; balanced: boolean } }>(reviewKeys(sourceId, review).evidence));
  if (!evidence) return `${review ?? "no review"}: open`;
  const { revoked, balanced } = evidence.balance;
  return `sealed, ${revoked} removed, ${balanced ? "balanced" : "NOT balanced"}`;
};

/** Trouble of a stage that passes by itself after some time. */
const passing = (
  id: string,
  injected: string,
  trouble: { stage: string; name: string; text: string; forMs: number },
): Fault => ({
  id,
  injected,
  async live(life) {
    const untilMs = life.clock.now() + trouble.forMs;
    const { mails, alarms } = await run(life, {
      before: (stage) => {
        if (stage !== trouble.stage || life.clock.now() >= untilMs) return;
        throw Object.assign(new Error(trouble.text), { trouble: trouble.name });
      },
    });
    return { mails, alarms, healed: "by itself, or at once by the command of the mail", end: await endOf(life) };
  },
});

const minuteMs = 60_000;
const reasons = { by: "operator", reason: "game day" };

/** The ten faults of a game day. */
export const faults: readonly Fault[] = [
  passing("wrong-secret", "the secret holds an old key for half an hour, as while it is rotated", {
    stage: "snapshot",
    name: "CredentialsRefused",
    text: "Cannot read people-hq as the provider refuses the app: compare appId and appSecret",
    forMs: 30 * minuteMs,
  }),
  passing("s3-503", "S3 answers 503 for ten minutes while the plan is made", {
    stage: "assess",
    name: "StoreUnavailable",
    text: "Cannot write plan.json as S3 did not answer: 503 SlowDown",
    forMs: 10 * minuteMs,
  }),
  passing("provider-500", "the provider answers 500 for a day while grants are removed", {
    stage: "expire",
    name: "ProviderUnavailable",
    text: "Cannot remove a grant as the provider answered 500",
    forMs: dayMs,
  }),
  {
    id: "brake",
    injected: "a plan is larger than its limits",
    async live(life) {
      life.config.policy.guard.maxExpiries = 0;
      const startMs = life.clock.now();
      const seen = await run(life, {
        before: async (stage, review) => {
          if (stage !== "assess" || life.clock.now() < startMs + dayMs) return;
          const plan = await newestPlan({ store: life.store, sourceId, review });
          if (plan) await answerApproval(life.stageOf(review), { planHash: plan.planHash, ...reasons });
        },
      });
      return { ...seen, healed: "a day later by approve, the command of the mail", end: await endOf(life) };
    },
  },
  {
    id: "data-range",
    injected: "the app's data range was narrowed to people on the job: leavers are hidden",
    async live(life) {
      await run(life);
      await life.clock.sleep(92 * dayMs);
      life.sandbox.quirks.onTheJobRange = true;
      const seen = await run(life);
      life.sandbox.quirks.onTheJobRange = false;
      await life.clock.sleep(60 * minuteMs);
      await run(life, { input: {} });
      return {
        ...seen,
        healed: `the range is restored, then start-execution --input '{"source":"${sourceId}"}'`,
        end: await endOf(life),
      };
    },
  },
  {
    id: "stop",
    injected: "somebody stops removals after the plan",
    async live(life) {
      let looks = 0;
      const seen = await run(life, {
        before: async (stage, review) => {
          if (stage !== "expire") return;
          looks += 1;
          if (looks < 3) await switchWrites(life.stageOf(review), looks === 1, reasons);
        },
      });
      return { ...seen, healed: "a day later by resume, the command of the mail", end: await endOf(life) };
    },
  },
  {
    id: "damaged-review",
    injected: "somebody wrote a forged plan into the review that is open",
    async live(life) {
      const { review } = await planReview(life);
      const plan = (await newestPlan({ store: life.store, sourceId, review }))!;
      const forged = { ...plan, assessment: "0002", snapshotSha256: "0".repeat(64) };
      await life.store.createJson(reviewKeys(sourceId, review).assessment("0002").plan, forged);
      await life.clock.sleep(60 * minuteMs);
      const seen = await run(life);
      return {
        ...seen,
        healed: "it is left as it is, and the next review began; find out who wrote",
        end: await endOf(life),
      };
    },
  },
  {
    id: "did-not-begin",
    injected: "the schedule is off: the review that was due has not begun, and the next day's watch looks",
    async live(life) {
      const { config, clock } = life;
      const look = async (): Promise<string[]> => {
        const due = dueOf(config, config.sources.find(({ id }) => id === sourceId)!, clock.now());
        const review = (await openLedger(life.store, sourceId).reviews("review")).at(-1)!;
        return rungBy("seal", await overdueOf(life.stageOf(review), 200, due));
      };
      await run(life);
      await look();
      await clock.sleep(120 * dayMs);
      const alarms = await look();
      await run(life);
      return { mails: [], alarms, healed: "start-execution --input '{\"begin\":true}'", end: await endOf(life) };
    },
  },
  {
    id: "failed-message",
    injected: "the bot was removed from the chat that is to hear of the plan",
    async live(life) {
      const { chatId } = life.sandbox.chat;
      life.config.messages = [{ to: "feishu-chat", chatId, baseUrl: "sandbox", occasions: ["plan"] }];
      life.sandbox.chat.quirks.botIsOut = true;
      const { review } = await planReview(life);
      const endpoint = { baseUrl: life.sandbox.url, bot: life.sandbox.bot, webhook: life.sandbox.webhook };
      const ports = { clock: life.clock, env: {}, endpoint, approveCommands: () => [] };
      const messenger = openMessenger(life.config, sourceId, ports);
      const alarms = rungBy("send", await sendMessages(life.stageWith({ review, messenger })));
      life.sandbox.chat.quirks.botIsOut = false;
      const { mails } = await run(life, { input: {} });
      return {
        mails,
        alarms,
        healed: "the bot is back in the chat: npx access-review check says so, and the people are told by hand",
        end: await endOf(life),
      };
    },
  },
  {
    id: "dead-letter",
    injected: "the schedule may not begin the state machine: what it was to begin lies in the dead letter queue",
    async live(life) {
      const alarms = [alarmOfDeadLetters()];
      const { mails } = await run(life);
      return {
        mails,
        alarms,
        healed: "begun by hand with start-execution --input '{}', and the message deleted",
        end: await endOf(life),
      };
    },
  },
];

/** What is printed of a fault. */
export const storyOf = ({ injected }: Fault, { mails, alarms, healed, end }: Seen): string[] => [
  `injected  ${injected}`,
  ...mails.map((mail) => `mail      ${asDeployed(mail).split("\n").join("\n          ")}`),
  ...alarms.map((alarm) => `alarm     ${alarm}`),
  `healed    ${healed}`,
  `end       ${end}`,
];
