import { describe, expect, it } from "vitest";
import { ThrottledError, unexpectedReply } from "../../functions/http/errors.ts";
import { longWaits } from "../../functions/http/signals.ts";
import { createThrottle, type RateWindow, type Throttle } from "../../functions/http/throttle.ts";
import { withThrottle } from "../../functions/http/throttles.ts";
import { createVirtualTimer, type VirtualTimer } from "./virtual-timer.ts";

const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

/** A provider that counts a call when it arrives, and says how many it would have refused; `backMs`: of the way back. */
function provider(
  timer: VirtualTimer,
  windows: RateWindow[],
  latencyMs: () => number,
  backMs: () => number = latencyMs,
) {
  const arrivals: number[] = [];
  const log = { refusals: 0, arrivals };
  const isFull = ({ calls, perMs }: RateWindow) => (arrivals.at(-calls) ?? 0) > timer.now() - perMs;
  const call = async (): Promise<void> => {
    await timer.sleep(latencyMs());
    if (windows.some(isFull)) log.refusals += 1;
    arrivals.push(timer.now());
    await timer.sleep(backMs());
  };
  return { call, log };
}

const nothing = () => 0;
const floorOf = (calls: number) => (calls / 100 - 1) * 1000;

/** So many calls at a hundred a second, the first three one after the other, and how often the floor they took. */
async function timesFloor(calls: number, thereMs: () => number, backMs: () => number) {
  const timer = createVirtualTimer();
  const { call, log } = provider(timer, hundredASecond, thereMs, backMs);
  const throttle = createThrottle(hundredASecond, timer);
  const startedAt = timer.now();
  for (let first = 0; first < 3; first += 1) await timer.run(callThrough(throttle, call));
  await timer.run(many(calls - 3, () => callThrough(throttle, call)));
  return { refusals: log.refusals, ratio: (timer.now() - startedAt) / floorOf(calls) };
}

async function callThrough(throttle: Throttle, call: () => Promise<void>): Promise<void> {
  const leave = await throttle.enter();
  await call().finally(leave);
}

const many = (count: number, start: () => Promise<void>) => Promise.all(Array.from({ length: count }, start));

const refusal = (retryAfterMs: number) =>
  new ThrottledError({
    call: "listThings",
    code: "99991400",
    status: 429,
    reason: "too many calls",
    requestId: null,
    retryAfterMs,
  });

const hundredASecond = [{ calls: 100, perMs: 1000 }];

describe("createThrottle()", () => {
  it("is never refused however the latency varies, and takes at most 1.05 times the floor", async () => {
    const timer = createVirtualTimer();
    const next = random(1);
    const { call, log } = provider(timer, hundredASecond, () => 1 + Math.floor(next() * 20));
    const throttle = createThrottle(hundredASecond, timer);
    const startedAt = timer.now();
    await timer.run(many(1500, () => callThrough(throttle, call)));
    const floorMs = (1500 / 100 - 1) * 1000;
    expect(log.refusals).toBe(0);
    expect(timer.now() - startedAt).toBeLessThan(floorMs * 1.05);
  });

  it.each([20, 300, 1000])(
    "loses no latency a window to round trips of %i ms, wherever they are counted",
    async (ms) => {
      const ways: [() => number, () => number][] = [
        [nothing, () => ms],
        [() => ms / 2, () => ms / 2],
        [() => ms, nothing],
      ];
      for (const [there, back] of ways) {
        const { refusals, ratio } = await timesFloor(3000, there, back);
        expect(refusals).toBe(0);
        // Three calls before the burst, and the way of the last.
        expect(ratio).toBeLessThan(1.006 + (4 * ms) / floorOf(3000));
      }
    },
  );

  it.each([20, 300, 1000])(
    "is not refused where round trips of %i ms vary by a fifth, wherever they are counted",
    async (ms) => {
      for (const share of [0, 0.5, 1]) {
        for (const seed of [1, 2]) {
          const next = random(seed);
          const part = (of: number) => () => of * ms * (0.9 + 0.2 * next());
          const { refusals, ratio } = await timesFloor(3000, part(share), part(1 - share));
          expect(refusals).toBe(0);
          // What a call is slower than the quickest is not known to have passed before it was counted.
          expect(ratio).toBeLessThan(1.01 + (0.2 * ms) / 1000 + (4 * ms) / floorOf(3000));
        }
      }
    },
  );

  it("does not take connections that are still set up for the length of the way", async () => {
    const timer = createVirtualTimer();
    let begun = 0;
    const { call, log } = provider(
      timer,
      hundredASecond,
      () => (++begun <= 100 ? 600 : 0),
      () => 300,
    );
    const throttle = createThrottle(hundredASecond, timer);
    await timer.run(many(1000, () => callThrough(throttle, call)));
    expect(log.refusals).toBe(0);
  });

  it("is not refused where each call must wait for the one before, and both ways vary", async () => {
    for (const seed of [1, 2, 3]) {
      const timer = createVirtualTimer();
      const next = random(seed);
      const one = [{ calls: 1, perMs: 1000 }];
      const { call, log } = provider(timer, one, () => 200 + 50 * next());
      const throttle = createThrottle(one, timer);
      await timer.run(many(300, () => callThrough(throttle, call)));
      expect(log.refusals).toBe(0);
    }
  });

  it("gives the reckoning up at the first refusal, as where a call is counted at once or only at last", async () => {
    const timer = createVirtualTimer();
    const next = random(5);
    const startedAt = timer.now();
    let thereMs = 0;
    const ways = [() => (thereMs = next() < 0.5 ? 0 : 400), () => 400 - thereMs] as const;
    const one = [{ calls: 1, perMs: 1000 }];
    const { call, log } = provider(timer, one, ...ways);
    const refusedAfterMs: number[] = [];
    const throttled = withThrottle(
      async () => {
        const before = log.refusals;
        await call();
        if (log.refusals === before) return;
        refusedAfterMs.push(timer.now() - startedAt);
        throw refusal(1000);
      },
      () => createdThrottle,
      { timer, defaultPauseMs: 1000, longestPauseMs: 600_000 },
    );
    const createdThrottle = createThrottle(one, timer);
    await timer.run(many(100, () => throttled(null).catch(() => {})));
    expect(refusedAfterMs).toHaveLength(1);
  });

  it("is not refused for longer than a window when the way becomes shorter, at whatever instant", async () => {
    let refusals = 0;
    for (let dropMs = 5_000; dropMs < 6_000; dropMs += 100) {
      const timer = createVirtualTimer();
      const startedAt = timer.now();
      const { call, log } = provider(timer, hundredASecond, () => (timer.now() - startedAt < dropMs ? 400 : 10));
      const throttle = createThrottle(hundredASecond, timer);
      const refusedAt: number[] = [];
      const watched = async () => {
        const before = log.refusals;
        await call();
        if (log.refusals > before) refusedAt.push(timer.now());
      };
      await timer.run(many(1500, () => callThrough(throttle, watched)));
      refusals += log.refusals;
      expect(Math.max(...refusedAt) - Math.min(...refusedAt)).toBeLessThan(1000);
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it("lets a burst use the whole window at once", async () => {
    const timer = createVirtualTimer();
    const { call, log } = provider(timer, hundredASecond, () => 5);
    const throttle = createThrottle(hundredASecond, timer);
    const startedAt = timer.now();
    await timer.run(many(100, () => callThrough(throttle, call)));
    expect(log.arrivals.every((arrival) => arrival === startedAt + 5)).toBe(true);
  });

  it("keeps several windows at once", async () => {
    const windows = [
      { calls: 40, perMs: 10_000 },
      { calls: 5, perMs: 200 },
    ];
    const timer = createVirtualTimer();
    const next = random(7);
    const { call, log } = provider(timer, windows, () => Math.floor(next() * 300));
    const throttle = createThrottle(windows, timer);
    await timer.run(many(200, () => callThrough(throttle, call)));
    expect(log.arrivals).toHaveLength(200);
    expect(log.refusals).toBe(0);
  });

  it("serves first who came first", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle([{ calls: 1, perMs: 100 }], timer);
    const order: number[] = [];
    const visitor = async (id: number) => {
      const leave = await throttle.enter();
      order.push(id);
      leave();
    };
    await timer.run(Promise.all([1, 2, 3, 4].map(visitor)));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it("counts what another process has used, and the same calls only once", async () => {
    const timer = createVirtualTimer();
    const first = createThrottle(hundredASecond, timer);
    const { call, log } = provider(timer, hundredASecond, () => 5);
    await timer.run(many(100, () => callThrough(first, call)));
    const second = createThrottle(hundredASecond, timer);
    second.load(first.save());
    second.load(first.save());
    expect(second.save()).toHaveLength(100);
    expect(second.delay()).toBeGreaterThan(900);
    await timer.run(many(100, () => callThrough(second, call)));
    expect(log.refusals).toBe(0);
  });

  it("waits a whole window after a crash of which nothing is known", () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle(hundredASecond, timer);
    throttle.fill(timer.now());
    expect(throttle.delay()).toBeGreaterThanOrEqual(1000);
  });

  it("says how long a call must wait, and nothing while there is room", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle([{ calls: 2, perMs: 60_000 }], timer);
    expect(throttle.delay()).toBe(0);
    await timer.run(many(2, () => callThrough(throttle, async () => {})));
    expect(throttle.delay()).toBeGreaterThanOrEqual(60_000);
    expect(throttle.delay()).toBeLessThan(60_010);
  });

  it("does not hold anybody for longer than the window when the clock is set back", async () => {
    let nowMs = 10_000_000;
    const throttle = createThrottle([{ calls: 1, perMs: 1000 }], { now: () => nowMs, sleep: async () => {} });
    (await throttle.enter())();
    nowMs -= 3_600_000;
    expect(throttle.delay()).toBeLessThan(1010);
  });

  it("lets go of who no longer wants to wait", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle([{ calls: 1, perMs: 1000 }], timer);
    const stop = new AbortController();
    const leave = await throttle.enter();
    const waiting = throttle.enter(stop.signal);
    stop.abort(new Error("deadline"));
    await expect(waiting).rejects.toThrow("deadline");
    leave();
    const startedAt = timer.now();
    await timer.run(throttle.enter());
    expect(timer.now() - startedAt).toBeLessThan(1010);
  });
});

describe("withThrottle()", () => {
  it("counts a call as answered once it tells so, however long its answer takes to be read", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle([{ calls: 1, perMs: 1000 }], timer);
    const startedAt = timer.now();
    const call = withThrottle(
      async (readingMs: number, onAnswer) => {
        const sentAt = timer.now() - startedAt;
        onAnswer?.();
        await timer.sleep(readingMs);
        return sentAt;
      },
      () => throttle,
      { timer, defaultPauseMs: 1000, longestPauseMs: 600_000 },
    );
    const [first, second] = await timer.run(Promise.all([call(5_000), call(0)]));
    expect(first).toBe(0);
    expect(second).toBeLessThan(1_010);
  });

  it("makes everybody wait when the provider refuses one, for as long as it says", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle(hundredASecond, timer);
    const refused = refusal(7_000);
    let isFirst = true;
    const startedAt = timer.now();
    const call = withThrottle(
      async () => {
        if (!isFirst) return timer.now() - startedAt;
        isFirst = false;
        throw refused;
      },
      () => throttle,
      { timer, defaultPauseMs: 1000, longestPauseMs: 600_000 },
    );
    await expect(call("a")).rejects.toBe(refused);
    expect(await timer.run(Promise.all([call("b"), call("c")]))).toEqual([7_000, 7_000]);
  });

  it("lets no deadline pass while it waits as long as the provider asks: calls are cut short", async () => {
    const timer = createVirtualTimer();
    const throttle = createThrottle(hundredASecond, timer);
    const endsAt = timer.now() + 30_000;
    let isFirst = true;
    const call = withThrottle(
      async () => {
        if (!isFirst) return 0;
        isFirst = false;
        throw refusal(500_000);
      },
      () => throttle,
      { timer, shouldStop: () => timer.now() >= endsAt, defaultPauseMs: 1000, longestPauseMs: 600_000 },
    );
    await expect(call("a")).rejects.toBeInstanceOf(ThrottledError);
    const outcomes = await timer.run(Promise.allSettled([call("b"), call("c")]));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { name: "CutShortError" } });
    expect(timer.now() - endsAt).toBeLessThan(5_000);
  });

  describe.each([
    ["a reset of a day", { "x-ogw-ratelimit-reset": "86400" }, 60_000],
    ["a reset that is an epoch in seconds", { "x-ogw-ratelimit-reset": "1795992026" }, 60_000],
    ["a reset that is an epoch in milliseconds", { "x-ogw-ratelimit-reset": "1795992026000" }, 60_000],
    ["a reset of seconds within the window", { "x-ogw-ratelimit-reset": "12.5" }, 12_500],
    ["a Retry-After of two minutes", { "retry-after": "120" }, 120_000],
    ["a Retry-After of a day", { "retry-after": "86400" }, 600_000],
    [
      "a Retry-After that is a date",
      { "retry-after": "Sun, 29 Nov 2026 22:41:00 GMT", date: "Sun, 29 Nov 2026 22:40:15 GMT" },
      45_000,
    ],
    [
      "a Retry-After that is a date in the oldest form, which names no zone",
      { "retry-after": "Sun Nov 29 22:41:00 2026", date: "Sun, 29 Nov 2026 22:40:15 GMT" },
      45_000,
    ],
    [
      "a Retry-After that is a date with two digits of the year",
      { "retry-after": "Sunday, 29-Nov-26 22:41:00 GMT", date: "Sunday, 29-Nov-26 22:40:15 GMT" },
      45_000,
    ],
    [
      "an instant that is over",
      { "retry-after": "Sun, 29 Nov 2026 22:40:00 GMT", date: "Sun, 29 Nov 2026 22:40:15 GMT" },
      1000,
    ],
    ["nonsense", { "retry-after": "soon" }, 1000],
  ])("after %s", (_what, headers: Record<string, string>, ms) => {
    it(`waits ${ms} ms, and says so where it takes longer than a minute`, async () => {
      const timer = createVirtualTimer();
      const throttle = createThrottle([{ calls: 100, perMs: 60_000 }], timer);
      const said: unknown[] = [];
      const listen = (wait: unknown): void => void said.push(wait);
      longWaits.subscribe(listen);
      const startedAt = timer.now();
      let isFirst = true;
      const call = withThrottle(
        async () => {
          if (!isFirst) return timer.now() - startedAt;
          isFirst = false;
          throw unexpectedReply("listThings", { status: 503, headers }, "HTML");
        },
        () => throttle,
        { timer, defaultPauseMs: 1000, longestPauseMs: 600_000 },
      );
      await expect(call("a")).rejects.toThrow(ThrottledError);
      expect(await timer.run(call("b"))).toBe(ms);
      longWaits.unsubscribe(listen);
      expect(said).toHaveLength(ms > 60_000 ? 1 : 0);
    });
  });
});
