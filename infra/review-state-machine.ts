import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Key } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { hasManySources } from "./many-sources.ts";
import { longestOpenDays } from "./review-schedule.ts";
import { type ReviewFunctions, sourceReview } from "./source-review.ts";

/** What the state machine is made of. `key` encrypts the topic, which is told of reviews that are held. */
export type StateMachineProps = { config: Config; functions: ReviewFunctions; topic: ITopic; key: Key };

/**
 * A review of every source, or of one: `{}`, `{"source"}`, with `"review"` to go on with that one. A new review is named by
 * the instant it was scheduled for, else by the start of the execution, so that a retry starts no second one. It fails in
 * the end where a source did, after the others are through.
 */
export function createReviewStateMachine(scope: Construct, props: StateMachineProps): sfn.StateMachine {
  const { config, functions, topic, key } = props;
  const everySource = mapOf(scope, config);
  everySource.itemProcessor(sourceReview(scope, { config, functions, topic }), processing(config));
  const definition = nameReview(scope)
    .next(chooseSources(scope, config))
    .next(everySource)
    .next(verdict(scope, config));
  const machine = new sfn.StateMachine(scope, "review", {
    stateMachineName: `${Stack.of(scope).stackName}-review`,
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    tracingEnabled: true,
    logs: { destination: createLog(scope), level: sfn.LogLevel.ALL, includeExecutionData: false },
  });
  key.grant(machine, "kms:Decrypt", "kms:GenerateDataKey");
  return machine;
}

/** Under this prefix a log does not count against the size of the account's one policy for logs. */
function createLog(scope: Construct): LogGroup {
  return new LogGroup(scope, "review log", {
    logGroupName: `/aws/vendedlogs/states/${Stack.of(scope).stackName}-review`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

const { stringAt, stringSplit, arrayGetItem, format, array } = sfn.JsonPath;

/** An instant as a review id: to the second, without colons. */
function reviewOf(instant: string): string {
  const piece = (text: string, splitter: string, at: number): string => arrayGetItem(stringSplit(text, splitter), at);
  const [date, minutes, seconds] = [0, 1, 2].map((at) => piece(stringAt(instant), ":", at));
  // 13Z, or 13.192Z
  return format("{}{}{}Z", date!, minutes!, piece(piece(seconds!, ".", 0), "Z", 0));
}

/** `$.begun.review`: the review that the input names, else a new one. */
function nameReview(scope: Construct): sfn.Chain {
  const named = (state: string, review: string): sfn.Pass =>
    new sfn.Pass(scope, state, { parameters: { review }, resultPath: "$.begun" });
  const which = new sfn.Choice(scope, "Which review?")
    .when(sfn.Condition.isPresent("$.review"), named("The review named", stringAt("$.review")))
    .when(sfn.Condition.isPresent("$.scheduledAt"), named("A review by its schedule", reviewOf("$.scheduledAt")))
    .otherwise(named("A review by its start", reviewOf("$$.Execution.StartTime")));
  return sfn.Chain.start(which.afterwards());
}

/** `$.begun.sources`: the one that the input names, else all. */
function chooseSources(scope: Construct, { sources }: Config): sfn.Chain {
  const chosen = (state: string, ids: string[] | string): sfn.Pass =>
    new sfn.Pass(scope, state, { parameters: { ids }, resultPath: "$.sources" });
  const which = new sfn.Choice(scope, "Which sources?")
    .when(sfn.Condition.isPresent("$.source"), chosen("One source", array(stringAt("$.source"))))
    .otherwise(
      chosen(
        "Every source",
        sources.map(({ id }) => id),
      ),
    );
  return sfn.Chain.start(which.afterwards());
}

/** Of the 25,000 events that one execution's history takes, with room for what is tried again. */
const HISTORY_EVENTS = 20_000;

/** A source's review takes some 70 events, and each day on which it waits up to 30: two stages, who is told, what follows. */
function eventsOf(config: Config): number {
  return config.sources.length * (70 + 30 * longestOpenDays(config));
}

/** Whether each source is an execution of its own: where there are many, or where all together would outlive one's history. */
function isDistributed(config: Config): boolean {
  return hasManySources(config) || eventsOf(config) > HISTORY_EVENTS;
}

function mapOf(scope: Construct, config: Config): sfn.Map | sfn.DistributedMap {
  const props = {
    itemsPath: "$.sources.ids",
    itemSelector: { source: stringAt("$$.Map.Item.Value"), review: stringAt("$.begun.review"), told: "" },
    resultPath: "$.reviews",
  };
  if (!isDistributed(config)) return new sfn.Map(scope, "Each source", props);
  return new sfn.DistributedMap(scope, "Each source", {
    ...props,
    mapExecutionType: sfn.StateMachineType.STANDARD,
    // All at once, as a review that waits for decisions keeps its place for weeks: those without one would wait for it.
    maxConcurrency: config.sources.length,
  });
}

function processing(config: Config): sfn.ProcessorConfig {
  return {
    mode: isDistributed(config) ? sfn.ProcessorMode.DISTRIBUTED : sfn.ProcessorMode.INLINE,
    executionType: sfn.ProcessorType.STANDARD,
  };
}

/**
 * Fails where a source failed or could not be read whole. The cause is how every source ended; of many, which sources did
 * so, as a cause takes 32,768 characters.
 */
function verdict(scope: Construct, config: Config): sfn.Chain {
  const has = (status: string): string => `States.ArrayContains($.reviews[*].status, '${status}')`;
  const tally = new sfn.Pass(scope, "How did they end?", {
    parameters: { "hasFailed.$": has("failed"), "hasIncomplete.$": has("incomplete"), "reviews.$": "$.reviews" },
  });
  const fail = (state: string, status: string, error: string): sfn.Chain => {
    const told = hasManySources(config) ? `$.reviews[?(@.status == '${status}')].source` : "$.reviews";
    const cause = new sfn.Pass(scope, `${state}: which?`, {
      parameters: { "cause.$": `States.JsonToString(${told})` },
    });
    return cause.next(new sfn.Fail(scope, state, { error, causePath: "$.cause" }));
  };
  const which = new sfn.Choice(scope, "All well?")
    .when(sfn.Condition.booleanEquals("$.hasFailed", true), fail("Failed", "failed", "SourceFailed"))
    .when(sfn.Condition.booleanEquals("$.hasIncomplete", true), fail("Incomplete", "incomplete", "SnapshotIncomplete"))
    .otherwise(new sfn.Succeed(scope, "Sealed"));
  return tally.next(which);
}
