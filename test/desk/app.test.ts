import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReceiptModel, RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import { signedDecisionsOf } from "../../functions/ledger/signed-decisions.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { type Browser, busiestReviewer, type OpenDesk, openDesk } from "./open-desk.ts";

let life: Life;
let desk: OpenDesk;
let review: string;
let manager: Browser;

beforeAll(async () => {
  life = await openLife();
  life.config.policy.decideWithinDays = 14;
  ({ review } = await planReview(life));
  desk = openDesk(life);
  const id = await busiestReviewer(life, review);
  manager = desk.as({ subject: "on_manager", people: { [sourceId]: [id] } });
});
afterAll(endLives);

const pathOf = (): string => `/reviews/${sourceId}/${review}`;

async function read<T>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

const keep = ({ rows }: ReviewModel) => {
  const row = rows.find(
    ({ asksForDecision, effects, decision }) => asksForDecision && effects.keep.works && !decision,
  )!;
  return {
    requestId: `request-${row.grantId}`,
    decisions: [
      { grantId: row.grantId, seen: row.seen, decision: "keep", until: "2027-01-31", reason: "still needed" },
    ],
  };
};

describe("the desk", () => {
  it("shows a reviewer their own rows, what asks for a decision first", async () => {
    const model = await read<ReviewModel>(manager.get(pathOf()));
    expect(model.progress.toDecide).toBeGreaterThan(0);
    expect(model.rows[0]!.asksForDecision).toBe(true);
    expect(model.request.deadline).not.toBeNull();
  });

  it("stores a decision with who decided and by what that is proven, and shows it", async () => {
    const body = keep(await read<ReviewModel>(manager.get(pathOf())));
    const response = await manager.post(`${pathOf()}/decisions`, body);
    expect(response.status).toBe(201);
    const receipt = (await response.json()) as ReceiptModel;
    expect(receipt.counts).toEqual({ keep: 1, revoke: 0, reassign: 0 });
    const [file] = await signedDecisionsOf({ store: life.store, sourceId, review });
    expect(file).toMatchObject({ number: receipt.number, provenBy: { subject: "on_manager" }, oneAct: false });
    const model = await read<ReviewModel>(manager.get(pathOf()));
    expect(model.progress.decided).toBe(1);
    const asking = model.rows.filter(({ asksForDecision }) => asksForDecision);
    expect(asking.findIndex(({ decision }) => decision !== null)).toBe(model.progress.toDecide - 1);
    expect(model.receipts).toHaveLength(1);
  });

  it("stores a request once, however often it comes", async () => {
    const body = keep(await read<ReviewModel>(manager.get(pathOf())));
    const first = await read<ReceiptModel>(manager.post(`${pathOf()}/decisions`, body));
    const before = (await signedDecisionsOf({ store: life.store, sourceId, review })).length;
    const again = await read<ReceiptModel>(manager.post(`${pathOf()}/decisions`, body));
    expect(again).toEqual(first);
    expect(await signedDecisionsOf({ store: life.store, sourceId, review })).toHaveLength(before);
  });

  it("leads whoever is not signed in to the sign-in and back", async () => {
    const response = await desk.app.request(`${pathOf()}?language=en`, { headers: { accept: "text/html" } });
    expect(response.status).toBe(401);
    expect(response.headers.get("refresh")).toBe(`0; url=/sign-in?to=${encodeURIComponent(`${pathOf()}?language=en`)}`);
  });

  it("refuses what a person may not see, and says what is missing", async () => {
    const stranger = desk.as({ subject: "on_stranger" });
    const refusal = await stranger.get(pathOf());
    expect(refusal.status).toBe(403);
    expect(((await refusal.json()) as RefusalModel).code).toBe("unknown-person");
  });
});
