import { globSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeskRow, ReceiptModel, RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import { openSeals } from "../../functions/desk/session.ts";
import { newestAnswers, signedDecisionsOf } from "../../functions/ledger/signed-decisions.ts";
import type { Store } from "../../functions/review/ports.ts";
import { endLives, type Life, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { planReview, stagesOf } from "../review-life/run-review.ts";
import { type Browser, busiestReviewer, deskUrl, type OpenDesk, openDesk, sessionKeys } from "./open-desk.ts";

let life: Life;
let review: string;
let reviewer: string;
let path: string;
let rows: DeskRow[];
let requests = 0;

let sessions = 0;

/** The reviewer, signed in anew. */
const person = () => {
  sessions += 1;
  return { subject: "on_manager", people: { [sourceId]: [reviewer] }, id: `session-of-test-${sessions}` };
};

beforeAll(async () => {
  life = await openLife({ people: 100, onDisk: true });
  life.config.policy.decideWithinDays = 14;
  ({ review } = await planReview(life));
  reviewer = await busiestReviewer(life, review);
  path = `/reviews/${sourceId}/${review}`;
  const model = (await (await openDesk(life).as(person()).get(path)).json()) as ReviewModel;
  rows = model.rows.filter(({ effects }) => effects.keep.works);
});
beforeEach(() => {
  requests += 1;
});
afterAll(endLives);

const answer = (decision: "keep" | "revoke", row = rows[0]!) => ({
  grantId: row.grantId,
  seen: row.seen,
  decision,
  until: decision === "keep" ? "2027-01-31" : null,
  reason: "looked at it",
});
const body = (decisions: object[] = [answer("keep")], more: object = {}) => ({
  requestId: `request-of-test-${requests}`,
  decisions,
  ...more,
});
const submit = (browser: Browser, sent: object = body()) => browser.post(`${path}/decisions`, sent);

const stored = () => signedDecisionsOf({ store: life.store, sourceId, review });
const filesThere = (): string[] => globSync(`decisions/${sourceId}/signed/**/*`, { cwd: rootOf(life) }).sort();

const refusalOf = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as RefusalModel).code,
];

/** A desk whose store does otherwise in some things. */
const deskOver = (other: Partial<Store>): OpenDesk => {
  const store = { ...life.store, ...other };
  return openDesk(life, { store, stage: { store } });
};

describe("a request that comes twice", () => {
  it("is stored in one file where both come at once, through two desks, and both are given its receipt", async () => {
    const arrived: (() => void)[] = [];
    // Neither writes before both have looked at what is there.
    const createJson: Store["createJson"] = async (key, value) => {
      await new Promise<void>((resolve) => {
        arrived.push(resolve);
        if (arrived.length === 2) for (const go of arrived) go();
      });
      return await life.store.createJson(key, value);
    };
    const before = (await stored()).length;
    const [one, two] = [deskOver({ createJson }).as(person()), deskOver({ createJson }).as(person())];
    const sent = body();
    const first = submit(one, sent);
    await life.clock.sleep(1_000);
    const responses = await Promise.all([first, submit(two, sent)]);
    const receipts = await Promise.all(responses.map(async (each) => (await each.json()) as ReceiptModel));
    expect(receipts[0]!.number).toBe(receipts[1]!.number);
    expect(receipts[0]).toEqual(receipts[1]);
    expect(filesThere().filter((name) => name.endsWith(".json"))).toHaveLength(before + 1);
  });

  it("says something else with other decisions: a page that one went back to is no repetition", async () => {
    const manager = openDesk(life).as(person());
    const counting = async () => newestAnswers(await stored()).get(rows[0]!.grantId)!.answer.decision;
    for (const decision of ["keep", "revoke", "keep", "revoke"] as const) {
      await life.clock.sleep(1_000);
      expect((await submit(manager, body([answer(decision)]))).status).toBe(201);
      expect(await counting()).toBe(decision);
      const count = (await stored()).length;
      expect((await submit(manager, body([answer(decision)]))).status).toBe(201);
      expect((await stored()).length).toBe(count);
    }
  });
});

describe("a store that fails", () => {
  const failing = async (): Promise<never> => {
    throw new Error("Cannot write as the disk is full");
  };

  it.each(["createJson", "create", "getJson", "list"] as const)(
    "in %s: says to try again, has stored nothing by halves, and takes the same request then",
    async (call) => {
      const before = filesThere();
      const broken = { [call]: call === "list" ? () => failingList() : failing } as Partial<Store>;
      const desk = deskOver(broken);
      const response = await submit(desk.as(person()));
      expect(await refusalOf(response)).toEqual([503, "store-failed"]);
      expect(desk.notes.join()).toContain("the disk is full");
      expect(filesThere()).toEqual(before);
      expect((await submit(openDesk(life).as(person()))).status).toBe(201);
      const { decisions } = (await stored()).at(-1)!;
      expect(decisions).toEqual([expect.objectContaining({ grantId: rows[0]!.grantId })]);
    },
  );

  // biome-ignore lint/correctness/useYield: it fails before it has anything to give.
  async function* failingList(): AsyncGenerator<string> {
    await failing();
  }

  it("does not sign somebody out whose sign-out could not be written, and says so", async () => {
    const desk = deskOver({ create: failing });
    const browser = desk.as(person());
    expect(await refusalOf(await browser.post("/sign-out", {}))).toEqual([503, "store-failed"]);
    expect((await browser.get("/")).status).toBe(200);
  });
});

describe("a grant that is shown otherwise by now", () => {
  it("is refused with what it is now, and nothing of the whole submission is stored", async () => {
    const before = filesThere();
    const [changed, other] = [rows[0]!, rows[1]!];
    const sent = body([{ ...answer("keep", changed), seen: "f".repeat(64) }, answer("keep", other)]);
    const response = await submit(openDesk(life).as(person()), sent);
    expect(response.status).toBe(409);
    const { code, faults } = (await response.json()) as RefusalModel;
    expect(code).toBe("changed");
    expect(faults).toEqual([
      expect.objectContaining({
        field: "decisions[0].seen",
        grantId: changed.grantId,
        figures: expect.objectContaining({ seen: changed.seen, status: changed.holder.status }) as object,
      }),
    ]);
    expect(filesThere()).toEqual(before);
  });
});

describe("what is no decision of this reader", () => {
  it("is refused by field, all at once, and nothing is stored", async () => {
    const manager = openDesk(life).as(person());
    const before = filesThere();
    const foreign = { ...answer("keep"), grantId: "0123456789abcdef" };
    expect(await refusalOf(await submit(manager, body([answer("keep"), foreign])))).toEqual([403, "not-yours"]);
    const bad = await submit(manager, { requestId: "x", decisions: [{ grantId: "no id" }], oneAct: "yes" });
    const { faults } = (await bad.json()) as RefusalModel;
    expect(bad.status).toBe(400);
    expect(faults.map(({ field }) => field)).toEqual(
      expect.arrayContaining(["requestId", "oneAct", "decisions[0].grantId", "decisions[0].seen"]),
    );
    expect(await refusalOf(await submit(manager, body(Array(5_001).fill(answer("keep")))))).toEqual([413, "too-large"]);
    const huge = await submit(manager, body([{ ...answer("keep"), reason: "x".repeat(5 * 1024 * 1024) }]));
    expect(await refusalOf(huge)).toEqual([413, "too-large"]);
    expect(filesThere()).toEqual(before);
  });
});

describe("requests of one person", () => {
  it("are 30 a second at most, whoever else asks, and go on a second later", async () => {
    const desk = openDesk(life);
    const [eager, other] = [desk.as({ subject: "on_eager" }), desk.as({ subject: "on_other" })];
    const statuses: number[] = [];
    for (let count = 0; count < 31; count += 1) statuses.push((await eager.get("/no-such-page")).status);
    expect(statuses).toEqual([...Array(30).fill(404), 429]);
    const refused = await eager.get("/no-such-page");
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await other.get("/no-such-page")).status).toBe(404);
    await life.clock.sleep(1_000);
    expect((await eager.get("/no-such-page")).status).toBe(404);
  });
});

describe("a session", () => {
  const get = (desk: OpenDesk, cookie: string) =>
    desk.app.request(`${deskUrl}/`, { headers: { accept: "application/json", cookie } });

  it("is nobody's whose cookie was changed, is another deployment's, or was signed for another purpose", async () => {
    const desk = openDesk(life);
    const { cookie } = desk.as(person());
    expect((await get(desk, cookie)).status).toBe(200);
    const [payload = "", signature = ""] = cookie.replace("desk=", "").split(".");
    const session = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    const another = Buffer.from(JSON.stringify({ ...session, subject: "on_operator" })).toString("base64url");
    const other = openSeals(sessionKeys, "http://127.0.0.1:9999").seal("session", session);
    const attempt = openSeals(sessionKeys, deskUrl).seal("attempt", session);
    const strange = openSeals(["a-key-of-nobody"], deskUrl).seal("session", session);
    for (const token of [
      `${another}.${signature}`,
      `${payload}.`,
      `${payload}.${signature}.x`,
      payload,
      other,
      attempt,
      strange,
      "a.b",
    ])
      expect([token, (await get(desk, `desk=${token}`)).status]).toEqual([token, 401]);
  });

  it("is over after its hours, and after its sign-out, wherever the cookie was copied to", async () => {
    const desk = openDesk(life, { desk: { sessionHours: 1 } });
    const [first, second] = [desk.as(person()), desk.as(person())];
    expect((await first.post("/sign-out", {})).status).toBe(200);
    expect((await get(desk, first.cookie)).status).toBe(401);
    expect((await get(openDesk(life), first.cookie)).status).toBe(401);
    expect((await get(desk, second.cookie)).status).toBe(200);
    await life.clock.sleep(3_600_000);
    expect((await get(desk, second.cookie)).status).toBe(401);
  });

  it("goes on under a new key while the one before is still there, and ends with that", async () => {
    const { cookie } = openDesk(life).as(person());
    const [old = "", ...rest] = sessionKeys;
    expect((await get(openDesk(life, { keys: ["the-new-key", old, ...rest] }), cookie)).status).toBe(200);
    expect((await get(openDesk(life, { keys: ["the-new-key"] }), cookie)).status).toBe(401);
  });
});

describe("a review that ends while somebody reads it", () => {
  it("takes no decision once its window is over, nor once it is sealed, and says which", async () => {
    const manager = openDesk(life).as(person());
    await life.clock.sleep(14 * 86_400_000);
    const later = openDesk(life).as(person());
    expect(await refusalOf(await submit(later))).toEqual([409, "closed"]);
    expect((await manager.get(path)).status).toBe(401);
    const stages = stagesOf(life, review);
    await stages.assess();
    await stages.expire();
    await stages.seal();
    const before = filesThere();
    expect(await refusalOf(await submit(later))).toEqual([409, "sealed"]);
    expect(filesThere()).toEqual(before);
    expect((await later.get(path)).status).toBe(200);
  });
});
