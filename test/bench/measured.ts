import Table from "cli-table3";
import type { Load } from "./floor.ts";

/** One measurement; `goal` is the ratio of time to floor that it is not to exceed, null where none was set. */
export type Measured = { name: string; tookMs: number; loads: Load[]; refusals: number; goal: number | null };

/** How often the floor of the slowest endpoint the measured time is. */
export const ratioOf = ({ tookMs, loads }: Measured): number => tookMs / (loads[0]?.floorMs ?? Number.NaN);

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

const loadsText = (loads: Load[]): string =>
  loads
    .filter(({ floorMs }) => floorMs > 0)
    .map(({ endpoint, calls, floorMs }) => `${endpoint} ${calls} calls, floor ${seconds(floorMs)} s`)
    .join("\n");

/** The table that `npm run bench` ends with. */
export function tableOf(measured: Measured[]): string {
  const head = ["what", "calls by endpoint", "took (s)", "over floor", "goal", "refusals"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const one of measured) {
    const { name, tookMs, loads, refusals, goal } = one;
    table.push([
      name,
      loadsText(loads),
      seconds(tookMs),
      ratioOf(one).toFixed(3),
      goal === null ? "" : `<= ${goal}`,
      refusals,
    ]);
  }
  return table.toString();
}
