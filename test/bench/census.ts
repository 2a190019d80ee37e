import { takeSnapshot } from "../../functions/stages/take-snapshot.ts";
import type { Quirks } from "../sandbox/quirks.ts";
import { type RemoteOptions, startSandboxProcess } from "../start-sandbox-process.ts";
import { loadsBetween } from "./floor.ts";
import type { Measured } from "./measured.ts";
import { openTenant, pace } from "./tenant.ts";

type Kind = {
  name: string;
  quirks: Partial<Quirks>;
  size?: RemoteOptions;
  latencyMs: number;
  latencyJitter?: number;
  goal: number | null;
};

const nothingNarrows: Partial<Quirks> = { roleFilterNarrows: false, employeeFilterSkipsNonHolders: false };
const manyRoles: RemoteOptions = { roles: 4_000, grants: 48_000 };
const latenciesMs = [20, 300, 1_000];

/** Tenants that have to be listed in different ways, near and far. A goal is for more than 20 windows. */
const kinds: Kind[] = [
  ...latenciesMs.map((latencyMs) => ({ name: "nothing narrows", quirks: nothingNarrows, latencyMs, goal: 1.05 })),
  { name: "nothing narrows, latency ± 20 %", quirks: nothingNarrows, latencyMs: 300, latencyJitter: 0.2, goal: null },
  ...latenciesMs.map((latencyMs) => ({ name: "the role filter narrows", quirks: {}, latencyMs, goal: null })),
  { name: "ids skip who holds nothing", quirks: { roleFilterNarrows: false }, latencyMs: 20, goal: null },
  { name: "the role filter narrows, 4,000 roles", quirks: {}, size: manyRoles, latencyMs: 20, goal: 1.1 },
];

/** The snapshot of 60,000 people, 10,000 holders and 120 roles, in each kind of tenant; with `census 300`, in those so far away. */
export async function* measureCensus(): AsyncGenerator<Measured> {
  const asked = process.argv.slice(2).map(Number).filter(Number.isFinite);
  for (const kind of kinds) if (asked.length === 0 || asked.includes(kind.latencyMs)) yield await measureKind(kind);
}

async function measureKind({ name, quirks, size = {}, latencyMs, latencyJitter = 0, goal }: Kind): Promise<Measured> {
  const sandbox = await startSandboxProcess({
    people: 60_000,
    holders: 10_000,
    roles: 120,
    pace,
    quirks,
    latencyMs,
    latencyJitter,
    ...size,
  });
  const tenant = await openTenant(sandbox.url);
  try {
    const before = await sandbox.state();
    const startedMs = performance.now();
    const answer = await takeSnapshot(tenant.stage());
    const tookMs = performance.now() - startedMs;
    if (answer.status !== "done") throw new Error(`The census of "${name}" ended ${JSON.stringify(answer)}`);
    const after = await sandbox.state();
    return {
      name: `census: ${name}, ${latencyMs} ms`,
      tookMs,
      loads: loadsBetween(before, after),
      refusals: after.refusals,
      goal,
    };
  } finally {
    tenant.remove();
    await sandbox.close();
  }
}
