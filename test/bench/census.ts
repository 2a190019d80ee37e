import { takeSnapshot } from "../../functions/stages/take-snapshot.ts";
import type { Quirks } from "../sandbox/quirks.ts";
import { type RemoteOptions, startSandboxProcess } from "../start-sandbox-process.ts";
import { loadsBetween } from "./floor.ts";
import type { Measured } from "./measured.ts";
import { openTenant, pace } from "./tenant.ts";

type Kind = { name: string; quirks: Partial<Quirks>; size?: RemoteOptions; latencyMs?: number; goal: number | null };

const nothingNarrows: Partial<Quirks> = { roleFilterNarrows: false, employeeFilterSkipsNonHolders: false };
const manyRoles: RemoteOptions = { roles: 4_000, grants: 48_000 };

/** Tenants that have to be listed in different ways. A goal is for more than 20 windows; a distant one costs a latency each. */
const kinds: Kind[] = [
  { name: "the role filter narrows, 4,000 roles", quirks: {}, size: manyRoles, goal: 1.1 },
  { name: "nothing narrows", quirks: nothingNarrows, goal: 1.1 },
  { name: "the role filter narrows, 40 roles", quirks: {}, goal: null },
  { name: "ids skip who holds nothing", quirks: { roleFilterNarrows: false }, goal: null },
  { name: "4,000 roles, 300 ms away", quirks: {}, size: manyRoles, latencyMs: 300, goal: null },
];

/** The snapshot of 60,000 people and 8,000 holders, in each kind of tenant. */
export async function* measureCensus(): AsyncGenerator<Measured> {
  for (const kind of kinds) yield await measureKind(kind);
}

async function measureKind({ name, quirks, size = {}, latencyMs = 0, goal }: Kind): Promise<Measured> {
  const sandbox = await startSandboxProcess({ people: 60_000, holders: 8_000, pace, quirks, latencyMs, ...size });
  const tenant = await openTenant(sandbox.url);
  try {
    const before = await sandbox.state();
    const startedMs = performance.now();
    const answer = await takeSnapshot(tenant.stage());
    const tookMs = performance.now() - startedMs;
    if (answer.status !== "done") throw new Error(`The census of "${name}" ended ${JSON.stringify(answer)}`);
    const after = await sandbox.state();
    return { name: `census: ${name}`, tookMs, loads: loadsBetween(before, after), refusals: after.refusals, goal };
  } finally {
    tenant.remove();
    await sandbox.close();
  }
}
