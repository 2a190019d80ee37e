import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { metricNames } from "../config/metric-names.ts";
import { answeredCalls, longWaits, rateLimitRefusals } from "../http/signals.ts";
import type { Progress } from "../review/ports.ts";

/** What one invocation writes about itself: JSON log lines and CloudWatch metrics (EMF). Holds counts and ids, never a name or a secret. */
export type Telemetry = {
  /** Every line and metric from here on names this source and review. */
  setReview(source: string, review: string): void;
  progress: Progress;
  reportAnswer(answer: Record<string, unknown>): void;
  reportFailure(error: Error): void;
  /** Logs what failed while the invocation goes on. */
  note(fault: string): void;
  /** Publishes a metric at 1, at once, for an alarm over the whole stack. */
  ring(metric: string): void;
};

/** `stack` tells the metrics of several stacks of one account apart. */
type Invoked = { stage: string; stack: string; requestId: string; now: () => number };

/** Opens the telemetry of one invocation. Counts the provider's calls until the answer or the failure is reported. */
export function openTelemetry({ stage, stack, requestId, now }: Invoked): Telemetry {
  const { service: serviceName } = metricNames;
  const logger = new Logger({ serviceName, persistentKeys: { stage, requestId } });
  const startedMs = now();
  const callCounter = openCallCounter();
  const logWait = (wait: unknown): void => logger.warn("waiting", { wait });
  longWaits.subscribe(logWait);
  let source: string | null = null;

  function publishMetrics(dimensions: Record<string, string>, metrics: Record<string, number>): void {
    publish({ stack, ...dimensions }, metrics);
  }

  /** Metrics of the invocation itself: of its stage, and of its source where that is known. */
  function publishInvocation(metrics: Record<string, number>): void {
    publishMetrics({ stage }, metrics);
    if (source !== null) publishMetrics({ source, stage }, { ...callCounter.counts, durationMs: now() - startedMs });
    callCounter.close();
    longWaits.unsubscribe(logWait);
  }

  return {
    setReview(sourceId, review) {
      source = sourceId;
      logger.appendKeys({ source, review });
    },
    progress: progressLog((counts) => logger.info("progress", counts)),
    reportAnswer(answer) {
      const metrics = stageMetricsOf(stage, answer);
      logger.info("answered", { status: answer.status, ...metrics });
      if (source !== null) publishMetrics({ source }, metrics);
      publishMetrics({}, alarmingMetrics(metrics));
      if (source !== null) publishLeavers({ stack, source }, answer.leaverHours);
      // Over all sources as well, for the alarm.
      publishLeavers({ stack }, answer.leaverHours);
      for (const [rule, findings] of findingsByRule(answer))
        publishMetrics({ source: source ?? "", rule }, { findings });
      publishInvocation({ failures: 0, leasesHeld: 0 });
    },
    reportFailure(error) {
      const isLeased = error.name === "LeaseHeldError";
      logger[isLeased ? "warn" : "error"]("failed", { fault: { name: error.name, message: error.message } });
      publishInvocation({ failures: isLeased ? 0 : 1, leasesHeld: isLeased ? 1 : 0 });
    },
    note: (fault) => logger.error("failed", { fault: { message: fault } }),
    ring: (metric) => publishMetrics({}, { [metric]: 1 }),
  };
}

/** What became of removals that somebody has to look at: the grant is still there, or nobody knows. */
const unresolvedOutcomes = ["refused", "failed", "unverified", "skipped"];

/**
 * The metrics of a stage's answer: its counts, and the metrics that alarms look at. An alarming metric is published at 0 as
 * well, so that its alarm goes back to OK.
 */
export function stageMetricsOf(stage: string, answer: Record<string, unknown>): Record<string, number> {
  const metrics = Object.fromEntries(numbersIn(answer));
  if (stage === "snapshot") metrics.incomplete = answer.status === "incomplete" ? 1 : 0;
  const isStopped = holdingLimits(answer).includes("stopped");
  if (stage === "assess" || stage === "expire") metrics.brakeTripped = answer.status === "held" && !isStopped ? 1 : 0;
  if (stage === "expire") metrics.stopped = isStopped ? 1 : 0;
  if (typeof answer.stopped === "boolean") metrics.stopped = answer.stopped ? 1 : 0;
  if (Array.isArray(answer.leftOpen)) metrics.leftOpen = answer.leftOpen.length;
  // Expire reads decisions only where something is due: silence of it is no word that all is well.
  if (stage === "assess") metrics.badDecisionFiles ??= 0;
  // Seal is also asked only whether a review is overdue. That answer has no population, and says nothing of removals.
  if (stage === "expire" || (stage === "seal" && "population" in metrics)) {
    metrics.unresolved =
      metrics.newlyUnresolved ?? unresolvedOutcomes.reduce((sum, name) => sum + (metrics[name] ?? 0), 0);
  }
  if (stage === "approve" || stage === "stop") metrics.acts = 1;
  if (answer.retired === true) metrics.acts = 1;
  if (stage === "restore") metrics.acts = (metrics.restored ?? 0) > 0 ? 1 : 0;
  if (typeof answer.balanced === "boolean") metrics.unbalanced = answer.balanced ? 0 : 1;
  return metrics;
}

/** The names of the limits that hold a plan. */
function holdingLimits({ limits }: Record<string, unknown>): unknown[] {
  return Array.isArray(limits) ? limits.map((limit) => (limit as { name?: unknown }).name) : [];
}

/** The metrics that alarms look at over all sources, where a stack has many. */
function alarmingMetrics(metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).filter(([name]) => metricNames.alarming.some((known) => known === name)),
  );
}

/** How many findings each rule has, if the answer counts them. */
export function findingsByRule({ findings }: Record<string, unknown>): [rule: string, findings: number][] {
  return typeof findings === "object" && findings !== null ? numbersIn(findings as Record<string, unknown>) : [];
}

function numbersIn(answer: Record<string, unknown>): [string, number][] {
  return Object.entries(answer).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

function publish(dimensions: Record<string, string>, metricsByName: Record<string, number>): void {
  const { namespace, service: serviceName } = metricNames;
  const metrics = new Metrics({ namespace, serviceName, defaultDimensions: dimensions });
  for (const [name, value] of Object.entries(metricsByName)) {
    metrics.addMetric(name, name.endsWith("Ms") ? MetricUnit.Milliseconds : MetricUnit.Count, value);
  }
  if (Object.keys(metricsByName).length > 0) metrics.publishStoredMetrics();
}

/** One value for each leaver, so that CloudWatch has their percentiles. */
function publishLeavers(dimensions: Record<string, string>, hours: unknown): void {
  if (!Array.isArray(hours) || hours.length === 0) return;
  const { namespace, service: serviceName } = metricNames;
  const metrics = new Metrics({ namespace, serviceName, defaultDimensions: dimensions });
  // A metric takes 100 values at once: the hundredth publishes them.
  for (const value of hours) metrics.addMetric("LeaverHours", MetricUnit.NoUnit, Number(value));
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

/** Counts the provider's answers and its refusals by rate limit until it is closed. */
function openCallCounter() {
  const counts = { calls: 0, rateLimitRefusals: 0 };
  const countCall = (): void => void counts.calls++;
  const countRefusal = (): void => void counts.rateLimitRefusals++;
  answeredCalls.subscribe(countCall);
  rateLimitRefusals.subscribe(countRefusal);
  return {
    counts,
    close() {
      answeredCalls.unsubscribe(countCall);
      rateLimitRefusals.unsubscribe(countRefusal);
    },
  };
}

/** A progress that logs each step once, and again after every ten thousand grants or items. */
function progressLog(log: (counts: Record<string, unknown>) => void): Progress {
  let logged = "";
  return ({ stage, counts }) => {
    const milestone = `${stage} ${Math.floor((counts.grants ?? counts.items ?? 0) / 10_000)}`;
    if (milestone !== logged) log({ step: stage, ...counts });
    logged = milestone;
  };
}
