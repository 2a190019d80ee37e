import type { Judged } from "./property.ts";

/** How often what was met, over many runs. */
export type Coverage = Record<string, number>;

const count = (coverage: Coverage, what: string): void => {
  coverage[what] = (coverage[what] ?? 0) + 1;
};

/** The name under which a fault at a call is counted. */
export const faultName = ({ call, kind }: { call: string; kind: string }): string => `${call}: ${kind}`;

/** The name under which undisturbed lives are counted in which one write follows another. */
export const followedName = (succession: string): string => `followed: ${succession}`;

/** Whether the removals of one review took more than one invocation. */
const isSpread = ({ record: { watch } }: Judged): boolean =>
  watch.removals.some(({ review, invocation }) =>
    watch.removals.some((other) => other.review === review && other.invocation !== invocation),
  );

/** Counts one run. */
export const cover = (coverage: Coverage, judged: Judged): void => {
  const { record, calm } = judged;
  count(coverage, "runs");
  for (const fault of record.fired) count(coverage, faultName(fault));
  if (record.watch.removals.length > 0) count(coverage, "runs with removals");
  if (isSpread(judged)) count(coverage, "runs with removals over two invocations");
  if (record.watch.deletions.length > 0) count(coverage, "runs with a deleted role");
  if (record.watch.largestBatch >= 10) count(coverage, "runs with ten removals or more in one call");
  if (record.watch.narrowings.length > 0) count(coverage, "runs with narrowings");
  for (const { temper } of record.watch.narrowings) count(coverage, `narrowing of a ${temper} grant`);
  if (record.watch.widened > 0) count(coverage, "runs with scopes given back");
  if (record.watch.restored.size > 0) count(coverage, "runs with put-backs");
  if (record.watch.removals.some(({ review }) => record.sweeps.includes(review)))
    count(coverage, "runs with removals in a sweep");
  if (record.watch.removals.some(({ review }) => record.reviews.slice(1).includes(review)))
    count(coverage, "runs with removals in a second review");
  for (const { work, result } of record.results) count(coverage, `${work}: ${result}`);
  for (const { temper } of record.watch.tried) count(coverage, `revoke of a ${temper} grant`);
  if (!calm) return;
  count(coverage, "runs compared with an undisturbed life");
  for (const succession of calm.followed) count(coverage, followedName(succession));
};

/** Both counts as one. */
export const added = (a: Coverage, b: Coverage): Coverage => {
  const sum: Coverage = { ...a };
  for (const [what, times] of Object.entries(b)) sum[what] = (sum[what] ?? 0) + times;
  return sum;
};
