import { agentsBy, type Proxies } from "../basics/proxies.ts";
import type { MessageText, OpenChannel, OutgoingMessage, SendReply } from "../review/people/message.ts";
import { fitted } from "./fitted.ts";

/** As much as a person reads in a mail. SNS itself takes 256 KiB. */
const mostBytes = 30_000;

// By default the SDK waits for ever on a connection that died. One attempt: a message without an answer may have arrived.
const maxAttempts = 1;
const timeouts = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** Opens a channel of plain text to a topic. The subject of its mails is English, as SNS takes ASCII alone. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export async function openSns(topicArn: string, proxies: Proxies = {}): Promise<OpenChannel> {
  const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns"); // a client that chats do not need
  const client = new SNSClient({
    maxAttempts,
    requestHandler: { ...timeouts, ...agentsBy(proxies) },
    region: topicArn.split(":")[3]!,
  });
  const isFifo = topicArn.endsWith(".fifo");
  return {
    async send(message) {
      const request = {
        TopicArn: topicArn,
        Subject: subjectOf(message),
        Message: fitted(message.text, mostBytes, mailText),
        ...(isFifo ? { MessageGroupId: message.source, MessageDeduplicationId: message.uuid } : {}),
      };
      return await client.send(new PublishCommand(request)).then(
        ({ MessageId }) => ({ kind: "sent", id: MessageId ?? null }),
        (error: unknown) => refusalOf(error, topicArn),
      );
    },
    close: async () => client.destroy(),
  };
}

const subjects: Record<OutgoingMessage["occasion"], string> = {
  plan: "Access review plan",
  reminder: "Access review reminder",
  held: "Access review held",
  ended: "Access review ended",
  acts: "Access review act",
  receipt: "Access review receipt",
};

function subjectOf({ occasion, source }: OutgoingMessage): string {
  return `${subjects[occasion]}: ${source}`;
}

/** SNS did not publish what it refused (4xx). After any other error nobody knows whether the message was published. */
function refusalOf(error: unknown, topicArn: string): SendReply {
  const { name = "unknown error", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  const isRefused = status >= 400 && status < 500;
  const detail = `Cannot publish to ${topicArn} (${name}). Grant sns:Publish on it, and kms:GenerateDataKey and kms:Decrypt on its key if it has its own.`;
  return isRefused || name === "CredentialsProviderError"
    ? { kind: "failed", detail }
    : { kind: "no-answer", detail: `No answer from SNS to ${topicArn} (${name})` };
}

/** A text as plain text, for mails. */
export function mailText({ title, paragraphs, lists, commands, link }: MessageText): string {
  return [
    title,
    ...paragraphs,
    ...lists
      .filter(({ rows }) => rows.length > 0)
      .map((list) => [list.title, ...list.rows.map((row) => `- ${row}`)].join("\n")),
    ...commands.map(({ label, command }) => `${label}\n${command}`),
    ...(link ? [`${link.label}: ${link.url}`] : []),
  ].join("\n\n");
}
