import type { OpenChannel, OutgoingMessage, SendReply } from "../review/people/message.ts";
import { fitted } from "./fitted.ts";
import { plainText } from "./plain-text.ts";

/** The vendor's 256 KiB are for machines; this is as much as a person reads in a mail. */
const mostBytes = 30_000;

// Without these the SDK waits for ever on a connection that died. One attempt: what got no answer may be there.
const clientOptions = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};

/** Plain text to a topic, whose mails have an English subject as SNS takes ASCII alone. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export async function openSns(topicArn: string): Promise<OpenChannel> {
  const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns"); // a client that chats do not need
  const client = new SNSClient({ ...clientOptions, region: topicArn.split(":")[3]! });
  const isFifo = topicArn.endsWith(".fifo");
  return {
    async send(message) {
      const request = {
        TopicArn: topicArn,
        Subject: subjectOf(message),
        Message: fitted(message.text, mostBytes, plainText),
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
};

function subjectOf({ occasion, source }: OutgoingMessage): string {
  return `${subjects[occasion]}: ${source}`;
}

/** A client's fault (4xx) was refused; of anything else nobody knows whether it was published. */
function refusalOf(error: unknown, topicArn: string): SendReply {
  const { name = "unknown error", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  const isRefused = status >= 400 && status < 500;
  const detail = `Cannot publish to ${topicArn} (${name}). Grant sns:Publish on it, and kms:GenerateDataKey and kms:Decrypt on its key if it has its own.`;
  return isRefused || name === "CredentialsProviderError"
    ? { kind: "failed", detail }
    : { kind: "no-answer", detail: `No answer from SNS to ${topicArn} (${name})` };
}
