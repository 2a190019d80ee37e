import Table from "cli-table3";
import type { Store } from "../../functions/review/ports.ts";
import { assessGrants } from "../../functions/stages/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal-evidence.ts";
import type { Stage, StageAnswer } from "../../functions/stages/stage.ts";
import { takeSnapshot } from "../../functions/stages/take-snapshot.ts";
import { startSandboxProcess } from "../start-sandbox-process.ts";
import { countedStore } from "./counted-store.ts";
import { loadsBetween } from "./floor.ts";
import { prices } from "./prices.ts";
import { openTenant, pace } from "./tenant.ts";

// `npm run cost`: what a quarterly review of 50,000 people costs on AWS. Requests and bytes are measured over the sandbox;
// seconds are those of a tenant at pace 1, whose rate limits set the time: the floor, and what was measured above it.
const people = 50_000;
const holders = 8_000;
const reviewsAYear = 4;
const keptYears = 800 / 365;
const invocationSeconds = 14 * 60;
const memoryGb = 0.5;

const stages = { snapshot: takeSnapshot, assess: assessGrants, expire: expireGrants, seal: sealEvidence };

type Measured = { stage: string; seconds: number; invocations: number };

const sandbox = await startSandboxProcess({ people, holders, pace });
const tenant = await openTenant(sandbox.url);
let counts: ReturnType<typeof countedStore>["counts"] | null = null;
let store: Store | null = null;
const measured: Measured[] = [];
let grants = 0;
let revoked = 0;
try {
  for (const [name, run] of Object.entries(stages)) measured.push(await measure(name, run));
} finally {
  tenant.remove();
  await sandbox.close();
}

async function measure(name: string, run: (stage: Stage) => Promise<StageAnswer>): Promise<Measured> {
  const stage = tenant.stage();
  if (!store) ({ store, counts } = countedStore(stage.store));
  const before = await sandbox.state();
  const begunMs = performance.now();
  const answer = await run({ ...stage, store, hasTables: true });
  const tookMs = performance.now() - begunMs;
  if (answer.status !== "done") throw new Error(`Cannot say what ${name} costs as it ended ${answer.status}`);
  grants ||= Number(answer.grants ?? 0);
  revoked ||= Number(answer.revoked ?? 0);
  const [slowest] = loadsBetween(before, await sandbox.state());
  const floorMs = slowest?.floorMs ?? 0;
  const seconds = (floorMs * pace + (tookMs - floorMs)) / 1000;
  return { stage: name, seconds, invocations: Math.ceil(seconds / invocationSeconds) };
}

const { puts, gets, lists, keptBytes, grantBytes } = counts!;
const invocations = measured.reduce((sum, each) => sum + each.invocations, 0) + 1; // seal looks for earlier ones first
const gbSeconds = measured.reduce((sum, { seconds }) => sum + seconds, 0) * memoryGb;
const transitions = 10 + 2 * invocations;
const keptGb = (keptBytes / 1e9) * reviewsAYear * keptYears;
/** Nine alarms of the stack with its first source, and four more of each source; those over several metrics count each. */
const alarmMetrics = 5 * 2 + 3 + 1 + 4;
/** Some forty figures, each charged for the hours in which it is sent; the overdue days, an hour a day. */
const metricMonths = (40 * 4) / 730 / 3 + 30 / 730;

/** Each of the saved queries once a quarter, over all reviews kept; one names the grants three times, and reads them as often. */
const questions = { asked: 4, timesRead: 3, leastBytes: 10e6 };
const scannedBytes =
  questions.asked * Math.max(questions.leastBytes, questions.timesRead * grantBytes * reviewsAYear * keptYears);

type Line = [what: string, quantity: string, dollarsAQuarter: number];
const quarter = 3;
const lines: Line[] = [
  ["Lambda: GB-seconds", gbSeconds.toFixed(0), gbSeconds * prices.lambdaGbSecond],
  ["Lambda: requests", `${invocations} + 91 daily looks`, (invocations + 91) * prices.lambdaRequest],
  ["Step Functions: transitions", String(transitions), transitions * prices.stateTransition],
  ["S3: PUT and LIST", String(puts + lists), (puts + lists) * prices.s3Put],
  ["S3: GET", String(gets), gets * prices.s3Get],
  [
    "S3: storage",
    `${(keptGb * 1000).toFixed(1)} MB after ${keptYears.toFixed(1)} years`,
    keptGb * prices.s3GbMonth * quarter,
  ],
  ["KMS: keys", "2", 2 * prices.kmsKeyMonth * quarter],
  ["KMS: requests", `at most ${puts + gets}`, (puts + gets) * prices.kmsRequest],
  ["Secrets Manager: secrets", "2", 2 * prices.secretMonth * quarter],
  ["CloudWatch: metrics of alarms", String(alarmMetrics), alarmMetrics * prices.alarmMetricMonth * quarter],
  [
    "CloudWatch: figures sent",
    `${metricMonths.toFixed(2)} metric-months a month`,
    metricMonths * prices.customMetricMonth * quarter,
  ],
  ["CloudWatch: logs", "under 10 MB", 0.01 * prices.logGb],
  [
    "Athena: bytes scanned",
    `${(scannedBytes / 1e6).toFixed(0)} MB by ${questions.asked} questions, grants ${(grantBytes / 1e6).toFixed(2)} MB a review`,
    (scannedBytes / 1e12) * prices.athenaTb,
  ],
];

const table = new Table({ head: ["what", "measured", "US$ a quarter"], style: { head: [], border: [] } });
for (const [what, quantity, dollars] of lines) table.push([what, quantity, dollars.toFixed(4)]);
const total = lines.reduce((sum, [, , dollars]) => sum + dollars, 0);
table.push(["together", "", total.toFixed(2)]);
const times = measured
  .map(({ stage, seconds, invocations: times }) => `${stage} ${seconds.toFixed(0)} s in ${times}`)
  .join(", ");
console.log(`${people} people, ${holders} holders, ${grants} grants, ${revoked} revoked; at pace 1: ${times}`);
console.log(table.toString());
