import type { Proxies } from "../basics/proxies.ts";
import { UnexpectedReplyError } from "../http/errors.ts";
import type { Limits } from "../http/throttles.ts";
import { type FeishuCall, type FeishuRequest, openFeishu } from "../providers/feishu/call.ts";
import { tier3, tier4 } from "../providers/feishu/limits.ts";
import { checkCall } from "../providers/provider-call.ts";
import type { OpenChannel, OutgoingMessage } from "../review/people/message.ts";
import type { Clock, PermissionCheck } from "../review/ports.ts";
import { feishuCard, replyOfError } from "./feishu-sending.ts";
import { fitted } from "./fitted.ts";

/** The receiver of a message, as the vendor takes it. */
export type FeishuAddress = { type: "chat_id" | "open_id" | "union_id" | "user_id" | "email"; id: string };

/** Whom an app sends to. `addressOf` throws if a message has no possible receiver. */
export type Receivers = {
  addressOf: (message: OutgoingMessage, call: FeishuCall) => Promise<FeishuAddress>;
  duty: BotDuty;
  /** The limits of the calls that `addressOf` makes. */
  moreLimits?: Limits;
};

/** The app that sends, and its receivers. */
export type FeishuMessageOptions = Receivers & {
  baseUrl: string;
  credentials: { appId: string; appSecret: string };
  clock: Clock;
  random?: () => number;
  proxies?: Proxies;
  /** Ends every wait and call. */
  signal?: AbortSignal;
};

/** The names of the calls that send, and that show another text in what was sent. */
const callName = "sendMessage";
const updateName = "updateMessage";

/** The vendor's limit for the whole request. */
const mostBytes = 30_000;

/** A chat or a person takes five messages a second from all bots together. The app may send as many as its tier allows. */
const limits = { [callName]: [...tier4, { calls: 5, perMs: 1_000 }], [updateName]: tier4 };

/** Opens a channel of cards that an app sends to the receivers of `addressOf`. https://open.feishu.cn/document/server-docs/im-v1/message/create */
export function openFeishuMessages(options: FeishuMessageOptions): OpenChannel {
  const { baseUrl, credentials, addressOf, duty, moreLimits = {}, clock, random = Math.random, proxies = {} } = options;
  const allLimits = { ...limits, ...checkLimits, ...moreLimits };
  // A message that has not gone out soon is told of, and the review goes on.
  const patience = { mostMs: 30_000 };
  const stopping = options.signal ? { signal: options.signal } : {};
  const api = openFeishu({
    baseUrl,
    credentials,
    pace: 1,
    limits: allLimits,
    clock,
    random,
    proxies,
    patience,
    ...stopping,
  });
  return {
    async send(message) {
      try {
        const { type, id } = await addressOf(message, api.call);
        const { data } = await api.call({
          name: callName,
          words: "send a message",
          method: "POST",
          path: "/open-apis/im/v1/messages",
          query: [["receive_id_type", type]],
          body: bodyOf(message, id),
          // The vendor sends a message with the same uuid once.
          repeatable: "always",
          decode: messageIdIn,
        });
        return { kind: "sent", id: data };
      } catch (error) {
        return replyOfError(error, callName);
      }
    },
    // The vendor takes it for 14 days. https://open.feishu.cn/document/server-docs/im-v1/message-card/patch
    async update(messageId, text) {
      try {
        await api.call({
          name: updateName,
          words: "update a message",
          method: "PATCH",
          path: `/open-apis/im/v1/messages/${encodeURIComponent(messageId)}`,
          query: [],
          body: fitted(text, mostBytes, (short) => ({ content: JSON.stringify(feishuCard(short)) })),
          repeatable: "always",
          decode: () => null,
        });
        return { kind: "sent", id: messageId };
      } catch (error) {
        return replyOfError(error, updateName);
      }
    },
    check: () => checkBot(api.call, duty),
    close: api.close,
  };
}

function bodyOf({ text, uuid }: OutgoingMessage, id: string) {
  return fitted(text, mostBytes, (short) => ({
    receive_id: id,
    msg_type: "interactive",
    content: JSON.stringify(feishuCard(short)),
    uuid,
  }));
}

function messageIdIn(data: unknown): string | null {
  const id = (data as { message_id?: unknown } | null)?.message_id;
  return typeof id === "string" ? id : null;
}

/** The kind of a reviewer's id: an id that the vendor sends to, an e-mail, or CoreHR's own id, which has to be converted. */
export type ReviewerIdType = "user_id" | "open_id" | "union_id" | "email" | "people_corehr_id";

const convertName = "convertId";

/** The receiver of every message is this chat. */
export function toChat(chatId: string): Receivers {
  return {
    addressOf: async () => ({ type: "chat_id", id: chatId }),
    duty: { chatId, convertsIds: false },
  };
}

/** The receiver of a message is the person that the message names, by an id of this type unless the message says another. */
export function toReviewers(idType: ReviewerIdType): Receivers {
  return {
    addressOf: (message, call) => addressOfReviewer(message, idType, call),
    duty: { chatId: null, convertsIds: idType === "people_corehr_id" },
    moreLimits: { [convertName]: tier4 },
  };
}

async function addressOfReviewer(
  { receiver }: OutgoingMessage,
  idType: ReviewerIdType,
  call: FeishuCall,
): Promise<FeishuAddress> {
  if (!receiver) throw new Error("Cannot send to a reviewer as the message names none");
  const { id, email } = receiver;
  if (receiver.idType) return { type: receiver.idType, id };
  if (idType === "people_corehr_id") return { type: "user_id", id: await convertToUserId(id, call) };
  if (idType !== "email") return { type: idType, id };
  if (email === null) throw new Error("Cannot send to a reviewer by e-mail as theirs is not known: use another idType");
  return { type: "email", id: email };
}

/** The user id of a person of CoreHR. Needs corehr:common_data.id.convert:read. https://open.feishu.cn/document/server-docs/corehr-v1/basic-infomation/common_data-id/convert */
async function convertToUserId(id: string, call: FeishuCall): Promise<string> {
  const { data } = await call({
    name: convertName,
    words: "convert a reviewer's id",
    method: "POST",
    path: "/open-apis/corehr/v1/common_data/id/convert",
    query: [
      ["id_transform_type", "1"],
      ["id_type", "user_id"],
      ["feishu_user_id_type", "user_id"],
    ],
    body: { ids: [id] },
    repeatable: "always",
    decode: (data) => (data as { items?: { id?: unknown; target_id?: unknown }[] } | null)?.items ?? [],
  });
  const found = data.find((item) => item.id === id)?.target_id;
  if (typeof found === "string" && found !== "") return found;
  throw new Error("Cannot send to a reviewer as CoreHR knows no account of theirs: they may have left");
}

/** What a bot must be able to do beside sending: be in this chat, and convert ids of CoreHR. */
export type BotDuty = { chatId: string | null; convertsIds: boolean };

/** The limits of the calls of `checkBot`. The vendor publishes none for the first two. */
const checkLimits = { getBot: tier3, listScopes: tier3, isInChat: tier4 };

const sendScopes = ["im:message", "im:message:send_as_bot", "im:message:send"];
const convertScopes = ["corehr:common_data.id.convert:read"];
const lookScopes = ["im:chat:readonly", "im:chat", "im:chat.members:read", "im:chat.group_info:readonly"];

/** Checks without sending anything whether an app may send. Throws an error that concerns the whole app, such as a wrong secret. */
async function checkBot(call: FeishuCall, { chatId, convertsIds }: BotDuty): Promise<PermissionCheck[]> {
  const hasBot = await checkCall(
    call,
    readRequest("getBot", "read the app's bot", "/open-apis/bot/v3/info", () => null),
  );
  const granted = new Set((await call(listScopes)).data);
  const holds = (name: string, scopes: string[]): PermissionCheck => {
    const passed = scopes.some((scope) => granted.has(scope));
    return { call: name, passed, missing: passed ? null : scopes.join(" | ") };
  };
  return [
    hasBot,
    holds("sendMessage", sendScopes),
    ...(convertsIds ? [holds("convertId", convertScopes)] : []),
    ...(chatId === null ? [] : [await checkChat(call, { chatId, mayLook: holds("isInChat", lookScopes).passed })]),
  ];
}

/** Checks whether the bot is in the chat. The check needs a permission that sending does not need; without it the check passes. */
async function checkChat(
  call: FeishuCall,
  { chatId, mayLook }: { chatId: string; mayLook: boolean },
): Promise<PermissionCheck> {
  const name = "isInChat";
  if (!mayLook) return { call: name, passed: true, missing: `not looked at, which takes ${lookScopes[0]}` };
  const { data: isIn } = await call(isInChat(chatId));
  return {
    call: name,
    passed: isIn,
    missing: isIn ? null : "the bot is not in the group: add it in the group's settings",
  };
}

function readRequest<Data>(
  name: string,
  words: string,
  path: string,
  decode: (data: unknown) => Data,
): FeishuRequest<Data> {
  return {
    name,
    words,
    method: "GET",
    path,
    query: [],
    repeatable: "always",
    decode,
  };
}

/** The vendor's status of a granted permission. */
const grantedStatus = 1;

/** The permissions that the tenant granted the app. https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/application-v6/scope/list */
const listScopes = readRequest(
  "listScopes",
  "list the app's permissions",
  "/open-apis/application/v6/scopes",
  (data) => {
    const { scopes } = (data ?? {}) as { scopes?: { scope_name?: string; grant_status?: number }[] };
    if (!Array.isArray(scopes)) throw new UnexpectedReplyError("listScopes", 200, "no scopes");
    return scopes.filter(({ grant_status }) => grant_status === grantedStatus).map(({ scope_name }) => scope_name);
  },
);

/** https://open.feishu.cn/document/server-docs/group/chat-member/is_in_chat */
function isInChat(chatId: string): FeishuRequest<boolean> {
  const path = `/open-apis/im/v1/chats/${encodeURIComponent(chatId)}/members/is_in_chat`;
  return readRequest("isInChat", "read whether the bot is in the group", path, (data) => {
    const isIn = (data as { is_in_chat?: unknown } | null)?.is_in_chat;
    if (typeof isIn !== "boolean") throw new UnexpectedReplyError("isInChat", 200, "no is_in_chat");
    return isIn;
  });
}
