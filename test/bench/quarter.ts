import Table from "cli-table3";
import { prices } from "../../infra/prices.ts";
import type { MeasuredReview } from "./measured-review.ts";

/** What a quarter costs: what of, how much of it, and US dollars. */
export type CostLine = [what: string, quantity: string, dollars: number];

const reviewsAYear = 4;
const keptYears = 800 / 365;
const memoryGb = 0.5;
const quarter = 3;
const days = 91;
const hoursAMonth = 730;

/** For each function its errors less leases; executions; dead letters; the watch; and four figures, of one source or of all. */
const alarmMetrics = 5 * 2 + 3 + 1 + 1 + 5;
/** Some forty figures of a source, each charged for the hours in which it is sent; the overdue days, an hour a day. */
const metricMonths = (40 * 4) / hoursAMonth / quarter + 30 / hoursAMonth;

/** Each of the saved queries once a quarter, over all reviews kept; the least that Athena charges for is 10 MB. */
const questions = { asked: 4, leastBytes: 10e6 };

/** Invocations of one review; seal looks for earlier ones first. */
export const invocationsOf = ({ stages }: MeasuredReview): number =>
  stages.reduce((sum, { invocations }) => sum + invocations, 0) + 1;

/** A quarter's review of so many tenants like the one measured, each with two secrets, in one stack. */
export function costLines(review: MeasuredReview, tenants = 1): CostLine[] {
  const { puts, gets, lists, keptBytes, grantBytes } = review.counts;
  const invocations = invocationsOf(review);
  const times = (each: number): number => each * tenants;
  const text = (each: number): string => Math.round(times(each)).toLocaleString("en");
  const gbSeconds = review.stages.reduce((sum, { seconds }) => sum + seconds, 0) * memoryGb;
  // A day's watch takes two of each source, and five of its own.
  const transitions = times(10 + 2 * invocations) + days * (5 + times(2));
  const keptGb = times((keptBytes / 1e9) * reviewsAYear * keptYears);
  const readBytes = times(grantBytes) * reviewsAYear * keptYears;
  const scannedBytes = questions.asked * Math.max(questions.leastBytes, readBytes);
  const requests = times(puts + gets);
  return [
    ["Lambda: GB-seconds", text(gbSeconds), times(gbSeconds) * prices.lambdaGbSecond],
    [
      "Lambda: requests",
      `${text(invocations)} + ${text(days)} daily looks`,
      times(invocations + days) * prices.lambdaRequest,
    ],
    ["Step Functions: transitions", transitions.toLocaleString("en"), transitions * prices.stateTransition],
    ["S3: PUT and LIST", text(puts + lists), times(puts + lists) * prices.s3Put],
    ["S3: GET", text(gets), times(gets) * prices.s3Get],
    [
      "S3: storage",
      `${(keptGb * 1000).toFixed(0)} MB after ${keptYears.toFixed(1)} years`,
      keptGb * prices.s3GbMonth * quarter,
    ],
    ["KMS: keys", "3", 3 * prices.kmsKeyMonth * quarter],
    ["KMS: requests", `at most ${text(puts + gets)}`, requests * prices.kmsRequest],
    ["Secrets Manager: secrets", text(2), times(2) * prices.secretMonth * quarter],
    ["CloudWatch: metrics of alarms", String(alarmMetrics), alarmMetrics * prices.alarmMetricMonth * quarter],
    [
      "CloudWatch: figures sent",
      `${times(metricMonths).toFixed(2)} metric-months a month`,
      times(metricMonths) * prices.customMetricMonth * quarter,
    ],
    ["CloudWatch: logs", `under ${text(10)} MB`, times(0.01) * prices.logGb],
    [
      "Athena: bytes scanned",
      `${Math.round(scannedBytes / 1e6).toLocaleString("en")} MB by ${questions.asked} questions`,
      (scannedBytes / 1e12) * prices.athenaTb,
    ],
  ];
}

/** The lines as a table, with their sum. */
export function costTable(lines: CostLine[]): string {
  const table = new Table({ head: ["what", "measured", "US$ a quarter"], style: { head: [], border: [] } });
  for (const [what, quantity, dollars] of lines) table.push([what, quantity, dollars.toFixed(4)]);
  const total = lines.reduce((sum, [, , dollars]) => sum + dollars, 0);
  table.push(["together", "", total.toFixed(2)]);
  return table.toString();
}

/** The stages' times in one line. */
export const timesOf = ({ stages }: MeasuredReview): string =>
  stages.map(({ stage, seconds, invocations }) => `${stage} ${seconds.toFixed(0)} s in ${invocations}`).join(", ");
