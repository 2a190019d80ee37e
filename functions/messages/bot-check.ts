import { UnexpectedReplyError } from "../http/errors.ts";
import type { FeishuCall, FeishuRequest } from "../providers/feishu/call.ts";
import { tier3, tier4 } from "../providers/feishu/limits.ts";
import { checkCall } from "../providers/provider-call.ts";
import type { PermissionCheck } from "../review/ports.ts";

/** What a bot must be able to do: write, to a chat where it is for one, and ask whom an id of CoreHR's stands for. */
export type BotDuty = { chatId: string | null; convertsIds: boolean };

/** The limits of what `checkBot` asks; the vendor publishes none for the first two. */
export const botLimits = { getBot: tier3, listScopes: tier3, isInChat: tier4 };

const sending = ["im:message", "im:message:send_as_bot", "im:message:send"];
const converting = ["corehr:common_data.id.convert:read"];
const looking = ["im:chat:readonly", "im:chat", "im:chat.members:read", "im:chat.group_info:readonly"];

/** Whether an app can send what it is to send, told without sending anything; what concerns the whole app (a wrong secret) is thrown. */
export const checkBot = async (call: FeishuCall, { chatId, convertsIds }: BotDuty): Promise<PermissionCheck[]> => {
  const hasBot = await checkCall(
    call,
    read("getBot", "/open-apis/bot/v3/info", () => null),
  );
  const granted = new Set((await call(listScopes)).data);
  const holds = (name: string, scopes: string[]): PermissionCheck => {
    const passed = scopes.some((scope) => granted.has(scope));
    return { call: name, passed, missing: passed ? null : scopes.join(" | ") };
  };
  return [
    hasBot,
    holds("sendMessage", sending),
    ...(convertsIds ? [holds("convertId", converting)] : []),
    ...(chatId === null ? [] : [await checkChat(call, { chatId, mayLook: holds("isInChat", looking).passed })]),
  ];
};

/** Needs a permission that sending does not: without it nobody knows, which is no fault. */
const checkChat = async (
  call: FeishuCall,
  { chatId, mayLook }: { chatId: string; mayLook: boolean },
): Promise<PermissionCheck> => {
  const name = "isInChat";
  if (!mayLook) return { call: name, passed: true, missing: `not looked at, which takes ${looking[0]}` };
  const { data: isIn } = await call(isInChat(chatId));
  return {
    call: name,
    passed: isIn,
    missing: isIn ? null : "the bot is not in the group: add it in the group's settings",
  };
};

const read = <Data>(name: string, path: string, decode: (data: unknown) => Data): FeishuRequest<Data> => ({
  name,
  method: "GET",
  path,
  query: [],
  repeatable: "always",
  decode,
});

const isGranted = 1;

/** The permissions that the tenant has granted the app. https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/application-v6/scope/list */
const listScopes = read("listScopes", "/open-apis/application/v6/scopes", (data) => {
  const { scopes } = (data ?? {}) as { scopes?: { scope_name?: string; grant_status?: number }[] };
  if (!Array.isArray(scopes)) throw new UnexpectedReplyError("listScopes", 200, "no scopes");
  return scopes.filter(({ grant_status }) => grant_status === isGranted).map(({ scope_name }) => scope_name);
});

/** https://open.feishu.cn/document/server-docs/group/chat-member/is_in_chat */
const isInChat = (chatId: string): FeishuRequest<boolean> =>
  read("isInChat", `/open-apis/im/v1/chats/${encodeURIComponent(chatId)}/members/is_in_chat`, (data) => {
    const isIn = (data as { is_in_chat?: unknown } | null)?.is_in_chat;
    if (typeof isIn !== "boolean") throw new UnexpectedReplyError("isInChat", 200, "no is_in_chat");
    return isIn;
  });
