import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../../functions/sandbox/sandbox.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { massLeave } from "../mass-leave.ts";
import { startSandboxProcess } from "../serve-sandbox.ts";
import { type Load, loadsBetween } from "./floor.ts";
import type { Measured } from "./measured.ts";
import { openTenant, type Tenant } from "./tenant.ts";

const removals = 600;
const deadlineMs = 9_000;

const runs = 5;

/** 600 removals, each invocation cut short by its deadline and followed by the next, as on Lambda. */
export async function* measureExpire(): AsyncGenerator<Measured> {
  const each: Expiry[] = [];
  for (let run = 0; run < runs; run++) each.push(await expireLeavers());
  yield {
    name: `expire: ${each[0]!.invocations} invocations`,
    coldMs: null,
    runsMs: each.map(({ tookMs }) => tookMs),
    loads: each[0]!.loads,
    refusals: each.reduce((sum, { refusals }) => sum + refusals, 0),
    goal: 1.03,
  };
}

type Expiry = { invocations: number; tookMs: number; loads: Load[]; refusals: number };

async function expireLeavers(): Promise<Expiry> {
  const stateDir = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  const company = await startSandbox({ people: 3_000, holders: 1_200, stateDir });
  massLeave(company, removals);
  await company.close();
  const sandbox = await startSandboxProcess({ stateDir, pace: 60 });
  const tenant = await openTenant(sandbox.url);
  try {
    await takeSnapshot(tenant.stage());
    await assessGrants(tenant.stage());
    const before = await sandbox.state();
    const startedMs = performance.now();
    const invocations = await untilDone(tenant);
    const tookMs = performance.now() - startedMs;
    const after = await sandbox.state();
    return { invocations, tookMs, loads: loadsBetween(before, after), refusals: after.refusals };
  } finally {
    tenant.remove();
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function untilDone(tenant: Tenant): Promise<number> {
  for (let invocations = 1; ; invocations += 1) {
    const endMs = performance.now() + deadlineMs;
    const answer = await expireGrants(tenant.stage({ shouldStop: () => performance.now() > endMs }));
    if (answer.status === "done") return invocations;
    if (answer.status !== "continue") throw new Error(`The expiry ended ${JSON.stringify(answer)}`);
  }
}
