import Table from "cli-table3";
import { type MeasuredReview, measureReview } from "./measured-review.ts";
import { costLines, invocationsOf, timesOf } from "./quarter.ts";

const tenants = 1_000;
const sizes = [
  { people: 5_000, holders: 800 },
  { people: 50_000, holders: 8_000 },
];

/**
 * Documented quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const quotas = { functionsAtOnce: 1_000, historyEvents: 25_000, stateBytes: 256 * 1024, transitionsASecond: 800 };

/** Events of one review, and of each day on which it waits (infra/review-state-machine.ts). */
const events = { review: 70, dayOfWaiting: 30, longestDays: 30 };
/** How one of the sources ended, as the Map hands it on: ids of up to 32 letters. */
const endBytes = JSON.stringify({ source: "x".repeat(32), review: "2026-10-01T020000Z", status: "sealed" }).length;

/** `npm run bench -- tenants`: a calculation, from measured stages of one tenant and the quotas, for a thousand like it. */
export async function tenantsTable(): Promise<string> {
  const reviews: MeasuredReview[] = [];
  for (const size of sizes) reviews.push(await measureReview(size));
  const table = new Table({
    head: [
      `${tenants} tenants (a calculation)`,
      ...sizes.map(({ people }) => `${people.toLocaleString("en")} people each`),
    ],
    style: { head: [], border: [] },
  });
  for (const [what, of] of Object.entries(rows)) table.push([what, ...reviews.map(of)]);
  return table.toString();
}

const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`;

/** Until every tenant has its plan where so many functions run at once: snapshot and assess, wave after wave. */
const untilPlanned = ({ stages }: MeasuredReview, functionsAtOnce: number): string => {
  const each = stages
    .filter(({ stage }) => stage === "snapshot" || stage === "assess")
    .reduce((sum, { seconds }) => sum + seconds, 0);
  return minutes(Math.ceil(tenants / functionsAtOnce) * each);
};

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;

const dollarsOf = (review: MeasuredReview, of: (what: string) => boolean = () => true): string =>
  costLines(review, tenants)
    .filter(([what]) => of(what))
    .reduce((sum, [, , dollars]) => sum + dollars, 0)
    .toLocaleString("en", { maximumFractionDigits: 0 });

const rows: Record<string, (review: MeasuredReview) => string> = {
  "measured, of one, at pace 1": timesOf,
  invocations: (review) => (tenants * invocationsOf(review)).toLocaleString("en"),
  "until all have a plan, 1,000 functions at once (Lambda's default)": (review) =>
    untilPlanned(review, quotas.functionsAtOnce),
  "the same, 100 at once": (review) => untilPlanned(review, 100),
  "the first four transitions of all, at 800 a second": () =>
    `${((tenants * 4) / quotas.transitionsASecond).toFixed(0)} s`,
  "history of a source that waits 30 days, of 25,000 events": () =>
    share(events.review + events.longestDays * events.dayOfWaiting, quotas.historyEvents),
  "all in one history (why each has its own)": () => share(tenants * events.review, quotas.historyEvents),
  "how all ended, of 256 kB": () => share(tenants * endBytes, quotas.stateBytes),
  "US$ a quarter": (review) => dollarsOf(review),
  "of that: two secrets for each": (review) => dollarsOf(review, (what) => what.startsWith("Secrets")),
  "of that: figures in CloudWatch": (review) => dollarsOf(review, (what) => what.includes("figures")),
  "of that: Lambda, Step Functions, S3, KMS requests": (review) =>
    dollarsOf(review, (what) => /^(Lambda|Step|S3|KMS: requests)/.test(what)),
};
