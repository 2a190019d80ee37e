import { setTimeout as sleep } from "node:timers/promises";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type RemoteOptions, type ServedSandbox, startSandboxProcess } from "../serve-sandbox.ts";
import { type Load, loadsBetween } from "./floor.ts";
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
  { name: "the role filter narrows, 4,000 roles", quirks: {}, size: manyRoles, latencyMs: 20, goal: null },
];

/** The snapshot of 60,000 people, 10,000 holders and 120 roles, in each kind of tenant; with `census 300`, in those so far away. */
export async function* measureCensus(): AsyncGenerator<Measured> {
  const asked = process.argv.slice(2).map(Number).filter(Number.isFinite);
  for (const kind of kinds) if (asked.length === 0 || asked.includes(kind.latencyMs)) yield await measureKind(kind);
}

/** A tenant with a goal is measured so often, after a run that warms up both sides: a provider is no process that has just begun. */
const runs = 5;
/** Each run is a process of its own to the provider, whose windows must have passed meanwhile. */
const windowMs = 60_000 / pace;

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
  const measured: Measured = {
    name: `census: ${name}, ${latencyMs} ms`,
    coldMs: null,
    runsMs: [],
    loads: [],
    refusals: 0,
    goal,
  };
  try {
    if (goal !== null) measured.coldMs = (await takeCensus(sandbox)).tookMs;
    for (let run = 0; run < (goal === null ? 1 : runs); run++) {
      await sleep(windowMs + latencyMs);
      const { tookMs, loads, refusals } = await takeCensus(sandbox);
      measured.runsMs.push(tookMs);
      measured.loads = loads;
      measured.refusals = refusals;
    }
    return measured;
  } finally {
    await sandbox.close();
  }
}

type Census = { tookMs: number; loads: Load[]; refusals: number };

/** A snapshot of the whole tenant, as its first review takes it; `refusals` are all so far. */
async function takeCensus(sandbox: ServedSandbox): Promise<Census> {
  const tenant = await openTenant(sandbox.url);
  try {
    const before = await sandbox.state();
    const startedMs = performance.now();
    const answer = await takeSnapshot(tenant.stage());
    const tookMs = performance.now() - startedMs;
    if (answer.status !== "done") throw new Error(`The census ended ${JSON.stringify(answer)}`);
    const after = await sandbox.state();
    return { tookMs, loads: loadsBetween(before, after), refusals: after.refusals };
  } finally {
    tenant.remove();
  }
}
