import { sha256 } from "../../basics/hash.ts";
import { agentsBy, proxiesOf } from "../../basics/proxies.ts";
import type { SweepOrder } from "../../events/order-sweep.ts";

/** The queue of messages that say that an event waits: two minutes later they come to the function that works events off. */
export type EventQueue = {
  /** `because`: an event's id, or another text: the same text within five minutes is one message. */
  wake(because: string): Promise<void>;
};

// A call that hangs is cut off while there is time to try again, or to answer that it failed.
const timeouts = { connectionTimeout: 2_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

function clientOptions(env: NodeJS.ProcessEnv) {
  return { maxAttempts: 3, requestHandler: { ...timeouts, ...agentsBy(proxiesOf(env)) } };
}

/** Opens the stack's queue of events. One group of messages: whatever works events off does so one at a time. */
export function openEventQueue(env: NodeJS.ProcessEnv): EventQueue {
  const { EVENT_QUEUE: QueueUrl } = env;
  if (!QueueUrl) throw new Error("Cannot receive events as EVENT_QUEUE is not set: deploy with `npx cdk deploy`");
  return {
    async wake(because) {
      const { SendMessageCommand, SQSClient } = await import("@aws-sdk/client-sqs"); // most requests of the desk are no events
      await new SQSClient(clientOptions(env)).send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify({ because }),
          MessageGroupId: "events",
          MessageDeduplicationId: sha256(because),
        }),
      );
    },
  };
}

/** Starts an execution of the stack's state machine for a sweep. Its name is the sweep's, so that a sweep is begun once. */
export async function startSweep(
  env: NodeJS.ProcessEnv,
  { sourceId: source, review, holderIds }: SweepOrder,
): Promise<void> {
  const { REVIEW_MACHINE: stateMachineArn } = env;
  if (!stateMachineArn)
    throw new Error("Cannot begin a sweep as REVIEW_MACHINE is not set: deploy with `npx cdk deploy`");
  const { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } = await import("@aws-sdk/client-sfn"); // only where a sweep is due
  const input = JSON.stringify({ source, review, sweep: true, ...(holderIds ? { holders: holderIds } : {}) });
  try {
    const name = `${source}-${review}`;
    await new SFNClient(clientOptions(env)).send(new StartExecutionCommand({ stateMachineArn, name, input }));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}
