import { afterEach, describe, expect, it } from "vitest";
import { hashText } from "../../functions/basics/hash.ts";
import { isoInstant } from "../../functions/basics/time.ts";
import type { MessageConfig } from "../../functions/config/config.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import { readReviewState } from "../../functions/desk/review-state.ts";
import { LeaseHeldError, underSourceLease } from "../../functions/ledger/lease.ts";
import { approvePlan, refusePlan } from "../../functions/ledger/plans.ts";
import { retireReview } from "../../functions/ledger/review-order.ts";
import { switchWrites } from "../../functions/ledger/stop.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { MessageIntent, MessageOutcome } from "../../functions/review/people/message.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { hasLeft } from "../../functions/sandbox/company/company.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { deskConfig, deskUrl, openDesk } from "../desk/open-desk.ts";
import { plantBrake } from "../sandbox/brakes.ts";
import { decide } from "./decide.ts";
import { daysPass, endLives, type Life, openLife, plant, sourceId, storedText } from "./open-life.ts";
import { newReviewId, planOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

const chat: MessageConfig = {
  to: "feishu-chat",
  chatId: "oc_5a3bdc0ffee0access0reviews",
  baseUrl: "sandbox",
  occasions: ["plan", "reminder", "held", "ended"],
};
const webhook: MessageConfig = { ...chat, to: "feishu-webhook", baseUrl: "sandbox" };

const talkative = async (messages: MessageConfig[] = [chat], options: SandboxOptions = {}): Promise<Life> => {
  const life = await openLife(options);
  Object.assign(life.config, { messages, language: "en" });
  return life;
};

/** A stage that tells people, over another store where a test wants one. */
const telling = (life: Life, review: string, store: Store = life.store): Stage => {
  const { config, clock, sandbox } = life;
  const endpoint = { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook };
  const approveCommands = (of: string, planHash: string): string[] => [`approve ${planHash}`, `go on with ${of}`];
  const messenger = openMessenger(config, sourceId, { clock, env: {}, endpoint, approveCommands });
  return life.stageWith({ review, store, messenger });
};

const tell = (life: Life, review: string) => sendMessages(telling(life, review));

const textsIn = ({ sandbox }: Life): string[] => sandbox.chat.messages.map(({ content }) => JSON.stringify(content));

const titlesIn = ({ sandbox }: Life): string[] =>
  sandbox.chat.messages.map(
    ({ content }) => (content as { header: { title: { content: string } } }).header.title.content,
  );

type RecordsByName = Record<string, MessageIntent | MessageOutcome>;

const allRecordsOf = async ({ store }: Life, review: string): Promise<RecordsByName> => {
  const records: RecordsByName = {};
  const { messages } = reviewKeys(sourceId, review);
  for await (const key of store.list(messages)) records[key.slice(messages.length)] = (await store.getJson(key))!;
  return records;
};

/** By their names without the channel's part, where there is but one channel. */
const recordsOf = async (life: Life, review: string): Promise<RecordsByName> =>
  Object.fromEntries(
    Object.entries(await allRecordsOf(life, review)).map(([name, record]) => [
      name.replace(/-[0-9a-f]{8}\./, "."),
      record,
    ]),
  );

const evidenceOf = ({ store }: Life, review: string) => store.getJson<Evidence>(reviewKeys(sourceId, review).evidence);

const verify = ({ store }: Life, review: string) => verifyEvidence({ store, source: sourceId, review }, null);

/** A review up to its plan, told of. */
const planned = async (life: Life): Promise<string> => {
  const review = newReviewId(life);
  await stagesOf(life, review).snapshot();
  await stagesOf(life, review).assess();
  return review;
};

const toItsEnd = async (life: Life, review: string): Promise<void> => {
  await stagesOf(life, review).expire();
  await stagesOf(life, review).seal();
};

describe("sendMessages()", () => {
  it("tells of the plan and of the end, once each, and the pack verifies with both", async () => {
    const life = await talkative();
    const review = await planned(life);
    expect(await tell(life, review)).toMatchObject({ status: "done", messagesSent: 1, messagesFailed: 0 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    await toItsEnd(life, review);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    const { evidenceSha256, faults } = await verify(life, review);
    expect(faults).toEqual([]);
    const { revoked } = (await evidenceOf(life, review))!.balance;
    expect(titlesIn(life)).toEqual([
      `people-hq: ${revoked} grants to be removed`,
      `people-hq: the review has ended, ${revoked} grants removed`,
    ]);
    expect(textsIn(life)[1]).toContain(hashText(evidenceSha256!));
    const records = await recordsOf(life, review);
    expect(Object.keys(records)).toEqual([
      "ended.intent.json",
      "ended.outcome.json",
      "plan-0001.intent.json",
      "plan-0001.outcome.json",
    ]);
    expect(records["plan-0001.outcome.json"]).toMatchObject({
      outcome: "sent",
      messageId: life.sandbox.chat.messages[0]?.messageId,
    });
  });

  it("lists what was told in the evidence, of the end in that of the next review, where a change to it shows", async () => {
    const life = await talkative();
    const first = await planned(life);
    await tell(life, first);
    await toItsEnd(life, first);
    await tell(life, first);
    await daysPass(life, 1);
    life.sandbox.liveOn();
    const second = await planned(life);
    await toItsEnd(life, second);
    const listed = (await evidenceOf(life, first))!.objects.filter(({ key }) => key.includes("/messages/"));
    expect(listed.map(({ key }) => /plan-0001-\w+\.(\w+)\.json$/.exec(key)?.[1])).toEqual(["intent", "outcome"]);
    const { endMessages = [] } = (await evidenceOf(life, second))!;
    expect(endMessages).toHaveLength(2);
    expect((await verify(life, second)).faults).toEqual([]);
    const { key } = endMessages[0]!;
    plant(life, key, storedText(life, key).replace("people-hq", "people-xx"));
    expect((await verify(life, second)).faults).toEqual([
      `${endMessages[0]!.key} was changed: its SHA-256 is not the sealed one`,
    ]);
    const foreign = `${reviewKeys(sourceId, first).messages}plan-0002-00000000.intent.json`;
    await life.store.createJson(foreign, {});
    expect((await verify(life, first)).faults).toEqual([`${foreign} is foreign: the evidence does not list it`]);
  });

  it("tells of an end that nobody could be told of with the next review, but not of one long past", async () => {
    const life = await talkative();
    const ended = async (): Promise<string> => {
      const review = await planned(life);
      await toItsEnd(life, review);
      return review;
    };
    await ended();
    await daysPass(life, 8);
    await tell(life, newReviewId(life));
    expect(titlesIn(life)).toEqual([]);
    const second = await ended();
    await daysPass(life, 6);
    await tell(life, newReviewId(life));
    expect(titlesIn(life)).toHaveLength(1);
    expect(textsIn(life)[0]).toContain(second);
  });

  it("reminds of a held plan after 1, 3 and 7 days, then weekly, once each, and the pack verifies", async () => {
    const life = await talkative([chat]);
    Object.assign(life.config.policy.guard, { maxPlanAgeDays: 16 });
    plantBrake(life.sandbox, "maxExpiries");
    const review = await planned(life);
    const isOfHeld = (title: string): boolean => /needs an approval/.test(title);
    const toldOn: number[] = [];
    let dayBefore = 0;
    for (const day of [0, 0.5, 1.2, 2, 3.2, 5, 7.2, 8, 14.2, 15]) {
      await daysPass(life, day - dayBefore);
      dayBefore = day;
      await stagesOf(life, review).assess();
      await tell(life, review);
      toldOn.push(titlesIn(life).filter(isOfHeld).length);
    }
    expect(toldOn).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(titlesIn(life).filter(isOfHeld).at(-1)).toMatch(/still held .*, 1 day left$/);
    const { planHash } = await planOf(life, review);
    await approvePlan(life.stageOf(review), { planHash, by: "ops", reason: "seen" });
    await toItsEnd(life, review);
    expect(Object.keys(await recordsOf(life, review)).filter((name) => name.startsWith("held-"))).toHaveLength(10);
    expect((await verify(life, review)).faults).toEqual([]);
  });

  it("tells each approver of a held plan personally, as often, until they approved it, with a link to the plan", async () => {
    const life = await talkative([
      { ...chat, to: "feishu-reviewers", idType: "people_corehr_id", occasions: ["held"] },
    ]);
    plantBrake(life.sandbox, "maxExpiries");
    const staying = life.sandbox.company.employees.filter((person) => !hasLeft(person, life.clock.now()));
    const approvers = staying.slice(0, 2).map(({ id }) => toIdType(id, "union_id"));
    life.config.desk = { ...deskConfig, approvers };
    life.config.policy.guard.approvals = 2;
    const review = await planned(life);
    const { planHash } = await planOf(life, review);
    const toldOf = async (days: number): Promise<number[]> => {
      await daysPass(life, days);
      const sent = life.sandbox.chat.messages.length;
      expect(await tell(life, review)).not.toHaveProperty("messageFaults");
      expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
      return life.sandbox.chat.messages.slice(sent).map(({ receiver }) => approvers.indexOf(receiver));
    };
    expect([await toldOf(0), await toldOf(1.2), await toldOf(0.3)]).toEqual([[0, 1], [0, 1], []]);
    const [text] = textsIn(life);
    expect(text).toContain(`"default_url":"${deskUrl}/reviews/${sourceId}/${review}/approve"`);
    expect(text).not.toContain(`approve ${hashText(planHash)}`);
    const signedIn = { provider: "sandbox", tenant: null, signedInAt: isoInstant(life.clock.now()), session: "5e55" };
    const provenBy = { ...signedIn, subject: approvers[0]! };
    await approvePlan(life.stageOf(review), { planHash, by: "Lin", reason: "seen", provenBy });
    expect([await toldOf(2), await toldOf(12)]).toEqual([[1], [1]]);
    expect(titlesIn(life).at(-1)).toMatch(/still held and needs an approval/);
  });

  it("reminds nobody of a held plan that somebody refused, nor of one that is too old", async () => {
    const life = await talkative([chat]);
    Object.assign(life.config.policy.guard, { maxPlanAgeDays: 16 });
    plantBrake(life.sandbox, "maxExpiries");
    const review = await planned(life);
    await daysPass(life, 17);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    const next = await planned(life);
    const { planHash } = await planOf(life, next);
    await tell(life, next);
    await refusePlan(life.stageOf(next), { planHash, by: "ops", reason: "wrong" });
    const told = life.sandbox.chat.messages.length;
    await daysPass(life, 3.5);
    await stagesOf(life, next).assess();
    await tell(life, next);
    expect(life.sandbox.chat.messages).toHaveLength(told);
  });

  it("tells of a held plan how to let it go on, and of the plan itself once it may", async () => {
    const life = await talkative();
    plantBrake(life.sandbox, "maxExpiries");
    const review = await planned(life);
    const { planHash } = await planOf(life, review);
    await tell(life, review);
    await tell(life, review);
    await approvePlan(life.stageOf(review), { planHash, by: "ops", reason: "seen" });
    await tell(life, review);
    expect(titlesIn(life)).toEqual([
      "people-hq: the plan is held and needs an approval",
      expect.stringMatching(/^people-hq: \d+ grants to be removed$/),
    ]);
    expect(textsIn(life)[0]).toMatch(/maxExpiries: \d+, allowed 20/);
    expect(textsIn(life)[0]).toContain(`approve ${hashText(planHash)}`);
    expect(textsIn(life)[0]).toContain(`go on with ${review}`);
  });

  it("reminds before a notice and the window end, whatever is looked at daily", async () => {
    const life = await talkative();
    Object.assign(life.config.policy, { decideWithinDays: 10 });
    const review = await planned(life);
    for (let day = 0; day < 12; day += 1) {
      await stagesOf(life, review).assess();
      await stagesOf(life, review).expire();
      await tell(life, review);
      await daysPass(life, 1);
    }
    const keys = Object.keys(await recordsOf(life, review)).filter((key) => key.endsWith(".intent.json"));
    expect(keys).toEqual([
      "plan-0001.intent.json",
      "reminder-20261011-1.intent.json",
      "reminder-20261011-3.intent.json",
      "reminder-20261011-7.intent.json",
    ]);
    expect(titlesIn(life)[1]).toMatch(/^people-hq: \d+ grants to decide on$/);
    expect(textsIn(life)[1]).toMatch(/One can decide until 2026-10-11 10:00/);
  });

  it("counts what is undecided: a grant once, whatever flags it, and none that somebody decided on", async () => {
    const life = await talkative();
    const flag = { when: "role.holders > 0", then: "flag", noticeDays: 0, overridable: true } as const;
    const rules = ["one", "two"].map((id) => ({ ...flag, id, reason: { en: id, zh: id } }));
    Object.assign(life.config.policy, { decideWithinDays: 10, rules });
    const review = await planned(life);
    const grants = (await planOf(life, review)).population.grants;
    await tell(life, review);
    const [kept, revoked] = life.sandbox.grants();
    const decisions = [
      { ...kept!, decision: "keep" as const },
      { ...revoked!, decision: "revoke" as const },
    ];
    await decide(life, review, decisions);
    await daysPass(life, 9.5);
    await stagesOf(life, review).assess();
    await tell(life, review);
    expect(titlesIn(life)).toEqual([
      `people-hq: ${grants} grants to decide on`,
      `people-hq: ${grants - 2} grants to decide on`,
    ]);
  });

  it("says nothing of a review that plans and asks nothing, until it ends", async () => {
    const life = await talkative();
    life.config.policy.rules = [];
    const review = await planned(life);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    await toItsEnd(life, review);
    await tell(life, review);
    expect(titlesIn(life)).toEqual(["people-hq: the review has ended, 0 grants removed"]);
  });

  it("tells only those whom the configuration wants told, of this source and occasion, with a link to the report", async () => {
    const reportUrl = "https://reports.example.com/{key}?of={source}-{review}";
    const life = await talkative([
      { ...chat, occasions: ["ended"], reportUrl },
      { ...webhook, sources: ["another"] },
    ]);
    const review = await planned(life);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    await toItsEnd(life, review);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1 });
    const key = reviewKeys(sourceId, review).html;
    expect(textsIn(life)[0]).toContain(`https://reports.example.com/${key}?of=${sourceId}-${review}`);
  });

  it("writes down what failed, and why, and the review goes on, seals and verifies", async () => {
    const life = await talkative([chat, webhook]);
    Object.assign(life.sandbox.chat.quirks, { botIsOut: true, keyword: "no such word" });
    const review = await planned(life);
    const answer = await tell(life, review);
    expect(answer).toMatchObject({ status: "done", messagesSent: 0, messagesFailed: 2 });
    expect(answer.messageFaults).toEqual([
      expect.stringContaining("230002 (the bot is not in the group)"),
      expect.stringContaining("19024 (none of the bot's keywords"),
    ]);
    await toItsEnd(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
    expect((await recordsOf(life, review))["plan-0001.outcome.json"]).toMatchObject({ outcome: "failed" });
  });

  it("waits while somebody else works on the source, as evidence may be closed under it", async () => {
    const life = await talkative();
    const review = await planned(life);
    const other = life.stageWith({ review, invocationId: "the other one" });
    await underSourceLease(other, async () => {
      await expect(tell(life, review)).rejects.toBeInstanceOf(LeaseHeldError);
    });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1 });
  });
});

describe("sendMessages() to reviewers", () => {
  const toReviewers: MessageConfig = {
    to: "feishu-reviewers",
    idType: "people_corehr_id",
    baseUrl: "sandbox",
    occasions: ["plan", "reminder"],
    reportUrl: "https://reports.example.com/{key}",
  };

  it("reminds whom somebody asks to remind, or everybody who has not answered at the desk, once a day", async () => {
    const life = await talkative([toReviewers, chat], { people: 100 });
    Object.assign(life.config.policy, { decideWithinDays: 10 });
    const review = await planned(life);
    await tell(life, review);
    const remind = (whom: string | true) => sendMessages(telling(life, review), whom);
    const { reviewers } = (await life.store.getJson<WhoReviews>(
      reviewKeys(sourceId, review).assessment("0001").reviewers,
    ))!;
    const asked = reviewers.filter(({ id, undecided }) => id !== null && undecided > 0);
    const [first] = asked;
    expect(await remind(first!.id!)).toMatchObject({ messagesSent: 1, messagesFailed: 0 });
    expect(await remind(first!.id!)).toMatchObject({ messagesSent: 0 });
    expect(await remind("nobody")).toMatchObject({ messagesSent: 0 });
    // Whoever decides at the desk has answered.
    const desk = openDesk(life);
    const last = asked.at(-1)!;
    const browser = desk.as({ subject: "on_last", people: { [sourceId]: [last.id!] } });
    const { rows } = (await (await browser.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
    const decisions = rows
      .filter(({ asksForDecision }) => asksForDecision)
      .map(({ grantId, seen }) => ({ grantId, seen, decision: "revoke", reason: "not needed" }));
    expect(decisions).toHaveLength(last.undecided);
    const submitted = await browser.post(`/reviews/${sourceId}/${review}/decisions`, {
      requestId: "decides-all",
      decisions,
    });
    expect(submitted.status).toBe(201);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1, cardsUpdated: 1 });
    expect(await remind(true)).toMatchObject({ messagesSent: asked.length - 2 });
    await daysPass(life, 1);
    expect(await remind(true)).toMatchObject({ messagesSent: asked.length - 1 });
  });

  it("tells each, by the account of theirs, how much is theirs to decide on, and nobody else's share", async () => {
    const life = await talkative([toReviewers]);
    Object.assign(life.config.policy, { decideWithinDays: 10 });
    const review = await planned(life);
    const keys = reviewKeys(sourceId, review).assessment("0001");
    const { reviewers } = (await life.store.getJson<WhoReviews>(keys.reviewers))!;
    const asked = reviewers.filter(({ id, undecided }) => id !== null && undecided > 0);
    expect(asked.length).toBeGreaterThan(1);
    expect(await tell(life, review)).toMatchObject({ messagesSent: asked.length, messagesFailed: 0 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    for (const { id, undecided } of asked) {
      const theirs = life.sandbox.chat.messages.filter(({ receiver }) => receiver === toIdType(id!, "user_id"));
      expect(theirs).toHaveLength(1);
      const text = JSON.stringify(theirs[0]?.content);
      expect(text).toContain(`Waiting for your decision: ${undecided}.`);
      expect(text).toContain(`report.html#reviewer=${id}`);
      const ids = reviewers.map((other) => other.id).filter((other) => other !== null && other !== id);
      expect(ids.filter((other) => text.includes(other!))).toEqual([]);
    }
    await daysPass(life, 9.5);
    await stagesOf(life, review).assess();
    await tell(life, review);
    expect(titlesIn(life)).toHaveLength(2 * asked.length);
    await toItsEnd(life, review);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    expect((await verify(life, review)).faults).toEqual([]);
  });

  it("invites each while the brake holds the plan, and not again once it goes on; the window runs from then", async () => {
    const life = await talkative([toReviewers, chat]);
    Object.assign(life.config.policy, { decideWithinDays: 10 });
    plantBrake(life.sandbox, "maxExpiries");
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    await stages.snapshot();
    await daysPass(life, 2);
    expect(await stages.assess()).toMatchObject({ status: "held" });
    await daysPass(life, 1);
    const invitedAt = life.clock.now();
    await tell(life, review);
    const invited = life.sandbox.chat.messages.length;
    expect(titlesIn(life)[0]).toBe("people-hq: the plan is still held and needs an approval, 29 days left");
    expect(invited).toBeGreaterThan(2);
    const { planHash } = await planOf(life, review);
    await approvePlan(life.stageOf(review), { planHash, by: "ops", reason: "seen" });
    await tell(life, review);
    expect(titlesIn(life).slice(invited)).toEqual([expect.stringMatching(/grants to be removed$/)]);
    const { resumeAt } = await stages.expire();
    const windowEndsAt = (await readReviewState(life.stageOf(review)))?.windowEndsAt ?? "";
    expect(Date.parse(windowEndsAt) - invitedAt).toBeGreaterThanOrEqual(10 * 86_400_000 - 1000);
    expect(Date.parse(windowEndsAt) - invitedAt).toBeLessThan(10 * 86_400_000 + 3_600_000);
    expect(resumeAt! <= windowEndsAt).toBe(true);
    await daysPass(life, 9.9);
    await stages.assess();
    expect(await stages.expire()).toMatchObject({ status: "waiting", resumeAt: windowEndsAt });
    await daysPass(life, 0.2);
    await stages.assess();
    expect((await readReviewState(life.stageOf(review)))?.phase).toBe("window-ended");
    expect(await stages.expire()).toMatchObject({ status: "done" });
  });

  it("writes down whom nobody could write to, and tells the others", async () => {
    const life = await talkative([{ ...toReviewers, idType: "user_id" }]);
    const review = await planned(life);
    const answer = await tell(life, review);
    expect(answer).toMatchObject({ status: "done", messagesSent: 0 });
    expect(answer.messageFaults).toEqual(
      expect.arrayContaining([expect.stringMatching(/230034 \(the receiver's id is unknown\)/)]),
    );
  });
});

describe("sendMessages() of what somebody did", () => {
  const operators: MessageConfig = { ...chat, occasions: ["acts"], reportUrl: "https://reports.example.com/{key}" };
  // Whatever a configuration says, reviewers are not told of acts.
  const reviewers: MessageConfig = {
    ...{ to: "feishu-reviewers", idType: "people_corehr_id", baseUrl: "sandbox" },
    occasions: ["acts"],
  };
  const of = (review: string): string => `Access review ${review}.`;

  it("tells the operators of each act once, by whom, why and through what, and reviewers of none", async () => {
    const life = await talkative([operators, reviewers]);
    life.config.policy.guard.approvals = 2;
    plantBrake(life.sandbox, "maxExpiries");
    const review = await planned(life);
    const { planHash } = await planOf(life, review);
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    const atDesk = { via: "desk", subject: "on_first", session: "5e55" } as const;
    const onLambda = { via: "lambda", requestId: "7d3a" } as const;
    const acting = (caller: typeof atDesk | typeof onLambda): Stage => {
      const stage = life.stageOf(review);
      return { ...stage, invocation: { ...stage.invocation, caller } };
    };
    await approvePlan(life.stageOf(review), { planHash, by: "Lin", reason: "looked at it" });
    await daysPass(life, 0.01);
    await approvePlan(acting(atDesk), { planHash, by: "Wang", reason: "me too" });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 2, acts: 2 });
    expect(await tell(life, review)).not.toHaveProperty("acts");
    await switchWrites(acting(onLambda), true, { by: "He", reason: `an\u001b[31m incident ${"x".repeat(300)}` });
    await daysPass(life, 0.01);
    await switchWrites(acting(onLambda), false, { by: "He", reason: "all is well" });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 2 });
    expect(titlesIn(life)).toEqual([
      "people-hq: somebody approved the held plan, and others still have to",
      "people-hq: the held plan was approved",
      "people-hq: removals were stopped",
      "people-hq: removals may go on again",
    ]);
    const [first, second, stop] = textsIn(life);
    for (const text of [of(review), "By (as given): Lin", "Reason: looked at it", "Through: command line, "])
      expect(first).toContain(text);
    expect(first).toContain(`https://reports.example.com/${reviewKeys(sourceId, review).assessment("0001").html}`);
    expect(second).toContain("Through: desk, signed in as on_first");
    expect(stop).toContain("Through: Lambda, request 7d3a");
    expect(stop).not.toContain("\u001b");
    expect(stop).toMatch(/Reason: an[^"]*u001B[^"]* incident x+…"/);
    expect(life.sandbox.chat.messages.filter(({ receiver }) => receiver !== operators.chatId)).toEqual([]);
    await toItsEnd(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
  });

  it("tells of what was put back after the end as one act, and again only of what was put back since", async () => {
    const life = await talkative([operators]);
    const review = await planned(life);
    await toItsEnd(life, review);
    await daysPass(life, 0.01);
    const { add } = await restoreGrants(life.stageOf(review), {});
    const [one, two, three] = add!;
    const asked = { by: "Lin", reason: "by mistake" };
    await restoreGrants(life.stageOf(review), { grants: [one!, two!], ...asked });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1 });
    await daysPass(life, 8);
    await restoreGrants(life.stageOf(review), { grants: [three!], ...asked });
    await switchWrites(life.stageOf(review), true, { by: "He", reason: "an incident" });
    await daysPass(life, 1);
    const second = newReviewId(life);
    await stagesOf(life, second).snapshot();
    // With the next review, be it long after the end, and once.
    expect(await tell(life, second)).toMatchObject({ messagesSent: 2 });
    expect(await tell(life, second)).toMatchObject({ messagesSent: 0 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    expect(titlesIn(life)).toEqual([
      "people-hq: 2 grants put back",
      "people-hq: 1 grant put back",
      "people-hq: removals were stopped",
    ]);
    const [first] = textsIn(life);
    expect(first).toContain(of(review));
    expect(first).toContain(`https://reports.example.com/${reviewKeys(sourceId, review).html}`);
    expect((await verify(life, review)).faults).toEqual([]);
    await switchWrites(life.stageOf(second), false, { by: "He", reason: "all is well" });
    await stagesOf(life, second).assess();
    await toItsEnd(life, second);
    expect((await evidenceOf(life, second))!.endMessages).toHaveLength(6);
    expect((await verify(life, second)).faults).toEqual([]);
  });

  it("tells of an act again that could not be told, with the next send, once, and under a record of its own", async () => {
    const life = await talkative([operators, { ...webhook, occasions: ["acts"] }]);
    const review = await planned(life);
    await switchWrites(life.stageOf(review), true, { by: "He", reason: "an incident" });
    const { quirks } = life.sandbox.chat;
    quirks.botIsOut = true;
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1, messagesFailed: 1 });
    quirks.botIsOut = false;
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1, messagesFailed: 0 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0, messagesFailed: 0 });
    const outcomes = Object.values(await allRecordsOf(life, review)).flatMap((record) =>
      "outcome" in record ? [record.outcome] : [],
    );
    expect(outcomes.sort()).toEqual(["failed", "sent", "sent"]);
    await switchWrites(life.stageOf(review), false, { by: "He", reason: "all is well" });
    await toItsEnd(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
  });

  it("tries five times at most where a channel is gone for good", async () => {
    const life = await talkative([operators]);
    const review = await planned(life);
    await switchWrites(life.stageOf(review), true, { by: "He", reason: "an incident" });
    life.sandbox.chat.quirks.botIsOut = true;
    for (let at = 0; at < 7; at++)
      expect(await tell(life, review)).toMatchObject({ messagesSent: 0, messagesFailed: at < 5 ? 1 : 0 });
  });

  it("tells who retired a review of the future, and why, with the review that goes on", async () => {
    const life = await talkative([operators]);
    const review = await planned(life);
    const future = reviewIdOf(life.clock.now() + 86_400_000);
    await stagesOf(life, future).snapshot();
    await retireReview(life.stageOf(future), { by: "He", reason: "a wrong year" });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 1, acts: 1 });
    expect(await tell(life, review)).toMatchObject({ messagesSent: 0 });
    expect(titlesIn(life)).toEqual(["people-hq: a review of the future was retired and counts no more"]);
    for (const text of [of(future), "By (as given): He", "Reason: a wrong year", "Through: command line, "])
      expect(textsIn(life)[0]).toContain(text);
    await toItsEnd(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
  });

  it("says in Chinese what was refused, stopped and put back", async () => {
    const life = await talkative([operators]);
    life.config.language = "zh";
    plantBrake(life.sandbox, "maxExpiries");
    const review = await planned(life);
    const { planHash } = await planOf(life, review);
    await refusePlan(life.stageOf(review), { planHash, by: "Lin", reason: "人数不对" });
    await tell(life, review);
    expect(titlesIn(life)).toEqual(["people-hq：被熔断的计划已被否决"]);
    for (const text of ["操作人（自述）：Lin", "理由：人数不对", "途径：命令行，", `权限复核 ${review}。`])
      expect(textsIn(life)[0]).toContain(text);
  });
});

/** A store that dies with its invocation at its n-th write. */
const dyingAt = (store: Store, nth: number): Store => {
  let writes = 0;
  const dying =
    <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      writes += 1;
      if (writes >= nth) throw new Error("killed");
      return await write(...args);
    };
  return { ...store, create: dying(store.create), createJson: dying(store.createJson), replace: dying(store.replace) };
};

describe("sendMessages() that is killed", () => {
  it("at any write, and run again: an app's message is there once, a webhook's once at most, and none is untold of", async () => {
    const life = await talkative([chat, webhook]);
    const review = await planned(life);
    const uuids = (): (string | null)[] => life.sandbox.chat.messages.map(({ uuid }) => uuid);
    for (let nth = 1; nth < 12; nth += 1) {
      await sendMessages(telling(life, review, dyingAt(life.store, nth))).catch(() => {});
      // What the killed one held is taken over once it has run out.
      await daysPass(life, 6 / (24 * 60));
    }
    await tell(life, review);
    expect(uuids().filter((uuid) => uuid !== null)).toHaveLength(1);
    expect(uuids().filter((uuid) => uuid === null).length).toBeLessThanOrEqual(1);
    const records = Object.values(await allRecordsOf(life, review));
    const outcomes = records.filter((record): record is MessageOutcome => "outcome" in record);
    expect(outcomes).toHaveLength(2);
    expect(records).toHaveLength(4);
    await toItsEnd(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
  });

  const cutOff = async (life: Life, review: string): Promise<void> => {
    // Lease, intent; then the outcome is not written.
    await sendMessages(telling(life, review, dyingAt(life.store, 3))).catch(() => {});
  };

  it("is repeated under its uuid within the hour, and given up after it", async () => {
    const [soon, late] = [await talkative(), await talkative()];
    for (const [life, minutes] of [
      [soon, 30],
      [late, 70],
    ] as const) {
      const review = await planned(life);
      await cutOff(life, review);
      await daysPass(life, minutes / (24 * 60));
      await tell(life, review);
      const outcome = minutes < 60 ? "sent" : "no-answer";
      expect((await recordsOf(life, review))["plan-0001.outcome.json"]).toMatchObject({ outcome });
      expect(life.sandbox.chat.messages).toHaveLength(1);
    }
  });

  it("leaves a sealed pack as it is", async () => {
    const life = await talkative();
    const review = await planned(life);
    await cutOff(life, review);
    await daysPass(life, 0.1);
    await toItsEnd(life, review);
    await tell(life, review);
    expect((await verify(life, review)).faults).toEqual([]);
    expect(Object.keys(await recordsOf(life, review))).not.toContain("plan-0001.outcome.json");
  });
});

describe("what people are told", () => {
  it.each(["zh", "en"] as const)(
    "names nobody, in %s: no name, e-mail nor id of anybody in the company",
    async (language) => {
      const life = await talkative([chat, webhook]);
      Object.assign(life.config, { language });
      Object.assign(life.config.policy, { decideWithinDays: 10 });
      plantBrake(life.sandbox, "maxExpiries");
      const review = await planned(life);
      await tell(life, review);
      const { planHash } = await planOf(life, review);
      await approvePlan(life.stageOf(review), { planHash, by: "Li Wei", reason: "seen" });
      await tell(life, review);
      await daysPass(life, 9.5);
      await stagesOf(life, review).assess();
      await tell(life, review);
      await toItsEnd(life, review);
      await tell(life, review);
      const told = textsIn(life).join("\n");
      expect(life.sandbox.chat.messages.length).toBeGreaterThanOrEqual(8);
      const { employees } = life.sandbox.company;
      expect(employees.length).toBeGreaterThan(250);
      const personal = employees.flatMap(({ id, name, email, personId }) => [id, name, email, personId]);
      expect(personal.filter((word) => told.includes(word))).toEqual([]);
      expect(told).not.toContain("Li Wei");
      const records = await recordsOf(life, review);
      expect(Object.keys(records).map((key) => key.replace(/[-.].*/, ""))).toEqual(
        expect.arrayContaining(["held", "plan", "reminder", "ended"]),
      );
    },
  );
});
