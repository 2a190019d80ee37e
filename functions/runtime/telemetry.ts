import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { metricNames } from "../config/metric-names.ts";
import { answeredCalls, rateLimitRefusals } from "../http/signals.ts";
import type { Progress } from "../review/ports.ts";
import { alarmingFigures, figuresOf, findingsByRule } from "./figures.ts";

/** What one invocation says of itself: JSON log lines and metrics (EMF), in figures and ids, never a name or a secret. */
export type Telemetry = {
  /** From here on every line and figure is of this source and review. */
  about(source: string, review: string): void;
  progress: Progress;
  answered(answer: Record<string, unknown>): void;
  failed(error: Error): void;
};

type Begun = { stage: string; requestId: string; now: () => number };

export function openTelemetry({ stage, requestId, now }: Begun): Telemetry {
  const { service: serviceName } = metricNames;
  const logger = new Logger({ serviceName, persistentKeys: { stage, requestId } });
  const startedMs = now();
  const count = countCalls();
  let source: string | null = null;

  /** Figures of the invocation itself: of its stage, and of its source once that is known. */
  const measure = (figures: Record<string, number>): void => {
    publish({ stage }, figures);
    if (source !== null) publish({ source, stage }, { ...count.figures(), durationMs: now() - startedMs });
    count.end();
  };

  return {
    about(sourceId, review) {
      source = sourceId;
      logger.appendKeys({ source, review });
    },
    progress: milestones((counts) => logger.info("progress", counts)),
    answered(answer) {
      const figures = figuresOf(stage, answer);
      logger.info("answered", { status: answer.status, ...figures });
      if (source !== null) publish({ source }, figures);
      publish({}, alarmingFigures(figures));
      for (const [rule, findings] of findingsByRule(answer)) publish({ source: source ?? "", rule }, { findings });
      measure({ failures: 0, leasesHeld: 0 });
    },
    failed(error) {
      const isLeased = error.name === "LeaseHeldError";
      logger[isLeased ? "warn" : "error"]("failed", { fault: { name: error.name, message: error.message } });
      measure({ failures: isLeased ? 0 : 1, leasesHeld: isLeased ? 1 : 0 });
    },
  };
}

function publish(dimensions: Record<string, string>, figures: Record<string, number>): void {
  const { namespace, service: serviceName } = metricNames;
  const metrics = new Metrics({ namespace, serviceName, defaultDimensions: dimensions });
  for (const [name, value] of Object.entries(figures)) {
    metrics.addMetric(name, name.endsWith("Ms") ? MetricUnit.Milliseconds : MetricUnit.Count, value);
  }
  if (Object.keys(figures).length > 0) metrics.publishStoredMetrics();
}

function countCalls() {
  const figures = { calls: 0, rateLimitRefusals: 0 };
  const call = (): void => void figures.calls++;
  const refusal = (): void => void figures.rateLimitRefusals++;
  answeredCalls.subscribe(call);
  rateLimitRefusals.subscribe(refusal);
  return {
    figures: () => figures,
    end() {
      answeredCalls.unsubscribe(call);
      rateLimitRefusals.unsubscribe(refusal);
    },
  };
}

/** Passes on the first of every ten thousand grants or items. */
function milestones(log: (counts: Record<string, unknown>) => void): Progress {
  let logged = "";
  return ({ stage, counts }) => {
    const milestone = `${stage} ${Math.floor((counts.grants ?? counts.items ?? 0) / 10_000)}`;
    if (milestone !== logged) log({ step: stage, ...counts });
    logged = milestone;
  };
}
