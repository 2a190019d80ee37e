import { afterEach, describe, expect, it } from "vitest";
import { endLives, openLife } from "../review-life/open-life.ts";
import { faults, storyOf } from "./game-day.ts";

afterEach(endLives);

describe("a game day", () => {
  it("has ten faults, each by a name of its own", () => {
    expect(new Set(faults.map(({ id }) => id)).size).toBe(10);
  });

  it.each([
    ["failed-message", /^messages failed$/],
    ["dead-letter", /^dead letters: Something that the schedule was to begin could not be begun/],
  ])("shows of %s the alarm that rings, and a review that ends sealed all the same", async (id, alarm) => {
    const life = await openLife({ people: 60 });
    life.config.language = "en";
    const { alarms, end } = await faults.find((fault) => fault.id === id)!.live(life);
    expect(alarms).toEqual([expect.stringMatching(alarm)]);
    expect(end).toMatch(/^sealed, [1-9]\d* removed, balanced$/);
  });

  it("shows of a wrong secret what was injected, the mail with its command, how it healed, and the end", async () => {
    const life = await openLife({ people: 60 });
    life.config.language = "en";
    const fault = faults.find(({ id }) => id === "wrong-secret")!;
    const seen = await fault.live(life);
    expect(seen.mails).toHaveLength(1);
    expect(seen.end).toMatch(/^sealed, [1-9]\d* removed, balanced$/);
    expect(storyOf(fault, seen).join("\n")).toMatch(
      /^injected {2}.*an old key[\s\S]*mail {6}Snapshot failed[\s\S]*start-execution.* arn:aws:states:eu-central-1:123456789012:stateMachine:\S+ [\s\S]*healed {4}by itself[\s\S]*end {7}sealed/,
    );
  });
});
