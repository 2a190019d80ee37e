import type { Timer } from "../../functions/http/call.ts";

/** A clock that stands still until everybody waits, and then jumps to whoever waits the least. */
export type VirtualTimer = Timer & {
  /** The promise's result, time passing as it must. */
  run<Result>(promise: Promise<Result>): Promise<Result>;
  /** Lets what is ready happen, without time passing. */
  settle(): Promise<void>;
};

export function createVirtualTimer(startMs = 1_000_000_000_000): VirtualTimer {
  let nowMs = startMs;
  let sleepers: { wakeMs: number; wake: () => void }[] = [];

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      sleepers.push({ wakeMs: nowMs + ms, wake: resolve });
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function run<Result>(promise: Promise<Result>): Promise<Result> {
    let isDone = false;
    const watched = promise.finally(() => {
      isDone = true;
    });
    watched.catch(() => {});
    for (await settle(); !isDone; await settle()) {
      if (sleepers.length === 0) throw new Error("everybody waits for something that no time will bring");
      nowMs = Math.max(nowMs, Math.min(...sleepers.map(({ wakeMs }) => wakeMs)));
      const awake = sleepers.filter(({ wakeMs }) => wakeMs <= nowMs);
      sleepers = sleepers.filter(({ wakeMs }) => wakeMs > nowMs);
      for (const { wake } of awake) wake();
    }
    return watched;
  }

  return { now: () => nowMs, sleep, run, settle };
}
