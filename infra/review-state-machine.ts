import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Key } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { type Config, isSwept } from "../functions/config/config.ts";
import { longestGapDays } from "../functions/config/cron.ts";
import { longestOpenDays } from "../functions/config/due.ts";
import { receivesEvents } from "./events.ts";
import { hasManySources } from "./many-sources.ts";
import { reviewOf, sweepSuffix } from "./review-id.ts";
import { begunReview, type ReviewFunctions, sourceReview } from "./source-review.ts";
import { isTraced } from "./tracing.ts";

/** The input of the state machine. `topic` gets a notice of each held review. `key` encrypts the topic; null: its owner lets the machine use its key. */
export type StateMachineProps = { config: Config; functions: ReviewFunctions; topic: ITopic; key: Key | null };

/**
 * Goes on with the open review of every source (input `{}`) or of one (`{"source"}`), and begins one where none is open; with
 * `"review"` goes on with that review. A schedule (`scheduledAt`) and `"begin":true` begin anew, once what is open is sealed.
 * With `"sweep":true` begins a sweep of every source with rules that act in sweeps, or of the one named, once an earlier sweep
 * is sealed; where the stack receives events, with `"holders"` of these holders alone. The id of a new review is its scheduled instant, or the start of the execution. If a source failed, the execution fails
 * after all other sources have ended.
 */
export function createReviewStateMachine(scope: Construct, props: StateMachineProps): sfn.StateMachine {
  const { config, functions, topic, key } = props;
  const everySource = mapOf(scope, config);
  everySource.itemProcessor(sourceReview(scope, { config, functions, topic }), processing(config));
  const named = receivesEvents(config) ? nameHolders(scope).next(nameReview(scope)) : nameReview(scope);
  const definition = named.next(chooseSources(scope, config)).next(everySource).next(verdict(scope, config));
  const machine = new sfn.StateMachine(scope, "review", {
    stateMachineName: `${Stack.of(scope).stackName}-review`,
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    timeout: longestExecution(config),
    tracingEnabled: isTraced(scope, config),
    logs: { destination: createLog(scope), level: sfn.LogLevel.ALL, includeExecutionData: false },
  });
  key?.grant(machine, "kms:Decrypt", "kms:GenerateDataKey");
  return machine;
}

/** Until the next review begins, which seals what is open, and as long as that may be open; two weeks for trouble that passes. */
function longestExecution(config: Config): Duration {
  const days = (config.schedule && longestGapDays(config.schedule.cron)) ?? 31;
  // Step Functions ends a standard execution after a year.
  return Duration.days(Math.min(days + longestOpenDays(config) + 14, 365));
}

/** The prefix /aws/vendedlogs/ keeps the log out of the account's resource policy for logs, whose size is limited. */
function createLog(scope: Construct): LogGroup {
  return new LogGroup(scope, "review log", {
    logGroupName: `/aws/vendedlogs/states/${Stack.of(scope).stackName}-review`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

const { stringAt, format, array } = sfn.JsonPath;

/** Sets `$.asked.holders`: the only holders that a sweep looks at, as the input has them; null where it names none. */
function nameHolders(scope: Construct): sfn.Chain {
  const named = new sfn.Pass(scope, "The holders named", {
    parameters: { holders: sfn.JsonPath.objectAt("$.holders") },
    resultPath: "$.asked",
  });
  const all = new sfn.Pass(scope, "No holders named", {
    result: sfn.Result.fromObject({ holders: null }),
    resultPath: "$.asked",
  });
  const which = new sfn.Choice(scope, "Are holders named?").when(sfn.Condition.isPresent("$.holders"), named);
  return sfn.Chain.start(which.otherwise(all).afterwards());
}

/**
 * Sets `$.begun.review`: the review in the input, or a new review; empty for the open review of each source, else a new one. And
 * `$.begun.suffix`: how the ids of its kind end.
 */
function nameReview(scope: Construct): sfn.Chain {
  const named = (state: string, review: string, suffix = ""): sfn.Pass =>
    new sfn.Pass(scope, state, { parameters: { review, suffix }, resultPath: "$.begun" });
  const { and, isPresent, stringMatches } = sfn.Condition;
  const sweepOf = (state: string, instant: string): sfn.Pass =>
    named(state, reviewOf(instant, sweepSuffix), sweepSuffix);
  const which = new sfn.Choice(scope, "Which review?")
    .when(
      and(isPresent("$.review"), stringMatches("$.review", `*${sweepSuffix}`)),
      named("The sweep named", stringAt("$.review"), sweepSuffix),
    )
    .when(sfn.Condition.isPresent("$.review"), named("The review named", stringAt("$.review")))
    .when(and(isSweepAsked(), isPresent("$.scheduledAt")), sweepOf("A sweep by its schedule", "$.scheduledAt"))
    .when(isSweepAsked(), sweepOf("A sweep by its start", "$$.Execution.StartTime"))
    .when(sfn.Condition.isPresent("$.scheduledAt"), named("A review by its schedule", reviewOf("$.scheduledAt")))
    .when(
      sfn.Condition.and(sfn.Condition.isPresent("$.begin"), sfn.Condition.booleanEquals("$.begin", true)),
      named("A review by its start", reviewOf("$$.Execution.StartTime")),
    )
    .otherwise(named("The open review", ""));
  return sfn.Chain.start(which.afterwards());
}

function isSweepAsked(): sfn.Condition {
  return sfn.Condition.and(sfn.Condition.isPresent("$.sweep"), sfn.Condition.booleanEquals("$.sweep", true));
}

/** Sets `$.sources.ids`: the source in the input, else all sources; for a sweep all that have rules that act in sweeps. */
function chooseSources(scope: Construct, config: Config): sfn.Chain {
  const { sources } = config;
  const swept = sources.filter((source) => isSwept(config, source)).map(({ id }) => id);
  const chosen = (state: string, ids: string[] | string): sfn.Pass =>
    new sfn.Pass(scope, state, { parameters: { ids }, resultPath: "$.sources" });
  const which = new sfn.Choice(scope, "Which sources?")
    .when(sfn.Condition.isPresent("$.source"), chosen("One source", array(stringAt("$.source"))))
    .when(isSweepAsked(), swept.length > 0 ? chosen("Every source that is swept", swept) : nothingSwept(scope))
    .otherwise(
      chosen(
        "Every source",
        sources.map(({ id }) => id),
      ),
    );
  return sfn.Chain.start(which.afterwards());
}

function nothingSwept(scope: Construct): sfn.Fail {
  const cause =
    "No source has a rule that acts in sweeps: write sweep: true on a rule of policy.rules, and deploy the stack again";
  return new sfn.Fail(scope, "No source is swept", { error: "NothingSwept", cause });
}

/** The events that an execution may plan for. Its history takes 25,000 events; the rest is room for retries. */
const HISTORY_EVENTS = 20_000;

/**
 * Events of all reviews: a review has about 70 events, and each day of waiting up to 30 (two stages, messages,
 * choices).
 */
function eventsOf(config: Config): number {
  // A plan that nobody approves is made anew, until the schedule begins the next review.
  const gapDays = (config.mode === "enforce" && config.schedule && longestGapDays(config.schedule.cron)) || 0;
  return config.sources.length * (70 + 30 * Math.max(longestOpenDays(config), gapDays));
}

/**
 * Whether each source's review is an execution of its own: if there are many sources, or too many events for one
 * history.
 */
function isDistributed(config: Config): boolean {
  return hasManySources(config) || eventsOf(config) > HISTORY_EVENTS;
}

function mapOf(scope: Construct, config: Config): sfn.Map | sfn.DistributedMap {
  const props = {
    itemsPath: "$.sources.ids",
    itemSelector: {
      source: stringAt("$$.Map.Item.Value"),
      review: stringAt("$.begun.review"),
      suffix: stringAt("$.begun.suffix"),
      ...(receivesEvents(config) ? { holders: sfn.JsonPath.objectAt("$.asked.holders") } : {}),
      ...begunReview,
    },
    resultPath: "$.reviews",
  };
  if (!isDistributed(config)) return new sfn.Map(scope, "Each source", props);
  return new sfn.DistributedMap(scope, "Each source", {
    ...props,
    mapExecutionType: sfn.StateMachineType.STANDARD,
    maxConcurrency: concurrencyOf(config),
    // A source whose execution dies leaves the others alone. The verdict counts who came back.
    toleratedFailurePercentage: 100,
  });
}

/**
 * How many sources are under review at once. A review that waits keeps its place, for weeks where each waits for decisions or
 * a notice: the last sources would begin after the next review was due. There all begin at once.
 */
function concurrencyOf({ aws, sources, policy, mode }: Config): number {
  if (aws.maxConcurrency) return aws.maxConcurrency;
  const isNoticed = mode === "enforce" && policy.rules.some(({ noticeDays }) => noticeDays > 0);
  const isEachWaiting = (policy.decideWithinDays ?? 0) > 0 || isNoticed;
  return isEachWaiting ? sources.length : Math.min(sources.length, 100);
}

function processing(config: Config): sfn.ProcessorConfig {
  return {
    mode: isDistributed(config) ? sfn.ProcessorMode.DISTRIBUTED : sfn.ProcessorMode.INLINE,
    executionType: sfn.ProcessorType.STANDARD,
  };
}

/** The executions of some sources died: they have no end, not even a failed one. */
function died(scope: Construct): sfn.Chain {
  const cause = new sfn.Pass(scope, "Died: how many?", {
    parameters: {
      cause: format(
        "Of {} sources {} came to an end. The executions of the others died: the map run of this execution has them, each with its error. An execution with the source as its input goes on with its review.",
        sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt("$.asked")),
        sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt("$.ended")),
      ),
    },
  });
  return cause.next(new sfn.Fail(scope, "Died", { error: "SourceFailed", causePath: "$.cause" }));
}

/**
 * Fails the execution if a source failed or its snapshot is incomplete. The cause holds the end of every source; for
 * many sources only the ids of the failed sources, because a cause takes 32,768 characters.
 */
function verdict(scope: Construct, config: Config): sfn.Chain {
  const has = (status: string): string => `States.ArrayContains($.reviews[*].status, '${status}')`;
  const tally = new sfn.Pass(scope, "How did they end?", {
    parameters: {
      "hasFailed.$": has("failed"),
      "hasIncomplete.$": has("incomplete"),
      "asked.$": "States.ArrayLength($.sources.ids)",
      "ended.$": "States.ArrayLength($.reviews[*].status)",
      "reviews.$": "$.reviews",
    },
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
    .when(sfn.Condition.numberLessThanJsonPath("$.ended", "$.asked"), died(scope))
    .when(sfn.Condition.booleanEquals("$.hasIncomplete", true), fail("Incomplete", "incomplete", "SnapshotIncomplete"))
    .otherwise(new sfn.Succeed(scope, "Sealed"));
  return tally.next(which);
}
