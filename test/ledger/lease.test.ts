import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { atProvider, LeaseHeldError, takeLease, underSourceLease } from "../../functions/ledger/lease.ts";
import type { Reader, ThrottleWindows } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** One of several sources of one host and app, which counts one call. */
const countingSource = (call: string, usedAt: number[]) => {
  let loaded: ThrottleWindows = {};
  const source: Pick<Reader, "origin" | "saveWindows" | "loadWindows"> = {
    origin: { host: "open.feishu.cn", account: "cli_1" },
    saveWindows: () => ({ [call]: usedAt }),
    loadWindows: (windows) => {
      loaded = windows;
    },
  };
  return { source: source as Reader, loaded: () => loaded };
};

it("takeLease() hands on what other sources of the same app have used, crashes included", async () => {
  const root = mkdtempSync(join(tmpdir(), "lease-"));
  roots.push(root);
  const clock = createJumpingClock();
  const caller = { via: "lambda", requestId: "1" } as const;
  const invocation = { id: "one", host: "here", pid: 1, isGone: () => true, caller };
  const stage = { store: withLines(openDirectoryStore(root)), clock, invocation } as Partial<Stage> as Stage;
  const [people, roles] = [countingSource("listPeople", [1, 2]), countingSource("listRoles", [3])];
  await (await takeLease(stage, people.source)).release();
  await (await takeLease(stage, roles.source)).release();
  await takeLease(stage, people.source); // and never given back
  expect(people.loaded()).toEqual({ listPeople: [1, 2], listRoles: [3] });
  await clock.sleep(1_000);
  await (await takeLease(stage, roles.source)).release();
  await takeLease(stage, people.source);
  expect(people.loaded()).toEqual({ "*": [clock.now()], listRoles: [3] });
});

describe("a lease while a call to the provider goes on", () => {
  const minuteMs = 60_000;
  const caller = { via: "lambda", requestId: "1" } as const;

  /** Two invocations of one source, on machines that know nothing of each other. */
  function openTwo() {
    const root = mkdtempSync(join(tmpdir(), "lease-"));
    roots.push(root);
    const clock = createJumpingClock();
    const store = withLines(openDirectoryStore(root));
    const stageOf = (id: string): Stage => {
      const invocation = { id, host: "here", pid: 1, isGone: () => false, caller };
      return { store, clock, invocation, sourceId: "people" } as Partial<Stage> as Stage;
    };
    const { source } = countingSource("listPeople", []);
    const isFree = (): Promise<boolean> =>
      underSourceLease(stageOf("two"), async () => true).catch((error) => {
        if (error instanceof LeaseHeldError) return false;
        throw error;
      });
    return { clock, stage: stageOf("one"), source: { ...source, close: async () => {} }, isFree };
  }

  it("lasts as long as the call says that it goes on, be it before the host's lease is taken", async () => {
    const { clock, stage, source, isFree } = openTwo();
    const seen: boolean[] = [];
    const wait = async (goOn: () => Promise<void>): Promise<void> => {
      for (let waited = 0; waited < 10; waited += 1) {
        await clock.sleep(minuteMs);
        await goOn();
        seen.push(await isFree());
      }
    };
    let going = async (): Promise<void> => {};
    await underSourceLease(stage, async (sourceLease) => {
      const open = async (goOn: () => Promise<void>) => {
        going = goOn;
        await wait(goOn);
        return source;
      };
      await atProvider({ stage, open, sourceLease }, ({ lease }) => wait(lease.goOn));
    });
    expect(seen).toEqual(Array(20).fill(false));
    await clock.sleep(minuteMs);
    await going(); // a call that was left behind takes nothing again
    expect(await isFree()).toBe(true);
  });

  it("ends for whoever says nothing any more, and who comes back late is told", async () => {
    const { clock, stage, source, isFree } = openTwo();
    const late = underSourceLease(stage, (sourceLease) =>
      atProvider({ stage, open: async () => source, sourceLease }, async ({ lease }) => {
        await clock.sleep(6 * minuteMs);
        expect(await isFree()).toBe(true);
        await lease.goOn();
      }),
    );
    await expect(late).rejects.toThrow(LeaseHeldError);
  });
});
