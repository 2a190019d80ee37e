import Table from "cli-table3";
import type { Load } from "./floor.ts";
import { medianOf } from "./median.ts";

/**
 * Some runs of the same work, one after the other in one process. `coldMs`: what the first of all took, which warmed up the
 * code on both sides and counts for nothing else; null where there was none. `goal` is the ratio of the median run to the
 * floor that it is not to exceed, null where none was set.
 */
export type Measured = {
  name: string;
  coldMs: number | null;
  runsMs: number[];
  loads: Load[];
  refusals: number;
  goal: number | null;
};

/** How often the floor of the slowest endpoint a time is. */
export const overFloor = (ms: number, { loads }: Pick<Measured, "loads">): string =>
  (ms / (loads[0]?.floorMs ?? Number.NaN)).toFixed(3);

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

const loadsText = (loads: Load[]): string =>
  loads
    .filter(({ floorMs }) => floorMs > 0)
    .map(({ endpoint, calls, floorMs }) => `${endpoint} ${calls} calls, floor ${seconds(floorMs)} s`)
    .join("\n");

/** The table that `npm run bench` ends with. */
export function tableOf(measured: Measured[]): string {
  const head = ["what", "calls by endpoint", "took (s)", "over floor", "each run", "first, cold", "goal", "refusals"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const one of measured) {
    const { name, coldMs, runsMs, loads, refusals, goal } = one;
    const tookMs = medianOf(runsMs);
    table.push([
      name,
      loadsText(loads),
      seconds(tookMs),
      overFloor(tookMs, one),
      runsMs.map((ms) => overFloor(ms, one)).join("\n"),
      coldMs === null ? "" : overFloor(coldMs, one),
      goal === null ? "" : `<= ${goal}`,
      refusals,
    ]);
  }
  return table.toString();
}
