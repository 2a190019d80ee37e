import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../functions/config/config.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import type { Clock, Store } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openStage, type StageOptions } from "../../functions/runtime/open-stage.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";
import { openMemoryStore } from "../store/memory-store.ts";

/** The one source of the shipped configuration. */
export const sourceId = "people-hq";

/** A company, a store and the shipped configuration, all of one test alone, on one clock that jumps. */
export type Life = {
  sandbox: Sandbox;
  store: Store;
  /** What the store holds, to be changed behind its back; empty where the store is a directory. */
  objects: Map<string, Uint8Array>;
  /** The store's directory; null where the store is in memory. */
  directory: string | null;
  clock: Clock;
  /** As shipped; what a test changes in it holds for the stages opened after. */
  config: Config;
  /** What evidence calls the host: `sandbox`, unless a test calls it otherwise. */
  host: string;
  stageOf(review: string): Stage;
  stageWith(more: { review: string } & Partial<StageOptions>): Stage;
};

const shippedText = readFileSync(new URL("../../access-review.yaml", import.meta.url), "utf8");

const parsedOnce = parseConfig(shippedText);

/** A copy for each test, which may change it. */
function shippedConfig(): Config {
  if ("faults" in parsedOnce) throw new Error("Cannot test as the shipped access-review.yaml is refused");
  return structuredClone(parsedOnce.config);
}

// A store waits until the disk has what it wrote, which would be half of the time of these tests.
const quickDisk = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const ends: (() => unknown)[] = [];

/** `onDisk`: the store is a directory, for tests that look at its files, or change them behind the store's back. */
export type LifeOptions = SandboxOptions & { onDisk?: boolean };

/** A company of 300 people (no holder unreadable) unless more is asked for; `endLives` ends it. */
export async function openLife({ onDisk = false, ...options }: LifeOptions = {}, startMs?: number): Promise<Life> {
  const clock = createJumpingClock(startMs);
  const config = shippedConfig();
  const pace = config.sources[0]?.pace ?? 1;
  const sandbox = await startSandbox({ people: 300, pace, ...options, now: clock.now });
  const directory = onDisk ? mkdtempSync(join(quickDisk, "review-life-")) : null;
  const objects = new Map<string, Uint8Array>();
  ends.push(
    () => directory !== null && rmSync(directory, { recursive: true }),
    () => sandbox.close(),
  );
  const life: Life = {
    sandbox,
    store: withLines(directory === null ? openMemoryStore(objects) : openDirectoryStore(directory)),
    objects,
    directory,
    clock,
    config,
    host: "sandbox",
    stageOf: (review) => life.stageWith({ review }),
    stageWith: (more) =>
      openStage(life.config, {
        sourceId,
        store: life.store,
        clock,
        env: {},
        progress: () => {},
        shouldStop: () => false,
        sealReview: sealEvidence,
        endpoint: { baseUrl: sandbox.url, host: life.host, credentials: sandbox.apps },
        ...more,
      }),
  };
  return life;
}

/** The store's directory of a life that was opened `onDisk`. */
export function rootOf({ directory }: Life): string {
  if (directory === null) throw new Error("Cannot name the directory of a store in memory: open the life onDisk");
  return directory;
}

/** The text of an object as it lies in the store's memory. Throws where there is none. */
export function storedText({ objects }: Life, key: string): string {
  const body = objects.get(key);
  if (!body) throw new Error(`Cannot read ${key} as the store holds no such object`);
  return new TextDecoder().decode(body);
}

/** Writes an object behind the store's back, as whoever can write the store's files would. */
export function plant({ objects }: Life, key: string, body: string | Uint8Array): void {
  objects.set(key, Buffer.from(body as string));
}

/** Ends everything that `openLife` began. */
export async function endLives(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

/** Nothing is protected and nothing known to exist, be it for all sources or for this one: for companies that are emptied. */
export function forgetKnownEntries({ config }: Life): void {
  const guards = config.sources.map((source) => ("guard" in source ? (source.guard as object) : {}));
  for (const guard of [config.policy.guard, ...guards]) {
    Object.assign(guard, { protectedRoles: [], protectedHolders: [], canaries: [] });
  }
}

const dayMs = 86_400_000;

/** Lets so many days pass, for the company and the stages alike. */
export const daysPass = ({ clock }: Life, days: number): Promise<void> => clock.sleep(days * dayMs);

/** The id of a grant as the contract makes it. */
export const grantIdOf = ({ holderId, roleId }: Pair): string => grantId(sourceId, holderId, roleId);
