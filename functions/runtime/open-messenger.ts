import { hashOf } from "../basics/hash.ts";
import { proxiesOf } from "../basics/proxies.ts";
import type { Config, DeskConfig, MessageConfig } from "../config/config.ts";
import { openSns } from "../messages/sns.ts";
import type { Channel, Messenger, OpenChannel, ReachableApprover } from "../review/people/message.ts";
import type { Clock } from "../review/ports.ts";
import { readSecret } from "./secrets.ts";

/** Address and credentials for messages to the embedded company. */
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
  /** The embedded company, which `baseUrl: sandbox` means. */
  endpoint?: MessageEndpoint | undefined;
  /** Ends every wait and call of an app's messages. */
  signal?: AbortSignal | undefined;
};

/** The keys of each channel's secret. */
export const messageSecretKeys = {
  "feishu-chat": ["appId", "appSecret"],
  "feishu-reviewers": ["appId", "appSecret"],
  "feishu-webhook": { required: ["url"], optional: ["secret"] },
} as const;

/** For this long the vendor sends a message with the same uuid once: an hour, less a margin for clocks that differ. */
const feishuRepeatableMs = 55 * 60_000;

type MessengerConfig = Pick<Config, "messages" | "desk">;

/** The channels that the configuration has for messages about a source. A channel is opened when there is something to send. */
export function openMessenger({ messages, desk }: MessengerConfig, sourceId: string, ports: MessengerPorts): Messenger {
  return {
    channels: messages
      .filter(({ sources }) => sources === undefined || sources.includes(sourceId))
      .map((message) => channelOf(message, { ports, desk: desk ?? null, sourceId })),
    approveCommands: ports.approveCommands,
  };
}

type Sending = { ports: MessengerPorts; desk: DeskConfig | null; sourceId: string };

function channelOf(message: MessageConfig, { ports, desk, sourceId }: Sending): Channel {
  const { occasions, reportUrl = null } = message;
  const address = addressOf(message);
  const id = hashOf(address).slice(0, 8);
  const isForReviewers = message.to === "feishu-reviewers";
  const repeatableMs = isForReviewers || message.to === "feishu-chat" ? feishuRepeatableMs : 0;
  const field = message.to === "feishu-reviewers" && message.idType === "email" ? { field: "email" as const } : {};
  const open = () => openChannel(message, ports);
  const approvers = message.to === "feishu-reviewers" && desk ? approversOf(message, desk, sourceId) : [];
  const deskUrl = desk?.url ?? null;
  return { id, address, occasions, isForReviewers, approvers, ...field, reportUrl, deskUrl, repeatableMs, open };
}

/**
 * The approvers whom a channel to people reaches: where people sign in at the host that sends, by what the sign-in proves; else
 * those whom `desk.people` connects with a person of the source. No e-mail of an approver is known.
 */
function approversOf(message: ToPeople, { signIn, approvers, people }: DeskConfig, sourceId: string) {
  const host = signIn.provider === "sandbox" ? "sandbox" : signIn.baseUrl;
  const isAccount = signIn.provider !== "oidc" && host === message.baseUrl;
  return approvers.flatMap((subject): ReachableApprover[] => {
    if (isAccount) return [{ subject, receiver: { id: subject, email: null, idType: "union_id" } }];
    const person = people.find((each) => each.subject === subject && each.source === sourceId);
    if (!person || message.idType === "email") return [];
    return [{ subject, receiver: { id: person.id, email: null } }];
  });
}

type ToPeople = Extract<MessageConfig, { to: "feishu-reviewers" }>;

/** The address of a channel as records name it. A webhook's address is a secret, so its reference stands here instead. */
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

/** Imports the senders only here: most invocations send nothing. */
async function openChannel(message: MessageConfig, ports: MessengerPorts): Promise<OpenChannel> {
  const { clock } = ports;
  const stopping = ports.signal ? { signal: ports.signal } : {};
  const proxies = message.to !== "sns" && companyOf(message, ports) ? {} : proxiesOf(ports.env);
  switch (message.to) {
    case "feishu-chat":
    case "feishu-reviewers": {
      const { openFeishuMessages, toChat, toReviewers } = await import("../messages/feishu-message.ts");
      const receivers = message.to === "feishu-chat" ? toChat(message.chatId) : toReviewers(message.idType);
      return openFeishuMessages({ ...(await appOf(message, ports)), ...receivers, clock, proxies, ...stopping });
    }
    case "feishu-webhook": {
      const keys = messageSecretKeys[message.to];
      const { url, secret } =
        companyOf(message, ports)?.webhook ?? (await readSecret<"url" | "secret">(message.credentials!, keys, ports));
      const { openFeishuWebhook } = await import("../messages/feishu-webhook.ts");
      return openFeishuWebhook({ url, secret: secret ?? null, clock, proxies });
    }
    case "sns":
      return await openSns(message.topicArn, proxies);
    default:
      return message satisfies never;
  }
}

type AsApp = Extract<MessageConfig, { to: "feishu-chat" | "feishu-reviewers" }>;

async function appOf(message: AsApp, ports: MessengerPorts) {
  const company = companyOf(message, ports);
  if (company) return { baseUrl: company.baseUrl, credentials: company.bot };
  const credentials = await readSecret(message.credentials!, messageSecretKeys[message.to], ports);
  return { baseUrl: message.baseUrl, credentials };
}

/** The embedded company if the message is for it, null for a real tenant. Throws if the company is asked for but not served. */
function companyOf(
  { baseUrl }: { baseUrl?: string | undefined },
  { endpoint }: MessengerPorts,
): MessageEndpoint | null {
  if (baseUrl !== "sandbox") return null;
  if (!endpoint)
    throw new Error("Cannot send to the embedded company as nobody serves it here: name a real chat or bot");
  return endpoint;
}
