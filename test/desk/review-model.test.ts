import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReviewModel } from "../../functions/desk/model.ts";
import { inventRule } from "../review/grants/invented-grants.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { busiestReviewer, openDesk } from "./open-desk.ts";

let life: Life;
let model: ReviewModel;

beforeAll(async () => {
  life = await openLife({ people: 200 });
  const { policy, sources } = life.config;
  policy.decideWithinDays = 14;
  policy.guard.allowExpireUndecided = true;
  // Its id stands before those of all others, and it matches everything.
  const keeps = { when: "true", then: "flag", onNoDecision: "keep", overridable: true } as const;
  policy.rules.push(inventRule({ id: "a-keeps", ...keeps, reason: { en: "keep it", zh: "保留" } }));
  sources[0]!.guard.protectedRoles = [];
  const { review } = await planReview(life);
  const id = await busiestReviewer(life, review);
  const browser = openDesk(life).as({ subject: "on_manager", people: { [sourceId]: [id] } });
  model = (await (await browser.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
});
afterAll(endLives);

describe("reviewModel()", () => {
  it("suggests a revoke where one rule would keep the grant and another takes it", () => {
    const both = model.rows.filter(({ reasons }) => reasons.some(({ then }) => then === "expire"));
    expect(both.length).toBeGreaterThan(0);
    for (const { reasons, suggestion } of both) {
      expect(reasons[0]?.rule).toBe("a-keeps");
      expect(suggestion?.decision).toBe("revoke");
    }
    const others = model.rows.filter(({ reasons }) => reasons.every(({ then }) => then === "flag"));
    expect(others.some(({ suggestion }) => suggestion?.decision === "keep")).toBe(true);
  });

  it("says of every grant asked about what silence does, and counts none as staying that is only held", () => {
    const asked = model.rows.filter(({ asksForDecision }) => asksForDecision);
    const count = (kind: string) => asked.filter(({ standing }) => standing.kind === kind).length;
    const { removed, held, kept, staysFlagged } = model.request.ifNothing;
    expect([removed, held]).toEqual([count("pending"), count("held")]);
    expect(removed + held + kept + staysFlagged).toBe(asked.length);
    expect(removed + held).toBeGreaterThan(0);
  });
});
