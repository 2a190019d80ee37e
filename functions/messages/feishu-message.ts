import type { Limits } from "../http/throttles.ts";
import { type FeishuCall, openFeishu } from "../providers/feishu/call.ts";
import { tier4 } from "../providers/feishu/limits.ts";
import type { OpenChannel, OutgoingMessage } from "../review/people/message.ts";
import type { Clock } from "../review/ports.ts";
import { type BotDuty, botLimits, checkBot } from "./bot-check.ts";
import { feishuCard } from "./feishu-card.ts";
import { fitted } from "./fitted.ts";
import { replyOf } from "./send-reply.ts";

/** Whom a message goes to, as the vendor takes it. */
export type FeishuAddress = { type: "chat_id" | "open_id" | "union_id" | "user_id" | "email"; id: string };

/** As which app to write; `addressOf` throws where a message can go to nobody. */
export type FeishuMessageOptions = {
  baseUrl: string;
  credentials: { appId: string; appSecret: string };
  addressOf: (message: OutgoingMessage, call: FeishuCall) => Promise<FeishuAddress>;
  duty: BotDuty;
  /** Calls that `addressOf` makes, with their limits. */
  moreLimits?: Limits;
  clock: Clock;
  random?: () => number;
};

/** The name under which errors speak of sending. */
const callName = "sendMessage";

/** The vendor's 30 KB, of the request as a whole. */
const mostBytes = 30_000;

/** A chat, or a person, takes five a second of all bots together; the app itself sends as many as the tier allows. */
const limits = { [callName]: [...tier4, { calls: 5, perMs: 1_000 }] };

/** Cards as an app, to whom `addressOf` says. https://open.feishu.cn/document/server-docs/im-v1/message/create */
export const openFeishuMessages = (options: FeishuMessageOptions): OpenChannel => {
  const { baseUrl, credentials, addressOf, duty, moreLimits = {}, clock, random = Math.random } = options;
  const allLimits = { ...limits, ...botLimits, ...moreLimits };
  const api = openFeishu({ baseUrl, credentials, pace: 1, limits: allLimits, clock, random });
  return {
    async send(message) {
      try {
        const { type, id } = await addressOf(message, api.call);
        const { data } = await api.call({
          name: callName,
          method: "POST",
          path: "/open-apis/im/v1/messages",
          query: [["receive_id_type", type]],
          body: bodyOf(message, id),
          // The same uuid is sent once.
          repeatable: "always",
          decode: messageIdIn,
        });
        return { kind: "sent", id: data };
      } catch (error) {
        return replyOf(error, callName);
      }
    },
    check: () => checkBot(api.call, duty),
    close: api.close,
  };
};

const bodyOf = ({ text, uuid }: OutgoingMessage, id: string) =>
  fitted(text, mostBytes, (short) => ({
    receive_id: id,
    msg_type: "interactive",
    content: JSON.stringify(feishuCard(short)),
    uuid,
  }));

const messageIdIn = (data: unknown): string | null => {
  const id = (data as { message_id?: unknown } | null)?.message_id;
  return typeof id === "string" ? id : null;
};
