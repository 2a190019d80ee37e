import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { dateAt } from "../../functions/basics/time.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { busiestReviewer, openDesk } from "../desk/open-desk.ts";
import { dayMs } from "./decide.ts";
import { endLives, openLife, sourceId } from "./open-life.ts";
import { planReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

describe("a keep until a day, decided at the desk", () => {
  // West of UTC the day ends on the next day of UTC; east of it, on the same.
  it.each(["America/Los_Angeles", "UTC", "Asia/Shanghai", "Pacific/Kiritimati"])(
    "is shown as until that day in receipt, page, plan, CSV and report, in %s",
    async (timezone) => {
      const life = await openLife({ people: 120 });
      Object.assign(life.config.policy, { timezone, decideWithinDays: 14 });
      const { review } = await planReview(life);
      const people = { [sourceId]: [await busiestReviewer(life, review)] };
      const browser = openDesk(life).as({ subject: "on_manager", people });
      const path = `/reviews/${sourceId}/${review}`;
      const { rows } = (await (await browser.get(path)).json()) as ReviewModel;
      const { grantId, seen } = rows.find(({ asksForDecision }) => asksForDecision)!;
      const until = dateAt(life.clock.now() + 90 * dayMs, timezone);
      const nextDay = dateAt(life.clock.now() + 91 * dayMs, timezone);
      const decision = { grantId, seen, decision: "keep", until, reason: "needed", to: null };
      const page = { accept: "text/html", "accept-language": "en" };
      const sent = { oneAct: false, requestId: "4f1c2d3e-1", decisions: [decision] };
      const receipt = await (await browser.post(`${path}/decisions`, sent, page)).text();
      await stagesOf(life, review).assess();
      const shown = [
        receipt,
        await (await browser.get(`${path}?rows=all`, page)).text(),
        JSON.stringify((await newestPlan({ store: life.store, sourceId, review }))!),
      ];
      for (const text of shown.slice(0, 2)) expect(text).toContain(`until ${until}`);
      for (const text of shown) expect(text).not.toContain(`until ${nextDay}`);
      const csvKey = reviewKeys(sourceId, review).assessment("0002").csv;
      const csv = new TextDecoder().decode((await life.store.get(csvKey))!.body);
      const records = parse<Record<string, string>>(csv, { bom: true, columns: true });
      const kept = records.filter((record) => record.decision === "keep");
      expect(kept).toMatchObject([{ until }]);
    },
  );
});
