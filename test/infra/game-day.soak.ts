import { afterEach, expect, it } from "vitest";
import { endLives, openLife } from "../review-life/open-life.ts";
import { faults } from "./game-day.ts";

afterEach(endLives);

it.each(faults)(
  "$id is seen by an operator, and ends sealed and balanced: $injected",
  async ({ live }) => {
    const life = await openLife({ people: 60 });
    life.config.language = "en";
    const { mails, alarms, end } = await live(life);
    expect(mails.length + alarms.length).toBeGreaterThan(0);
    expect(end).toMatch(/^sealed, [1-9]\d* removed, balanced$/);
  },
  120_000,
);
