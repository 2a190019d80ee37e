import { describe, expect, it } from "vitest";
import { createMutex, eachInFlight, oneAtATime } from "../../functions/basics/concurrency.ts";

describe("eachInFlight()", () => {
  it("works on so many at a time, and on every item once", async () => {
    const done: number[] = [];
    let underWay = 0;
    let most = 0;
    const failures = await eachInFlight([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      done.push(item);
    });
    expect({ failures, most, done: done.sort() }).toEqual({ failures: [], most: 2, done: [1, 2, 3, 4, 5] });
  });

  it("begins nothing after a failure, and gives the failures of all that were under way", async () => {
    const begun: number[] = [];
    const failures = await eachInFlight([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      throw new Error(`cannot do ${item}`);
    });
    expect(begun).toEqual([1, 2]);
    expect(failures).toEqual([new Error("cannot do 1"), new Error("cannot do 2")]);
  });
});

describe("createMutex()", () => {
  it("lets in one at a time, in the order of asking; unlocking twice lets in no other", async () => {
    const lock = createMutex();
    const told: string[] = [];
    const unlock = await lock();
    const second = lock().then((unlockSecond) => {
      told.push("second");
      return unlockSecond;
    });
    const third = lock().then(() => told.push("third"));
    unlock();
    unlock();
    const unlockSecond = await second;
    await Promise.resolve();
    expect(told).toEqual(["second"]);
    unlockSecond();
    await third;
    expect(told).toEqual(["second", "third"]);
  });
});

describe("oneAtATime()", () => {
  it("runs once more for all who ask while it runs", async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const run = oneAtATime(() => {
      runs++;
      return new Promise((resolve) => ends.push(resolve));
    });
    const first = run();
    const others = [run(), run()];
    expect(runs).toBe(1);
    ends[0]!();
    await first;
    await Promise.resolve();
    expect(runs).toBe(2);
    ends[1]!();
    await Promise.all(others);
    expect(runs).toBe(2);
  });
});
