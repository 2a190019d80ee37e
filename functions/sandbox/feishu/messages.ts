import { createHash, createHmac } from "node:crypto";
import { DroppedConnection } from "../calls.ts";
import { employeeOf, hasLeft } from "../company/company.ts";
import { fromIdType, toIdType, type UserIdType } from "../company/ids.ts";
import { cardFaults, type MessageBook, type SandboxMessage } from "./message-book.ts";
import { bodyList, requiredQuery, requiredText } from "./parameters.ts";
import { faulty, Refusal } from "./refusal.ts";
import { sandboxTenant } from "./sign-in.ts";
import type { Call, World } from "./world.ts";

function invalid(field: string): Refusal {
  return new Refusal(400, 99992402, `field validation failed: ${field}`);
}

const receiverTypes = ["open_id", "union_id", "user_id", "email", "chat_id"] as const;
type ReceiverType = (typeof receiverTypes)[number];

function receiverType({ query }: Call): ReceiverType {
  const type = query.get("receive_id_type") as ReceiverType;
  if (!receiverTypes.includes(type)) throw invalid("receive_id_type");
  return type;
}

/** Refuses an unknown receiver, and a receiver who has left. */
function checkReceiver(world: World, type: ReceiverType, id: string): void {
  const { company, messages, now } = world;
  if (type === "chat_id") {
    if (id !== messages.chatId || messages.quirks.botIsOut) {
      throw new Refusal(400, 230002, "Bot/User can NOT be out of the chat.");
    }
    return;
  }
  const employee =
    type === "email"
      ? company.employees.find(({ email }) => email === id)
      : employeeOf(company, fromIdType(id, type) ?? "");
  if (!employee) throw new Refusal(400, 230034, "The receive_id is invalid.");
  if (hasLeft(employee, now())) throw new Refusal(400, 230013, "Bot has NO availability to this user.");
}

const mostBytes = 30 * 1024;
// The tenant's data loss prevention refuses e-mail addresses and mobile numbers in plain text.
const sensitive = /[\w.+-]+@[\w-]+(\.[\w-]+)+|(?<!\d)1[3-9]\d{9}(?!\d)/;

function contentOf(call: Call): unknown {
  const text = requiredText(call, "content");
  if (Buffer.byteLength(text) > mostBytes)
    throw new Refusal(400, 230025, "The length of the message content reaches its limit.");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Refusal(
      400,
      230001,
      "Your request contains an invalid request parameter: content is not a string in json format",
    );
  }
  if (sensitive.test(text)) throw new Refusal(400, 230028, "The messages do NOT pass the audit.");
  const isCard = call.endpoint === "updateMessage" || requiredText(call, "msg_type") === "interactive";
  const [fault] = isCard ? cardFaults(content) : [];
  if (fault) throw new Refusal(400, 230099, `Failed to create card content, ext=ErrCode: 200621; ErrMsg: ${fault}`);
  return content;
}

function uuidOf({ body }: Call): string | null {
  const { uuid } = body;
  if (uuid === undefined || uuid === "") return null;
  if (typeof uuid !== "string" || uuid.length > 50) throw invalid("uuid");
  return uuid;
}

function dataOf(call: Call, message: SandboxMessage) {
  return {
    message_id: message.messageId,
    msg_type: call.body.msg_type,
    create_time: String(Date.parse(message.at)),
    update_time: String(Date.parse(message.at)),
    deleted: false,
    updated: false,
    chat_id: message.receiver,
    sender: { id: call.app.appId, id_type: "app_id", sender_type: "app", tenant_key: sandboxTenant },
    body: { content: call.body.content },
  };
}

/**
 * `POST im/v1/messages`. Messages with the same uuid arrive once an hour; every call is answered with the first
 * message.
 */
export function createMessage(world: World, call: Call): unknown {
  const { messages } = world;
  const { quirks } = messages;
  const type = receiverType(call);
  const receiver = requiredText(call, "receive_id");
  const [content, uuid] = [contentOf(call), uuidOf(call)];
  checkReceiver(world, type, receiver);
  if (!messages.admits(receiver)) throw new Refusal(400, 230020, "This operation triggers the frequency limit.");
  if (quirks.loseMessages > 0) {
    quirks.loseMessages -= 1;
    throw new DroppedConnection("before the message arrived");
  }
  const known = uuid === null ? null : messages.known(uuid);
  const message = known ?? messages.add({ via: "app", receiver, uuid, content, sender: call.app.appId });
  if (quirks.loseAnswers > 0) {
    quirks.loseAnswers -= 1;
    throw new DroppedConnection("after the message arrived");
  }
  return dataOf(call, message);
}

const updatableMs = 14 * 86_400_000;

function mayUpdate(content: unknown): boolean {
  return (content as { config?: { update_multi?: unknown } } | null)?.config?.update_multi === true;
}

/** `PATCH im/v1/messages/:message_id`: shows another card in a message of the same app, for 14 days. */
export function updateMessage({ messages, now }: World, call: Call): unknown {
  const content = contentOf(call);
  const message = messages.messages.find(({ messageId }) => messageId === call.parameters.message_id);
  if (!message) throw new Refusal(400, 230001, "Your request contains an invalid request parameter: message_id");
  if (message.sender !== call.app.appId) throw new Refusal(400, 230027, "Lack of necessary permissions.");
  if (messages.quirks.recalled.has(message.messageId)) throw new Refusal(400, 230011, "The message was recalled.");
  if (now() - Date.parse(message.at) > updatableMs)
    throw new Refusal(400, 230031, "The message is older than 14 days and cannot be updated.");
  if (!mayUpdate(message.content) || !mayUpdate(content))
    throw new Refusal(400, 230099, "Failed to create card content, ext=ErrMsg: config.update_multi is not true");
  message.content = content;
  message.updates = (message.updates ?? 0) + 1;
  return {};
}

const accountTypes: readonly string[] = ["open_id", "union_id", "user_id"] satisfies UserIdType[];

/**
 * `POST corehr/v1/common_data/id/convert` of people: 1 from employments to accounts, 2 from accounts to employments. People
 * who have left have no account.
 */
export function convertId(world: World, call: Call): unknown {
  const { endpoint } = call;
  const direction = requiredQuery(call, "id_transform_type");
  if (direction !== "1" && direction !== "2") throw faulty(endpoint, "range", "id_transform_type");
  if (requiredQuery(call, "id_type") !== "user_id") throw faulty(endpoint, "range", "id_type");
  const type = (call.query.get("feishu_user_id_type") ?? "open_id") as UserIdType;
  if (!accountTypes.includes(type)) throw faulty(endpoint, "range", "feishu_user_id_type");
  const ids = bodyList(call, "ids", 100);
  if (ids.length === 0) throw faulty(endpoint, "missing", "ids");
  const items = ids.flatMap((id) => {
    const employment = direction === "1" ? id : fromIdType(id, type);
    const employee = employment === null ? undefined : employeeOf(world.company, employment);
    const isThere = employee !== undefined && !hasLeft(employee, world.now());
    if (!isThere) return world.quirks.emptyConversions ? [{ id, target_id: "" }] : [];
    return [{ id, target_id: direction === "1" ? toIdType(employee.id, type) : employee.id }];
  });
  return { items };
}

/** `GET bot/v3/info`: only an app that may send messages has a bot. */
export function getBot(_world: World, { app }: Call): unknown {
  if (!app.scopes.has("im:message:send_as_bot")) throw new Refusal(400, 11205, "app do not have bot");
  const open = createHash("sha256").update(app.appId).digest("hex").slice(0, 32);
  return { activate_status: 2, app_name: "Access review", avatar_url: "", ip_white_list: [], open_id: `ou_${open}` };
}

/** `GET application/v6/scopes`: the permissions that the tenant has granted to the app. */
export function listScopes(_world: World, { app }: Call): unknown {
  return {
    scopes: [...app.scopes].map((scope_name) => ({ scope_name, scope_type: "tenant", grant_status: 1 })),
  };
}

/** The events that a published version of an app subscribes to. */
const subscribedEvents = [
  "contact.scope.updated_v3",
  "contact.user.deleted_v3",
  "corehr.job_change.status_updated_v2",
  "corehr.offboarding.status_updated_v2",
  "corehr.org_role_authorization.updated_v1",
];

/** `GET application/v6/applications/:app_id/app_versions`: an approved version, and a later one that waits for its approval. */
export function listVersions({ quirks }: World): unknown {
  const subscribed = subscribedEvents.filter((type) => !quirks.unsubscribedEvents.includes(type));
  const versionOf = (version: string, status: number, events: string[]) => ({
    ...{ version, status, version_id: `oav_${version}`, create_time: `176722${version.replaceAll(".", "")}00` },
    event_infos: events.map((event_type) => ({ event_type, event_name: event_type, event_description: "" })),
  });
  return { has_more: false, items: [versionOf("1.0.1", 3, subscribedEvents), versionOf("1.0.0", 1, subscribed)] };
}

/** `GET im/v1/chats/:chat_id/members/is_in_chat` */
export function isInChat({ messages }: World, { parameters }: Call): unknown {
  return {
    is_in_chat: parameters.chat_id === messages.chatId && !messages.quirks.botIsOut,
  };
}

/** The company's custom bot: the last part of its address, and its signing secret. */
export const sandboxHook = { token: "5a3bdc0f-fee0-4acc-8e55-000000000001", secret: "sandbox-hook-secret" };

const hookPath = `/open-apis/bot/v2/hook/`;
const mostHookBytes = 20 * 1024;
const hourS = 3_600;

type Said = { code: number; msg: string };

const refusals = {
  limited: { code: 11232, msg: "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]" },
  badRequest: { code: 9499, msg: "Bad Request" },
  unknown: { code: 19001, msg: "param invalid: incoming webhook access token invalid" },
  unsigned: { code: 19021, msg: "sign match fail or timestamp is not within one hour from current time" },
  keyword: { code: 19024, msg: "Key Words Not Found" },
} as const satisfies Record<string, Said>;

type HookBody = {
  timestamp?: unknown;
  sign?: unknown;
  msg_type?: unknown;
  card?: unknown;
  content?: { text?: unknown };
};

function parsed(text: string): HookBody | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : null;
  } catch {
    return null;
  }
}

/** The vendor's signature is an HMAC of the empty message; its key is the time stamp and the secret. */
function isSigned({ timestamp, sign }: HookBody, nowMs: number): boolean {
  if (typeof timestamp !== "string" || !/^\d{10}$/.test(timestamp)) return false;
  const expected = createHmac("sha256", `${timestamp}\n${sandboxHook.secret}`).digest("base64");
  return sign === expected && Math.abs(nowMs / 1000 - Number(timestamp)) <= hourS;
}

function hookContentOf({ msg_type: type, card, content }: HookBody): unknown {
  return type === "interactive" ? card : content?.text;
}

function refusalOf(book: MessageBook, text: string, nowMs: number): Said | null {
  const body = Buffer.byteLength(text) > mostHookBytes ? null : parsed(text);
  if (!body) return refusals.badRequest;
  if (!isSigned(body, nowMs)) return refusals.unsigned;
  const content = hookContentOf(body);
  const isShown = body.msg_type === "interactive" ? cardFaults(content).length === 0 : typeof content === "string";
  if (!isShown) return refusals.badRequest;
  const { keyword } = book.quirks;
  return keyword !== null && !JSON.stringify(content).includes(keyword) ? refusals.keyword : null;
}

/** The answer at a custom bot's address: HTTP 200, whatever the code. Null for any other address. */
export function answerHook(
  book: MessageBook,
  request: { path: string; body: string; nowMs: number },
): { status: number; body: unknown } | null {
  if (!request.path.startsWith(hookPath)) return null;
  const isKnown = request.path === `${hookPath}${sandboxHook.token}`;
  const refusal = !isKnown
    ? refusals.unknown
    : !book.admitsHook()
      ? refusals.limited
      : refusalOf(book, request.body, request.nowMs);
  if (!refusal) {
    book.add({ via: "webhook", receiver: book.chatId, uuid: null, content: hookContentOf(parsed(request.body)!) });
  }
  const { code, msg } = refusal ?? { code: 0, msg: "success" };
  const old = { StatusCode: code, StatusMessage: msg };
  const now = { code, msg, data: {}, ...(refusal ? {} : { Extra: null, ...old }) };
  return { status: 200, body: book.quirks.answersAsOldBots ? { Extra: null, ...old } : now };
}
