import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import type { Place } from "./cli-process.ts";
import type { KilledSource } from "./killed-sources.ts";
import { disabledRule, leaverRule, makeFolder, openGuard } from "./reviewed-company.ts";

/** The review that is taken of every copy. */
export const reviewId = "2026-10-01T020000Z";

/** One of several equal companies: it runs in a process of its own and has a folder from which it is reviewed. */
export type CompanyCopy = Place & { source: KilledSource; sandbox: ServedSandbox };

const ends: (() => unknown)[] = [];

/** Ends every company that was opened, and removes its folders. */
export async function closeCopies(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

function newStateDir(): string {
  const stateDir = mkdtempSync(join(tmpdir(), "access-review-company-"));
  ends.push(() => rmSync(stateDir, { recursive: true, force: true }));
  return stateDir;
}

/** Writes the journal of a company of which much is to be removed, and gives the journal's folder: `openCopy` copies it. */
export async function foundCompany({ size, prepare }: KilledSource, seed: number): Promise<string> {
  const stateDir = newStateDir();
  const company = await startSandbox({ ...size, seed, stateDir });
  prepare(company);
  await company.close();
  return stateDir;
}

/** Serves a copy of the company, and makes a folder from which the copy is reviewed. */
export async function openCopy(source: KilledSource, original: string): Promise<CompanyCopy> {
  const { provider, settings, env, serving, guard } = source;
  const stateDir = newStateDir();
  cpSync(original, stateDir, { recursive: true });
  const sandbox = await serveSandbox({ stateDir, ...serving });
  const { folder, remove } = makeFolder({
    baseUrl: sandbox.url,
    pace: serving.pace,
    source: { provider, ...settings },
    rules: [leaverRule, disabledRule],
    guard: { ...openGuard, ...guard },
  });
  ends.push(remove, sandbox.close);
  return { folder, env, source, sandbox };
}
