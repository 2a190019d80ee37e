import { describe, expect, it } from "vitest";
import { CutShortError } from "../../functions/basics/concurrency.ts";
import type { Timer } from "../../functions/http/call.ts";
import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../functions/http/errors.ts";
import { type Failure, retryDelay, retryPolicy, withRetry } from "../../functions/http/retry.ts";
import { createVirtualTimer } from "./virtual-timer.ts";

const policy = { attempts: 3, throttledAttempts: 6, baseMs: 100, capMs: 1000, longestAskedMs: 600_000, outageMs: 0 };
const facts = { call: "doThing", code: "1", status: 400, reason: "no", requestId: "log-1" };
const throttled = (retryAfterMs: number | null) => new ThrottledError({ ...facts, retryAfterMs });
const transient = new ApiError({ ...facts, status: 500, isTransient: true });
const failure = (error: unknown, rest: Partial<Failure> = {}): Failure => ({
  error,
  attempts: 1,
  throttled: 0,
  repeatable: "always",
  ...rest,
});

describe("retryDelay()", () => {
  it.each([
    ["no reply", new NoReplyError("doThing", null)],
    ["an answer that is no JSON", new UnexpectedReplyError("doThing", 502, "HTML")],
    ["a passing fault", transient],
  ])("tries a read again after %s", (_what, error) => {
    expect(retryDelay(failure(error), policy, () => 0.5)).toBe(50);
  });

  it.each([
    ["no reply", new NoReplyError("doThing", null)],
    ["an answer that is no JSON", new UnexpectedReplyError("doThing", 502, "HTML")],
    ["a passing fault", transient],
  ])("never repeats a write after %s, which may have been carried out", (_what, error) => {
    expect(retryDelay(failure(error, { repeatable: "if-not-executed" }), policy, () => 0.5)).toBeNull();
  });

  it("repeats a throttled write, as it was not carried out, when the provider says", () => {
    const delay = retryDelay(failure(throttled(4000), { repeatable: "if-not-executed" }), policy, () => 0.5);
    expect(delay).toBe(4000);
  });

  it("does not repeat what was refused for good, nor a fault of our own", () => {
    expect(retryDelay(failure(new ApiError(facts)), policy, () => 0.5)).toBeNull();
    expect(retryDelay(failure(new TypeError("bug")), policy, () => 0.5)).toBeNull();
  });

  it("tries a host with a bad certificate once, a host without an address and one that answers a web page three times", () => {
    const coded = (code: string) => new NoReplyError("doThing", Object.assign(new Error(code), { code }));
    expect(retryDelay(failure(coded("DEPTH_ZERO_SELF_SIGNED_CERT")), policy, () => 1)).toBeNull();
    const patient = { ...policy, attempts: 9 };
    expect(retryDelay(failure(coded("ENOTFOUND"), { attempts: 2 }), patient, () => 1)).not.toBeNull();
    expect(retryDelay(failure(coded("ENOTFOUND"), { attempts: 3 }), patient, () => 1)).toBeNull();
    const page = new UnexpectedReplyError("doThing", 200, "a web page");
    expect(retryDelay(failure(page, { attempts: 2 }), patient, () => 1)).not.toBeNull();
    expect(retryDelay(failure(page, { attempts: 3 }), patient, () => 1)).toBeNull();
  });

  it("waits up to twice as long each time, by chance, within the cap", () => {
    const delays = [1, 2].map((attempts) => retryDelay(failure(transient, { attempts }), policy, () => 1));
    const capped = retryDelay(failure(throttled(null), { attempts: 5, throttled: 5 }), policy, () => 1);
    expect([...delays, capped]).toEqual([100, 200, 1000]);
    expect(retryDelay(failure(transient), policy, () => 0)).toBe(0);
  });

  it("gives up after so many attempts, and being throttled uses none of them up", () => {
    expect(retryDelay(failure(transient, { attempts: 3 }), policy, () => 1)).toBeNull();
    expect(retryDelay(failure(transient, { attempts: 5, throttled: 3 }), policy, () => 1)).not.toBeNull();
    expect(retryDelay(failure(throttled(1), { attempts: 6, throttled: 6 }), policy, () => 1)).toBeNull();
  });
});

describe("withRetry()", () => {
  const scripted = (replies: (Error | { value: number })[]) => async () => {
    const reply = replies.shift();
    if (!reply || reply instanceof Error) throw reply ?? new Error("asked too often");
    return reply;
  };
  const retried = (replies: (Error | { value: number })[], signal?: AbortSignal) => {
    const timer = createVirtualTimer();
    const options = {
      policy,
      timer,
      random: () => 1,
      repeatable: () => "always" as const,
      ...(signal ? { signal } : {}),
    };
    return timer.run(withRetry(scripted(replies), options)("request"));
  };

  it("gives the first good reply and how many attempts failed before", async () => {
    expect(await retried([transient, throttled(10), { value: 7 }])).toEqual({ value: 7, retries: 2 });
  });

  it("throws the last error as it is", async () => {
    await expect(retried([transient, transient, transient])).rejects.toBe(transient);
  });

  it("does not begin another attempt once it is told to stop", async () => {
    const replies = [transient, { value: 7 }];
    await expect(retried(replies, AbortSignal.abort())).rejects.toBe(transient);
    expect(replies).toHaveLength(1);
  });
});

describe("an outage", () => {
  const outages: [string, Error][] = [
    ["no answer", new NoReplyError("doThing", Object.assign(new Error("reset"), { code: "ECONNRESET" }))],
    ["a gateway's 502", new UnexpectedReplyError("doThing", 502, "HTML")],
    ["the vendor's own word of an outage", new ApiError({ ...facts, status: 200, isTransient: true, isOutage: true })],
    ["a gateway's 503", new ThrottledError({ ...facts, status: 503, retryAfterMs: null })],
  ];
  const failingFor = (timer: Timer, ms: number, error: Error) => {
    const endsAt = timer.now() + ms;
    const log = { attempts: 0 };
    const call = async (): Promise<{ value: number }> => {
      log.attempts += 1;
      if (timer.now() < endsAt) throw error;
      return { value: 7 };
    };
    return { call, log };
  };
  const outlast = async (pace: number, ms: number, error: Error, chance: number, shouldStop = () => false) => {
    const timer = createVirtualTimer();
    const { call, log } = failingFor(timer, ms, error);
    const startedAt = timer.now();
    const options = {
      policy: retryPolicy(pace),
      timer,
      random: () => chance,
      repeatable: () => "always" as const,
      shouldStop,
    };
    const result = await timer.run(withRetry(call, options)("request")).catch((failure: unknown) => failure);
    return { result, attempts: log.attempts, tookMs: timer.now() - startedAt };
  };

  it.each(outages)("of ten minutes is waited out, whatever the jitter: %s", async (_what, error) => {
    for (const chance of [0.01, 0.5, 1]) {
      const { result, tookMs } = await outlast(1, 600_000, error, chance);
      expect(result).toMatchObject({ value: 7 });
      expect(tookMs).toBeLessThanOrEqual(660_000);
    }
  });

  it.each(outages)("that lasts ends the call after some eleven minutes: %s", async (_what, error) => {
    const { result, tookMs, attempts } = await outlast(1, Number.POSITIVE_INFINITY, error, 1);
    expect(result).toBe(error);
    expect(tookMs).toBeGreaterThan(600_000);
    expect(tookMs).toBeLessThan(730_000);
    expect(attempts).toBeLessThan(25);
  });

  it("is waited out for less at a quicker pace", async () => {
    const [, error] = outages[0]!;
    expect((await outlast(100, 6_000, error, 0.5)).result).toMatchObject({ value: 7 });
    expect((await outlast(100, Number.POSITIVE_INFINITY, error, 1)).tookMs).toBeLessThan(8_000);
  });

  it.each(outages)("is cut short where the invocation has to end, within seconds: %s", async (_what, error) => {
    let looks = 0;
    const { result, tookMs } = await outlast(1, 600_000, error, 1, () => ++looks > 20);
    expect(result).toBeInstanceOf(CutShortError);
    expect((result as Error).cause).toBe(error);
    expect(tookMs).toBeLessThan(60_000);
    expect((await outlast(1, 600_000, error, 1, () => true)).tookMs).toBe(0);
  });

  it("of the call for a token is waited out by that call alone, not once more by every call that needs the token", async () => {
    const timer = createVirtualTimer();
    let asked = 0;
    const call = async (): Promise<{ value: number }> => {
      asked += 1;
      throw outages[0]![1];
    };
    const options = { policy: retryPolicy(1), timer, random: () => 1, repeatable: () => "always" as const };
    const retried = withRetry(call, { ...options, nameOf: (name: string) => name });
    await expect(timer.run(retried("anotherThing"))).rejects.toBe(outages[0]![1]);
    expect(asked).toBe(1);
  });

  it("is a fault of the vendor's service alone where the service answers: five attempts", async () => {
    expect((await outlast(1, 600_000, transient, 1)).attempts).toBe(5);
  });
});
