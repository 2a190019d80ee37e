import { createHmac } from "node:crypto";
import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { expectationNow } from "./expectation.ts";

const ignore = (): void => {};
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

let sandbox: Sandbox;
let nowMs = 0;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 9, 1, 2);
  sandbox = await startSandbox({ people: 60, now: () => nowMs });
});
afterEach(() => sandbox.close());

const clientOf = (credentials: { appId: string; appSecret: string }): Client =>
  new Client({ ...credentials, domain: sandbox.url, logger, cache: new DefaultCache() });

const card = (content = "5 grants", more: object = {}): object => ({
  schema: "2.0",
  header: { title: { tag: "plain_text", content: "Access review" }, template: "blue" },
  body: { elements: [{ tag: "div", text: { tag: "plain_text", content } }] },
  ...more,
});

type Sending = { to?: string; type?: "chat_id" | "user_id" | "email"; content?: string; uuid?: string; app?: Client };

const send = ({ to = sandbox.chat.chatId, type = "chat_id", content = JSON.stringify(card()), uuid, app }: Sending) =>
  (app ?? clientOf(sandbox.bot)).im.message.create({
    params: { receive_id_type: type },
    data: { receive_id: to, msg_type: "interactive", content, ...(uuid === undefined ? {} : { uuid }) },
  });

const refusal = (code: number): object => ({ response: { data: { code } } });

describe("the official SDK asks the sandbox what a bot can do", () => {
  it("finds its bot, its permissions, and that it is in the chat", async () => {
    const app = clientOf(sandbox.bot);
    expect(await app.request({ method: "GET", url: "/open-apis/bot/v3/info" })).toMatchObject({
      code: 0,
      bot: { activate_status: 2 },
    });
    const { data } = await app.application.scope.list({});
    expect(data?.scopes).toContainEqual(
      expect.objectContaining({ scope_name: "im:message:send_as_bot", grant_status: 1 }),
    );
    const inChat = (chat_id: string) => app.im.chatMembers.isInChat({ path: { chat_id } });
    expect((await inChat(sandbox.chat.chatId)).data).toEqual({ is_in_chat: true });
    expect((await inChat("oc_another")).data).toEqual({ is_in_chat: false });
  });
});

describe("the official SDK sends messages to the sandbox", () => {
  it("to the chat, where a test can read them", async () => {
    const { data } = await send({ uuid: "one" });
    expect(data?.message_id).toMatch(/^om_/);
    expect(sandbox.chat.messages).toMatchObject([
      { via: "app", receiver: sandbox.chat.chatId, uuid: "one", content: card(), messageId: data?.message_id },
    ]);
  });

  it("once for a uuid within the hour, and again after it", async () => {
    const app = clientOf(sandbox.bot);
    const first = await send({ uuid: "one", app });
    nowMs += 59 * 60_000;
    const second = await send({ uuid: "one", app });
    expect(second.data?.message_id).toBe(first.data?.message_id);
    expect(sandbox.chat.messages).toHaveLength(1);
    nowMs += 60_000;
    await send({ uuid: "one", app });
    expect(sandbox.chat.messages).toHaveLength(2);
  });

  it("five a second to one chat, and refuses the sixth", async () => {
    const app = clientOf(sandbox.bot);
    for (let count = 0; count < 5; count += 1) await send({ app });
    await expect(send({ app })).rejects.toMatchObject(refusal(230020));
    nowMs += 1_000;
    await send({ app });
    expect(sandbox.chat.messages).toHaveLength(6);
  });

  const elements = Array.from({ length: 201 }, () => ({ tag: "hr" }));

  it.each([
    ["an unknown chat", { to: "oc_unknown" }, 230002],
    ["nobody's id", { to: "unobody", type: "user_id" }, 230034],
    ["a uuid of 51 characters", { uuid: "u".repeat(51) }, 99992402],
    ["no JSON", { content: "hello" }, 230001],
    ["more than 30 KB", { content: JSON.stringify(card("x".repeat(31_000))) }, 230025],
    ["an e-mail address as plain text", { content: JSON.stringify(card("li.wei@example.com")) }, 230028],
    ["a property that JSON 2.0 does not know", { content: JSON.stringify(card("x", { elements: [] })) }, 230099],
    ["more than 200 elements", { content: JSON.stringify(card("x", { body: { elements } })) }, 230099],
  ] satisfies [string, Sending, number][])("refuses %s", async (_what, sending, code) => {
    await expect(send(sending)).rejects.toMatchObject(refusal(code));
    expect(sandbox.chat.messages).toEqual([]);
  });

  it("refuses an app without the permission, naming it, and people who have left", async () => {
    const missing = { response: { data: { code: 99991672, msg: expect.stringContaining("im:message:send_as_bot") } } };
    await expect(send({ app: clientOf(sandbox.apps.read) })).rejects.toMatchObject(missing);
    const [{ holderId } = { holderId: "" }] = expectationNow(sandbox).revoked;
    const email = sandbox.company.employees.find(({ id }) => id === holderId)?.email ?? "";
    await expect(send({ to: email, type: "email" })).rejects.toMatchObject(refusal(230013));
  });
});

describe("the sandbox's custom bot", () => {
  const signed = (atMs = nowMs, secret = sandbox.webhook.secret) => {
    const timestamp = String(Math.floor(atMs / 1000));
    return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).digest("base64") };
  };
  const post = async (body: object, url = sandbox.webhook.url) => {
    const reply = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    expect(reply.status).toBe(200);
    return (await reply.json()) as { code?: number; StatusCode?: number };
  };
  const message = (more: object = signed()): object => ({ msg_type: "interactive", card: card(), ...more });

  it("takes a signed card, and answers in old bots' words and new ones", async () => {
    expect(await post(message())).toMatchObject({ code: 0, StatusCode: 0 });
    sandbox.chat.quirks.answersAsOldBots = true;
    expect(await post(message())).toEqual({ Extra: null, StatusCode: 0, StatusMessage: "success" });
    expect(sandbox.chat.messages).toMatchObject([{ via: "webhook", content: card() }, { via: "webhook" }]);
  });

  it("refuses with HTTP 200: a wrong signature, one of another hour, another address, a missing keyword, what is too large", async () => {
    const later = nowMs + 3_601_000;
    expect(await post(message({}))).toMatchObject({ code: 19021 });
    expect(await post(message(signed(nowMs, "wrong")))).toMatchObject({ code: 19021 });
    expect(await post(message(signed(later)))).toMatchObject({ code: 19021 });
    nowMs += 1_000;
    expect(await post(message(), `${sandbox.url}/open-apis/bot/v2/hook/other`)).toMatchObject({ code: 19001 });
    sandbox.chat.quirks.keyword = "复核";
    expect(await post(message())).toMatchObject({ code: 19024 });
    expect(await post({ ...signed(), msg_type: "interactive", card: card("x".repeat(21_000)) })).toMatchObject({
      code: 9499,
    });
    expect(sandbox.chat.messages).toEqual([]);
  });

  it("takes five a second", async () => {
    const codes: unknown[] = [];
    for (let count = 0; count < 6; count += 1) codes.push((await post(message())).code);
    expect(codes).toEqual([0, 0, 0, 0, 0, 11232]);
  });
});

describe("the official SDK updates cards at the sandbox", () => {
  const shown = { config: { update_multi: true } };
  const update = (message_id: string, content: object = card("done", shown), app = clientOf(sandbox.bot)) =>
    app.im.message.patch({ path: { message_id }, data: { content: JSON.stringify(content) } });

  it("for 14 days, where both cards may be updated, and nobody took the message back", async () => {
    const { data } = await send({ content: JSON.stringify(card("14 grants", shown)) });
    const id = data!.message_id!;
    await update(id);
    expect(sandbox.chat.messages).toMatchObject([{ messageId: id, content: card("done", shown) }]);
    await expect(update(id, card("done"))).rejects.toMatchObject(refusal(230099));
    await expect(update("om_unknown")).rejects.toMatchObject(refusal(230001));
    sandbox.chat.quirks.recalled.add(id);
    await expect(update(id)).rejects.toMatchObject(refusal(230011));
    sandbox.chat.quirks.recalled.clear();
    nowMs += 14 * 86_400_000 + 1;
    await expect(update(id)).rejects.toMatchObject(refusal(230031));
  });
});
