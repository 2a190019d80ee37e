import { hashOf } from "../basics/canonical-json.ts";
import type { Config, MessageConfig } from "../config/config.ts";
import { addressLimits, feishuRepeatableMs, toChat, toReviewer } from "../messages/feishu-address.ts";
import { openSns } from "../messages/sns.ts";
import type { Channel, Messenger, OpenChannel } from "../review/people/message.ts";
import type { Clock } from "../review/ports.ts";
import { readSecret } from "./secrets.ts";

/** Where the embedded company takes messages, and as whom. */
export type MessageEndpoint = {
  baseUrl: string;
  bot: { appId: string; appSecret: string };
  webhook: { url: string; secret: string };
};

/** What messages are sent with. */
export type MessengerPorts = {
  clock: Clock;
  env: NodeJS.ProcessEnv;
  approveCommands: Messenger["approveCommands"];
  /** Stands for `baseUrl: sandbox`. */
  endpoint?: MessageEndpoint | undefined;
};

/** Everybody whom the configuration wants told of a source. Nothing is opened before there is something to send. */
export function openMessenger({ messages }: Config, sourceId: string, ports: MessengerPorts): Messenger {
  return {
    channels: messages
      .filter(({ sources }) => sources === undefined || sources.includes(sourceId))
      .map((message) => channelOf(message, ports)),
    approveCommands: ports.approveCommands,
  };
}

function channelOf(message: MessageConfig, ports: MessengerPorts): Channel {
  const { occasions, reportUrl = null } = message;
  const address = addressOf(message);
  const id = hashOf(address).slice(0, 8);
  const isForReviewers = message.to === "feishu-reviewers";
  const repeatableMs = isForReviewers || message.to === "feishu-chat" ? feishuRepeatableMs : 0;
  return { id, address, occasions, isForReviewers, reportUrl, repeatableMs, open: () => openChannel(message, ports) };
}

/** Where it leads, as a record may say it: of a webhook, whose address is a secret, where that is kept. */
function addressOf(message: MessageConfig): string {
  switch (message.to) {
    case "feishu-chat":
      return `${message.to} ${message.chatId} at ${message.baseUrl}`;
    case "feishu-reviewers":
      return `${message.to} at ${message.baseUrl}`;
    case "feishu-webhook":
      return `${message.to} ${message.credentials ?? message.baseUrl}`;
    case "sns":
      return `${message.to} ${message.topicArn}`;
    default:
      return message satisfies never;
  }
}

/** Imports what sends only here, as most often nobody is to be told anything. */
async function openChannel(message: MessageConfig, ports: MessengerPorts): Promise<OpenChannel> {
  const { clock } = ports;
  switch (message.to) {
    case "feishu-chat":
    case "feishu-reviewers": {
      const { openFeishuMessages } = await import("../messages/feishu-message.ts");
      return openFeishuMessages({ ...(await appOf(message, ports)), ...receiversOf(message), clock });
    }
    case "feishu-webhook": {
      const keys = { required: ["url"], optional: ["secret"] } as const;
      const { url, secret } =
        embedded(message, ports)?.webhook ?? (await readSecret<"url" | "secret">(message.credentials!, keys, ports));
      const { openFeishuWebhook } = await import("../messages/feishu-webhook.ts");
      return openFeishuWebhook({ url, secret: secret ?? null, clock });
    }
    case "sns":
      return await openSns(message.topicArn);
    default:
      return message satisfies never;
  }
}

type AsApp = Extract<MessageConfig, { to: "feishu-chat" | "feishu-reviewers" }>;

async function appOf(message: AsApp, ports: MessengerPorts) {
  const company = embedded(message, ports);
  if (company) return { baseUrl: company.baseUrl, credentials: company.bot };
  const credentials = await readSecret(message.credentials!, ["appId", "appSecret"], ports);
  return { baseUrl: message.baseUrl, credentials };
}

/** Whom an app writes to, and what it must be able to do for that. */
function receiversOf(message: AsApp) {
  return message.to === "feishu-chat"
    ? { addressOf: toChat(message.chatId), duty: { chatId: message.chatId, convertsIds: false } }
    : {
        addressOf: toReviewer(message.idType),
        duty: { chatId: null, convertsIds: message.idType === "people_corehr_id" },
        moreLimits: addressLimits,
      };
}

/** What stands for the embedded company; null for a real tenant. Throws where it is asked for and nobody serves it. */
function embedded({ baseUrl }: { baseUrl?: string | undefined }, { endpoint }: MessengerPorts): MessageEndpoint | null {
  if (baseUrl !== "sandbox") return null;
  if (!endpoint)
    throw new Error("Cannot send to the embedded company as nobody serves it here: name a real chat or bot");
  return endpoint;
}
