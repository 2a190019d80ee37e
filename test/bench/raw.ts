import { subscribe, unsubscribe } from "node:diagnostics_channel";
import Table from "cli-table3";
import { Pool } from "undici";
import { takeSnapshot } from "../../functions/stages/take-snapshot.ts";
import { type SandboxProcess, startSandboxProcess } from "../start-sandbox-process.ts";
import { openTenant } from "./tenant.ts";

const runs = 5;
const goal = 1.5;
const withoutLimits = 1e6;

/** A request as undici tells of it, before it is sent. */
type Sent = { method: string; path: string; headers: string[]; body: string | null };

/**
 * A snapshot without limits over the very same pages read by undici and JSON.parse alone, as a table: the same listings at
 * the same time, each page after the one before, and nothing done with them.
 */
export async function rawTable(): Promise<string> {
  const sandbox = await startSandboxProcess({ people: 60_000, holders: 10_000, roles: 120, pace: withoutLimits });
  try {
    const ratios: { ratio: number; snapshotMs: number; bareMs: number; pages: number }[] = [];
    // The first run warms both sides up: the code, and what the sandbox keeps of its listings.
    for (let run = 0; run <= runs; run += 1) {
      const { tookMs: snapshotMs, sent } = await snapshot(sandbox);
      const bareMs = await readBare(sandbox, sent);
      if (run > 0) ratios.push({ ratio: snapshotMs / bareMs, snapshotMs, bareMs, pages: sent.length });
    }
    ratios.sort((a, b) => a.ratio - b.ratio);
    const { ratio, snapshotMs, bareMs, pages } = ratios[runs >> 1]!;
    const head = [
      "pages",
      "snapshot (s)",
      "bare undici and JSON.parse (s)",
      `ratio (median of ${runs})`,
      "runs",
      "goal",
    ];
    const table = new Table({ head, style: { head: [], border: [] } });
    const all = ratios.map((one) => one.ratio.toFixed(2)).join(", ");
    const seconds = [snapshotMs, bareMs].map((ms) => (ms / 1000).toFixed(2));
    table.push([pages, ...seconds, ratio.toFixed(2), all, `<= ${goal}`]);
    return table.toString();
  } finally {
    await sandbox.close();
  }
}

async function snapshot(sandbox: SandboxProcess): Promise<{ tookMs: number; sent: Sent[] }> {
  const sent: Sent[] = [];
  const note = (message: unknown): void => {
    const { request } = message as { request: Sent };
    const { method, path, body } = request;
    sent.push({ method, path, headers: [...request.headers], body: typeof body === "string" ? body : null });
  };
  const tenant = await openTenant(sandbox.url, withoutLimits);
  subscribe("undici:request:create", note);
  try {
    const begunMs = performance.now();
    const answer = await takeSnapshot(tenant.stage());
    if (answer.status !== "done") throw new Error(`The snapshot ended ${JSON.stringify(answer)}`);
    return { tookMs: performance.now() - begunMs, sent };
  } finally {
    unsubscribe("undici:request:create", note);
    tenant.remove();
  }
}

/** What two pages of one listing have in common. */
const listingOf = ({ method, path, body }: Sent): string =>
  `${method} ${path.replace(/([?&])page_token=[^&]*/, "$1")} ${body?.replace(/"page_token":"[^"]*"/, "") ?? ""}`;

async function readBare({ url }: SandboxProcess, sent: Sent[]): Promise<number> {
  const pool = new Pool(url, { connections: 192 });
  const listings = [...Map.groupBy(sent, listingOf).values()].reverse();
  const begunMs = performance.now();
  const follow = async (): Promise<void> => {
    for (let pages = listings.pop(); pages; pages = listings.pop()) {
      for (const { method, path, headers, body } of pages) {
        const reply = await pool.request({ method: method as "GET", path, headers, body });
        JSON.parse(await reply.body.text());
      }
    }
  };
  await Promise.all(Array.from({ length: 192 }, follow));
  const tookMs = performance.now() - begunMs;
  await pool.close();
  return tookMs;
}
