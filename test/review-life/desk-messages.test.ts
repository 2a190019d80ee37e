import { afterEach, describe, expect, it } from "vitest";
import type { MessageConfig } from "../../functions/config/config.ts";
import type { DeskRow, ReviewModel } from "../../functions/desk/model.ts";
import { storedMessages } from "../../functions/ledger/messages.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { sourceStanding } from "../../functions/stages/show/source-state.ts";
import { busiestReviewer, deskConfig, deskUrl, openDesk } from "../desk/open-desk.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { planReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const toReviewers: MessageConfig = {
  ...{ to: "feishu-reviewers", idType: "people_corehr_id", baseUrl: "sandbox" },
  occasions: ["plan", "reminder"],
};
const chat: MessageConfig = {
  ...{ to: "feishu-chat", chatId: "oc_5a3bdc0ffee0access0reviews", baseUrl: "sandbox" },
  occasions: ["plan", "reminder"],
};

/** The fallback of the shipped configuration, whom the order below asks after the manager. */
const fallback = "6967000110000000370";

type Card = { header: { title: { content: string } }; body: { elements: unknown[] } };

/** A review of which reviewers were told, with so many days to decide; and the busiest of its reviewers at the desk. */
async function openTold(days = 10) {
  const life = await openLife({ people: 200 });
  Object.assign(life.config, { messages: [toReviewers, chat], language: "en", desk: deskConfig });
  life.config.policy.decideWithinDays = days;
  life.config.sources[0]!.reviewers = { order: ["manager", "fallback"], roleOwners: {}, fallback, delegates: [] };
  const { review } = await planReview(life);
  const { sandbox, config, clock } = life;
  const endpoint = { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook };
  const messenger = openMessenger(config, sourceId, { clock, env: {}, endpoint, approveCommands: () => [] });
  const tell = (remind?: true) => sendMessages(life.stageWith({ review, messenger }), remind);
  await tell();
  const id = await busiestReviewer(life, review);
  const desk = openDesk(life);
  const path = `/reviews/${sourceId}/${review}`;
  // Anew for each request: a session ends before the review does.
  const signedIn = () => desk.as({ subject: `on_${id}`, people: { [sourceId]: [id] } });
  const rows = async () => ((await (await signedIn().get(path)).json()) as ReviewModel).rows;
  let requests = 0;
  const decide = async (of: readonly DeskRow[], decision: object) => {
    await clock.sleep(1_000);
    requests += 1;
    const decisions = of.map(({ grantId, seen }) => ({ grantId, seen, until: null, ...decision }));
    const { status } = await signedIn().post(`${path}/decisions`, { requestId: `request-${requests}`, decisions });
    expect(status).toBe(201);
  };
  /** The cards of a person as they are now, by their titles. */
  const cardsOf = (person: string): { title: string; text: string }[] =>
    sandbox.chat.messages
      .filter(({ receiver }) => receiver === toIdType(person, "user_id"))
      .map(({ content }) => ({ title: (content as Card).header.title.content, text: JSON.stringify(content) }));
  const asked = (await rows()).filter(({ asksForDecision }) => asksForDecision);
  return { life, review, id, desk, path, tell, rows, decide, cardsOf, asked };
}

const grants = (count: number): string => (count === 1 ? "1 grant" : `${count} grants`);
const revoke = { decision: "revoke", reason: "not needed" };

describe("sendMessages() with a desk", () => {
  it("leads reviewers and operators to the desk, and speaks of no file to hand in", async () => {
    const { life, id, path, cardsOf } = await openTold();
    const [card] = cardsOf(id);
    expect(card!.text).toContain(`"default_url":"${deskUrl}${path}"`);
    const group = JSON.stringify(life.sandbox.chat.messages.find(({ receiver }) => receiver.startsWith("oc_")));
    expect(group).toContain(`${deskUrl}${path}/report`);
    for (const text of [card!.text, group]) expect(text).not.toContain("decisions file");
  });

  it("sends whoever decided a receipt, once, and shows in their earlier messages what remains and that they are done", async () => {
    const { desk, id, tell, decide, cardsOf, asked } = await openTold();
    const [first, ...others] = asked;
    await decide([first!], revoke);
    expect(desk.told).toEqual([sourceId]);
    expect(await tell()).toMatchObject({ messagesSent: 1, messagesFailed: 0, cardsUpdated: 1 });
    const [invitation, receipt] = cardsOf(id);
    expect(invitation!.title).toBe(`${sourceId}: ${grants(others.length)} to decide on`);
    expect(invitation!.text).toContain(`Decided: 1 of ${asked.length}.`);
    expect(receipt!.title).toBe(`${sourceId}: your decisions on 1 grant are recorded`);
    expect(receipt!.text).toMatch(/Receipt [0-9TZ-]+-[0-9a-f-]{16,17}"/);
    await decide(others, revoke);
    expect(await tell()).toMatchObject({ messagesSent: 1, cardsUpdated: 1 });
    expect(cardsOf(id)[0]!.title).toBe(`${sourceId}: done, ${asked.length} of ${asked.length} decided`);
    const again = await tell();
    expect(again).toMatchObject({ messagesSent: 0 });
    expect(again).not.toHaveProperty("cardsUpdated");
  });

  it("says what could not be updated, and tries it no more: a message that was taken back, or is older than 14 days", async () => {
    const { life, id, tell, decide, asked } = await openTold(29);
    const { sandbox } = life;
    const card = sandbox.chat.messages.find(({ receiver }) => receiver === toIdType(id, "user_id"))!;
    sandbox.chat.quirks.recalled.add(card.messageId);
    await decide([asked[0]!], revoke);
    expect((await tell()).messageFaults?.join()).toMatch(/^plan-.* not updated: .*230011/);
    expect(await tell()).not.toHaveProperty("messageFaults");
    sandbox.chat.quirks.recalled.clear();
    await daysPass(life, 15);
    await decide([asked[1]!], revoke);
    expect(await tell()).not.toHaveProperty("cardsUpdated");
  });

  it.each([
    ["the time to decide has ended", async () => {}],
    [
      "the review is sealed",
      async (life: Life, review: string) => {
        const stages = stagesOf(life, review);
        await stages.assess();
        await stages.expire();
        await stages.seal();
      },
    ],
  ])(
    "asks nobody any more once %s: every message that asked says so, once, and nobody is reminded",
    async (_what, end) => {
      const { life, review, id, tell, decide, cardsOf, asked } = await openTold();
      const invited = life.sandbox.chat.messages.filter(({ receiver }) => !receiver.startsWith("oc_")).length;
      await decide(asked, revoke);
      await tell();
      await daysPass(life, 11);
      await end(life, review);
      const sent = life.sandbox.chat.messages.length;
      const ended = await tell();
      expect(ended).toMatchObject({ messagesFailed: 0, cardsUpdated: invited });
      expect(cardsOf(id)[0]!.title).toBe(`${sourceId}: the time to decide is over`);
      expect(cardsOf(id)[0]!.text).toContain(`/reviews/${sourceId}/${review}`);
      const open = life.sandbox.chat.messages
        .slice(0, sent)
        .map(({ content }) => (content as Card).header.title.content);
      expect(open.filter((title) => / to decide on$/.test(title))).toEqual([]);
      for (const again of [await tell(), await tell(true)]) {
        expect(again).not.toHaveProperty("cardsUpdated");
        expect(again).toMatchObject({ messagesSent: 0 });
      }
    },
  );

  it("tells whoever a grant was handed on to, and shows the giver what is left", async () => {
    const { life, id, tell, decide, cardsOf, asked } = await openTold();
    const before = cardsOf(fallback).length;
    const [first, second] = asked.filter(({ holder }) => holder.id !== fallback);
    await decide([first!], { decision: "reassign", reason: "not mine", to: fallback });
    await tell();
    const told = cardsOf(fallback).slice(before);
    expect(told).toHaveLength(1);
    await decide([second!], { decision: "reassign", reason: "not mine", to: fallback });
    await tell();
    await tell();
    expect(cardsOf(fallback)).toHaveLength(before + 2);
    expect(cardsOf(fallback).at(-1)!.title).toBe(`${sourceId}: 1 grant handed on to you`);
    expect(cardsOf(id)[0]!.title).toBe(`${sourceId}: nothing left for you to decide`);
    const { reviewers } = await sourceStanding(life.stageOf((await openReview(life))!), { review: null, sweep: null });
    expect(reviewers.find((each) => each.id === fallback)?.told).not.toBeNull();
  });

  it("reminds 7, 3 and 1 days before the end whoever has not answered, at last their managers and the operators too", async () => {
    const { life, id, tell, decide, cardsOf, asked } = await openTold();
    const { messages } = life.sandbox.chat;
    const silent = async () =>
      (await sourceStanding(life.stageOf((await openReview(life))!), { review: null, sweep: null })).reviewers.filter(
        ({ id: person, toDecide, decided }) => person !== null && decided < toDecide,
      );
    const sentBy = async (days: number) => {
      await daysPass(life, days);
      const from = messages.length;
      await tell();
      return messages.slice(from).map(({ receiver, content }) => ({
        receiver,
        title: (content as Card).header.title.content,
        text: JSON.stringify(content),
      }));
    };
    await decide(asked, revoke);
    await tell();
    const open = await silent();
    expect(open.length).toBeGreaterThan(0);
    const group = (sent: { receiver: string }[]) => sent.filter(({ receiver }) => receiver.startsWith("oc_"));
    for (const days of [3, 4]) {
      const sent = await sentBy(days);
      expect(sent).toHaveLength(open.length + 1);
      expect(group(sent)).toHaveLength(1);
      expect(sent.map(({ receiver }) => receiver)).not.toContain(toIdType(id, "user_id"));
    }
    const last = await sentBy(2);
    expect(last).toHaveLength(open.length + 1);
    const late = await sentBy(0.5);
    expect(group(late)[0]).toMatchObject({ title: expect.stringContaining("did not answer the last reminder") });
    expect(group(last)[0]).toMatchObject({
      text: expect.stringContaining(`${open.length} reviewers have not finished deciding.`),
    });
    const toManagers = late.filter(({ title }) => title.includes("of your team"));
    const managerOf = (person: string) => life.sandbox.company.employees.find((each) => each.id === person)?.managerId;
    const managers = new Set(open.map((each) => managerOf(each.id!)).filter(Boolean));
    expect(new Set(toManagers.map(({ receiver }) => receiver))).toEqual(
      new Set([...managers].map((each) => toIdType(each!, "user_id"))),
    );
    expect(late).toHaveLength(1 + toManagers.length);
    for (const each of open.filter(({ id: person }) => managerOf(person!)))
      expect(toManagers.some(({ text }) => text.includes(`${each.name}: ${each.toDecide}`))).toBe(true);
    expect(await sentBy(0.1)).toEqual([]);
    expect(cardsOf(id).at(-1)!.title).toContain("recorded");
  });

  it("leaves records that say whom each message went to, and nobody's name", async () => {
    const { life, review, id, tell, decide, asked } = await openTold();
    await decide(asked, revoke);
    await tell();
    const receipts = (await storedMessages({ store: life.store, sourceId, review })).filter(
      ({ intent }) => intent.occasion === "receipt",
    );
    expect(receipts.map(({ intent, outcome }) => [intent.receiver, outcome?.outcome])).toEqual([[id, "sent"]]);
    const names = asked.flatMap(({ holder }) => holder.name ?? []);
    for (const name of names) expect(JSON.stringify(receipts)).not.toContain(name);
  });
});

async function openReview(life: Life): Promise<string | null> {
  const standing = await sourceStanding(life.stageOf("status"), { review: null, sweep: null });
  return standing.review;
}
