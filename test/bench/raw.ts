import { subscribe, unsubscribe } from "node:diagnostics_channel";
import Table from "cli-table3";
import { Pool } from "undici";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type ServedSandbox, startSandboxProcess } from "../serve-sandbox.ts";
import { medianOf } from "./median.ts";
import { openTenant } from "./tenant.ts";

const runs = 5;
const goal = 1.5;
const withoutLimits = 1e6;

/** A request as undici tells of it, before it is sent. */
type Sent = { method: string; path: string; headers: string[]; body: string | null };

/** What something took: by the clock, and of the processor (user and system, all threads of this process). */
type Cost = { wallMs: number; cpuMs: number };

/**
 * A snapshot without limits over the very same pages read by undici and JSON.parse alone, as a table: the same listings at
 * the same time, each page after the one before, and nothing done with them. Both in this process, in turn: what else runs
 * on the machine meets the one as it meets the other. The company answers from a process of its own, and is not counted.
 */
export async function rawTable(): Promise<string> {
  const sandbox = await startSandboxProcess({ people: 60_000, holders: 10_000, roles: 120, pace: withoutLimits });
  try {
    const snapshots: Cost[] = [];
    const bares: Cost[] = [];
    let pages = 0;
    // The first runs warm both sides up: the code, and what the sandbox keeps of its listings.
    for (let run = -1; run <= runs; run += 1) {
      const { cost, sent } = await snapshot(sandbox);
      const bare = await readBare(sandbox, sent);
      if (run < 1) continue;
      snapshots.push(cost);
      bares.push(bare);
      pages = sent.length;
    }
    return tableOf({ pages, snapshots, bares });
  } finally {
    await sandbox.close();
  }
}

type Measured = { pages: number; snapshots: Cost[]; bares: Cost[] };

function tableOf({ pages, snapshots, bares }: Measured): string {
  const head = [
    `${pages} pages, medians of ${runs}`,
    "snapshot (s)",
    "bare (s)",
    "ratio",
    "ratios of the runs",
    "goal",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  const row = (name: string, of: keyof Cost, aim: string): void => {
    const [ours, theirs] = [snapshots, bares].map((costs) => costs.map((cost) => cost[of])) as [number[], number[]];
    const ratios = ours.map((ms, run) => ms / theirs[run]!);
    const seconds = [ours, theirs].map((each) => (medianOf(each) / 1000).toFixed(2));
    table.push([
      name,
      ...seconds,
      medianOf(ratios).toFixed(2),
      ratios.map((ratio) => ratio.toFixed(2)).join(", "),
      aim,
    ]);
  };
  row("by the clock", "wallMs", `<= ${goal}`);
  row("of the processor", "cpuMs", "");
  return table.toString();
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const begunMs = performance.now();
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return { wallMs: performance.now() - begunMs, cpuMs: (user + system) / 1000 };
}

async function snapshot(sandbox: ServedSandbox): Promise<{ cost: Cost; sent: Sent[] }> {
  const sent: Sent[] = [];
  const note = (message: unknown): void => {
    const { request } = message as { request: Sent };
    const { method, path, body } = request;
    sent.push({ method, path, headers: [...request.headers], body: typeof body === "string" ? body : null });
  };
  const tenant = await openTenant(sandbox.url, withoutLimits);
  subscribe("undici:request:create", note);
  try {
    const cost = await costOf(async () => {
      const answer = await takeSnapshot(tenant.stage());
      if (answer.status !== "done") throw new Error(`The snapshot ended ${JSON.stringify(answer)}`);
    });
    return { cost, sent };
  } finally {
    unsubscribe("undici:request:create", note);
    tenant.remove();
  }
}

/** What two pages of one listing have in common. */
const listingOf = ({ method, path, body }: Sent): string =>
  `${method} ${path.replace(/([?&])page_token=[^&]*/, "$1")} ${body?.replace(/"page_token":"[^"]*"/, "") ?? ""}`;

async function readBare({ url }: ServedSandbox, sent: Sent[]): Promise<Cost> {
  const pool = new Pool(url, { connections: 192 });
  const listings = [...Map.groupBy(sent, listingOf).values()].reverse();
  const follow = async (): Promise<void> => {
    for (let pages = listings.pop(); pages; pages = listings.pop()) {
      for (const { method, path, headers, body } of pages) {
        const reply = await pool.request({ method: method as "GET", path, headers, body });
        JSON.parse(await reply.body.text());
      }
    }
  };
  const cost = await costOf(async () => {
    await Promise.all(Array.from({ length: 192 }, follow));
  });
  await pool.close();
  return cost;
}
