import { Duration, Names } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import { figure } from "./figure.ts";
import type { Look } from "./source-alarms.ts";
import type { StageFunctions } from "./stage-function.ts";

/** Whether the stack itself receives the provider's events: by its desk. */
export function receivesEvents({ desk, events }: Config): boolean {
  return desk?.hosting === "aws" && Boolean(events);
}

/** Events of one holder within this time are one sweep (functions/events/work.ts). */
const debounce = Duration.minutes(2);

type EventsProps = { functions: StageFunctions; review: StateMachine };

/** The queue of messages that a function could not work off. */
export type EventQueues = { deadLetters: Queue };

/**
 * Connects the desk, which stores events, with the function that works them off: by a queue whose messages say that an event
 * waits. In order, so that one invocation works at a time: two would begin two sweeps of one source. What a message says is of no
 * weight; whoever could send one could only have the function look.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function createEventQueue(scope: Construct, { functions, review }: EventsProps): EventQueues {
  const { desk, events } = functions;
  const shared = { fifo: true, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
  const deadLetters = new Queue(scope, "event dead letters", { ...shared, retentionPeriod: Duration.days(14) });
  const queue = new Queue(scope, "events queue", {
    ...shared,
    deliveryDelay: debounce,
    // Longer than the function may take: a message that is shown meanwhile would be worked off twice.
    visibilityTimeout: events!.timeout!.plus(Duration.minutes(1)),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
  });
  desk!.addEnvironment("EVENT_QUEUE", queue.queueUrl);
  events!.addEnvironment("EVENT_QUEUE", queue.queueUrl);
  events!.addEnvironment("REVIEW_MACHINE", review.stateMachineArn);
  const sending = new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queue.queueArn] });
  desk!.addToRolePolicy(sending);
  events!.addToRolePolicy(sending);
  events!.addToRolePolicy(
    new PolicyStatement({ actions: ["states:StartExecution"], resources: [review.stateMachineArn] }),
  );
  // Not `SqsEventSource`, which also grants what no function needs here. The id is the one that it gave.
  events!.addEventSourceMapping(`SqsEventSource:${Names.nodeUniqueId(queue.node)}`, {
    eventSourceArn: queue.queueArn,
    batchSize: 10,
  });
  const receiving = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
  events!.addToRolePolicy(new PolicyStatement({ actions: receiving, resources: [queue.queueArn] }));
  return { deadLetters };
}

const fiveMinutes = Duration.minutes(5);

/** The alarms of events: what nobody worked off, and a data range that was narrowed, which hides leavers. */
export function looksAtEvents({ language }: Config, { deadLetters }: EventQueues): Look[] {
  const phrases = alarmPhrases[language];
  return [
    {
      id: "event dead letters",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes }),
      says: phrases.eventDeadLetters,
    },
    { id: "events stuck", metric: figure("eventsStuck", {}, fiveMinutes), says: phrases.eventsStuck, isEvent: true },
    {
      id: "data range narrowed",
      metric: figure("dataRangeNarrowed", {}, fiveMinutes),
      says: phrases.dataRangeNarrowed,
      isEvent: true,
    },
  ];
}
