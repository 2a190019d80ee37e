import { createHmac } from "node:crypto";
import type { Proxies } from "../basics/proxies.ts";
import type { Call } from "../http/call.ts";
import { unexpectedReply } from "../http/errors.ts";
import { type JsonReply, type JsonRequest, openJsonCall } from "../http/json-call.ts";
import { longestAskedMs, withRetry } from "../http/retry.ts";
import { withoutSecrets } from "../http/secrets-in-replies.ts";
import { openThrottles, withThrottle } from "../http/throttles.ts";
import { decodeEnvelope } from "../providers/feishu/envelope.ts";
import type { OpenChannel, OutgoingMessage } from "../review/people/message.ts";
import type { Clock } from "../review/ports.ts";
import { feishuCard, replyOfError } from "./feishu-sending.ts";
import { fitted } from "./fitted.ts";

/** A custom bot. Its URL is a secret: whoever knows the URL may send. Messages are signed if the bot has a secret. */
export type FeishuWebhookOptions = {
  url: string;
  secret: string | null;
  clock: Clock;
  random?: () => number;
  proxies?: Proxies;
};

const callName = "sendByWebhook";

/** The vendor's limit. */
const mostBytes = 20_000;

const limits = {
  [callName]: [
    { calls: 100, perMs: 60_000 },
    { calls: 5, perMs: 1_000 },
  ],
};

/**
 * Opens a channel of cards that a group's custom bot sends. The vendor takes no idempotency key, so a message without an
 * answer is not sent again. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export function openFeishuWebhook(options: FeishuWebhookOptions): OpenChannel {
  const { clock, secret, random = Math.random, proxies = {} } = options;
  const url = hookUrl(options.url);
  const pool = openJsonCall({ baseUrl: url.origin, proxies });
  // The last part of the address is what lets one send.
  const secrets = [url.pathname.split("/").at(-1) ?? "", secret ?? ""];
  const { of } = openThrottles(clock, { host: url.host, caller: url.pathname, limits, pace: 1 });
  const throttled = withThrottle(withRefusals(withoutSecrets(pool.call, secrets)), ({ name }) => of(name), {
    timer: clock,
    defaultPauseMs: 1_000,
    longestPauseMs: longestAskedMs(1),
  });
  const call = withRetry(throttled, {
    policy: {
      attempts: 1,
      throttledAttempts: 12,
      baseMs: 1_000,
      capMs: 20_000,
      longestAskedMs: longestAskedMs(1),
      outageMs: 0,
    },
    timer: clock,
    random,
    repeatable: () => "if-not-executed",
  });
  return {
    async send(message) {
      try {
        const body = bodyOf(message, secret, clock.now());
        await call({ name: callName, method: "POST", path: url.pathname, body });
        return { kind: "sent", id: null };
      } catch (error) {
        return replyOfError(error, callName);
      }
    },
    close: pool.close,
  };
}

const hookHosts = ["open.feishu.cn", "open.larksuite.com"];

/** The URL of a custom bot. Throws an error without the text if the text is no such URL: the text is a secret. */
function hookUrl(text: string): URL {
  const url = URL.parse(text);
  const isLocal = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  const isVendors = url?.protocol === "https:" && hookHosts.includes(url.host);
  if (url && (isVendors || isLocal) && /^\/open-apis\/bot\/v2\/hook\/[\w-]+$/.test(url.pathname)) return url;
  throw new Error(
    `Cannot send by webhook as the secret's url is no custom bot's: copy it from the group's settings (https://${hookHosts[0]}/open-apis/bot/v2/hook/…)`,
  );
}

/** The call, with an error for each refusal. A refusal has HTTP status 200, and of older bots its code in `StatusCode` alone. */
function withRefusals(call: Call<JsonRequest, JsonReply>): Call<JsonRequest, object> {
  return async (request) => {
    const reply = await call(request);
    const { code, StatusCode } = (reply.json ?? {}) as { code?: unknown; StatusCode?: unknown };
    const codes = [code, StatusCode].filter((each) => typeof each === "number");
    if (codes.length === 0) throw unexpectedReply(callName, reply, "no code");
    const said = codes.find((each) => each !== 0) ?? 0;
    decodeEnvelope(callName, { ...reply, json: { ...(reply.json as object), code: said } });
    return {};
  };
}

function bodyOf({ text }: OutgoingMessage, secret: string | null, nowMs: number) {
  return fitted(text, mostBytes, (short) => ({
    ...(secret === null ? {} : signed(secret, nowMs)),
    msg_type: "interactive",
    card: feishuCard(short),
  }));
}

/** The bot's signature: the HMAC of an empty message. Its key is the time in seconds and the secret. */
export function signed(secret: string, nowMs: number): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(nowMs / 1000));
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).digest("base64") };
}
