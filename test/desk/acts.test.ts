import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HeldPlanModel, HomeModel, RefusalModel } from "../../functions/desk/model.ts";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import { underSourceLease } from "../../functions/ledger/lease.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Approval } from "../../functions/review/plan/approval.ts";
import type { Act } from "../../functions/review/proof/act.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { type Browser, deskConfig, nobodySignsIn, type OpenDesk, openDesk } from "./open-desk.ts";

let life: Life;
let desk: OpenDesk;
let path: string;
let planHash: string;
let review: string;
const stops: { sourceId: string; isStopped: boolean; act: Act }[] = [];
const told: string[] = [];

beforeAll(async () => {
  life = await openLife({ people: 100 });
  life.host = "open.feishu.cn"; // the first review of a real host is always stopped
  life.config.desk = deskConfig;
  life.config.policy.guard.approvals = 2;
  const { review: id, assessed } = await planReview(life);
  review = id;
  planHash = String(assessed.planHash);
  path = `/reviews/${sourceId}/${review}`;
  desk = openDesk(life, {
    acts: {
      remind: async () => ({ messagesSent: 1 }),
      tell: async (source) => {
        told.push(source);
        throw new Error("nobody can be told now");
      },
      setStopped: async (source, isStopped, act) => void stops.push({ sourceId: source, isStopped, act }),
    },
  });
});
afterAll(endLives);

const jsonOf = async <T>(response: Response): Promise<T> => (await response.json()) as T;

async function refusalOf(response: Response): Promise<Pick<RefusalModel, "status" | "code">> {
  const { code } = await jsonOf<RefusalModel>(response);
  return { status: response.status as RefusalModel["status"], code };
}

describe("an approver at the desk", () => {
  const approver = (): Browser => desk.as({ subject: "on_approver", name: "Lin" });
  const second = (): Browser => desk.as({ subject: "on_second", name: "Wang" });
  const saying = (more: object = {}) => ({ planHash, reason: "looked at every item", ...more });

  it("sees the plan with the limits it broke, what would be left, and that two have to approve", async () => {
    const { heldPlans } = await jsonOf<HomeModel>(await approver().get("/"));
    expect(heldPlans).toHaveLength(1);
    const [plan] = heldPlans;
    expect(plan).toMatchObject({ planHash, approvalsNeeded: 2, approvedBy: [], refusedBy: null, mayApprove: true });
    expect(plan!.limits.map(({ name }) => name)).toEqual(["first-review"]);
    expect(plan!.items.length).toBeGreaterThan(0);
    const going = plan!.items.filter(({ hold }) => hold === null);
    const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review }))!;
    expect(plan!.remaining.grants).toBe(snapshot.population.grants - going.length);
  });

  it("reads it as a page of their own: the limits, what is left, the grants that go, and two buttons", async () => {
    const page = await (
      await approver().get(`${path}/approve`, { accept: "text/html", "accept-language": "en" })
    ).text();
    expect(page).toMatch(
      /removals wait for an approver[\s\S]*Approved by 0 of 2[\s\S]*value="approve"[\s\S]*value="refuse"/,
    );
    expect(page).toMatch(
      /First review of this company[\s\S]*What would be left[\s\S]*Roles that lose holders[\s\S]*grants that go/,
    );
    expect((await desk.as({ subject: "on_stranger" }).get(`${path}/approve`)).status).toBe(403);
  });

  it("is told by field what is missing, and nothing is written", async () => {
    const response = await approver().post(`${path}/approve`, { planHash: "abc", verdict: "maybe" });
    expect(response.status).toBe(400);
    const { faults } = await jsonOf<RefusalModel>(response);
    expect(faults.map(({ field }) => field)).toEqual(["planHash", "reason", "verdict"]);
  });

  it("is refused where the plan is another by now", async () => {
    const response = await approver().post(`${path}/approve`, saying({ planHash: "0".repeat(64) }));
    expect(await refusalOf(response)).toEqual({ status: 409, code: "changed" });
  });

  it("is the only one who may: a reviewer and an operator are not", async () => {
    for (const subject of ["on_operator", "on_manager"]) {
      const response = await desk.as({ subject }).post(`${path}/approve`, saying());
      expect(await refusalOf(response)).toEqual({ status: 403, code: "not-approver" });
    }
    expect(await life.store.getJson(reviewKeys(sourceId, review).approval(planHash))).toBeNull();
  });

  it("is refused who has left since the sign-in, and nothing is written", async () => {
    const afterLeaving = openDesk(life, { signIn: { ...nobodySignsIn, isStillHere: async () => false } });
    for (const verdict of ["approve", "refuse"]) {
      const response = await afterLeaving.as({ subject: "on_approver" }).post(`${path}/approve`, saying({ verdict }));
      expect(await refusalOf(response)).toEqual({ status: 403, code: "left" });
    }
    const { heldPlans } = await jsonOf<HomeModel>(await approver().get("/"));
    expect(heldPlans[0]).toMatchObject({ planHash, approvedBy: [], refusedBy: null });
  });

  it("approves once, however often; the second one lifts the brake, and sees the first one's reason", async () => {
    for (const _ of [1, 2]) {
      const response = await approver().post(`${path}/approve`, saying());
      expect(response.status).toBe(201);
      const model = await jsonOf<HeldPlanModel>(response);
      expect(model.approvedBy).toMatchObject([{ by: "Lin", reason: "looked at every item", isMine: true }]);
    }
    const { heldPlans } = await jsonOf<HomeModel>(await second().get("/"));
    expect(heldPlans[0]?.approvedBy).toMatchObject([{ by: "Lin", isMine: false }]);
    const asSecond = await second().get(`${path}/approve`, { accept: "text/html", "accept-language": "zh" });
    expect(await asSecond.text()).toMatch(/已有 1 人批准，共需 2 人[\s\S]*Lin 已批准[\s\S]*looked at every item/);
    await second().post(`${path}/approve`, saying({ reason: "and I" }));
    const approval = await life.store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));
    expect(approval).toMatchObject({ caller: { via: "desk", subject: "on_second" } });
    expect(approval?.approvedBy).toMatchObject([
      { by: "Lin", provenBy: { subject: "on_approver" } },
      { by: "Wang", provenBy: { subject: "on_second" } },
    ]);
    expect((await jsonOf<HomeModel>(await approver().get("/"))).heldPlans).toEqual([]);
  });

  it("cannot refuse any more what was approved", async () => {
    const response = await second().post(`${path}/approve`, saying({ verdict: "refuse" }));
    expect(await refusalOf(response)).toEqual({ status: 409, code: "changed" });
  });
});

describe("an operator at the desk", () => {
  const operator = (): Browser => desk.as({ subject: "on_operator", name: "Zhao" });

  it("stops and resumes a source, and is named with the reason", async () => {
    expect((await operator().post(`/sources/${sourceId}/stop`, { reason: "an incident" })).status).toBe(200);
    expect((await operator().post(`/sources/${sourceId}/resume`, { reason: "all is well" })).status).toBe(200);
    expect(stops).toMatchObject([
      {
        sourceId,
        isStopped: true,
        act: { by: "Zhao", reason: "an incident", caller: { via: "desk", subject: "on_operator" } },
      },
      { sourceId, isStopped: false, act: { by: "Zhao", reason: "all is well" } },
    ]);
    // Told at once, each; and whoever cannot be told now keeps nobody from acting.
    expect(told.slice(-2)).toEqual([sourceId, sourceId]);
    expect(desk.notes.at(-1)).toBe("nobody can be told now");
  });

  it("stops, and does not resume, after having left: an incident waits for no directory", async () => {
    const acts: boolean[] = [];
    const afterLeaving = openDesk(life, {
      signIn: { ...nobodySignsIn, isStillHere: async () => false },
      acts: {
        remind: async () => ({ messagesSent: 1 }),
        tell: async () => {},
        setStopped: async (_, isStopped) => void acts.push(isStopped),
      },
    }).as({ subject: "on_operator" });
    const resumed = await afterLeaving.post(`/sources/${sourceId}/resume`, { reason: "all is well" });
    expect(await refusalOf(resumed)).toEqual({ status: 403, code: "left" });
    await afterLeaving.post(`/sources/${sourceId}/stop`, { reason: "an incident" });
    expect(acts).toEqual([true]);
  });

  it("has to say why, and of which source", async () => {
    const nothingVisible = "\u200b \u3164\ufe0f\u2060";
    for (const reason of ["", nothingVisible, "x".repeat(1_001)])
      expect(await refusalOf(await operator().post(`/sources/${sourceId}/stop`, { reason }))).toMatchObject({
        status: 400,
      });
    expect(await refusalOf(await operator().post("/sources/other/stop", { reason: "x" }))).toMatchObject({
      status: 404,
    });
  });

  it("reminds everybody who has not answered, or one who is asked", async () => {
    const { sources } = await jsonOf<HomeModel>(await operator().get("/"));
    const asked = sources!.find(({ source }) => source === sourceId)!.reviewers.find(({ id }) => id !== null)!;
    for (const reviewer of ["", asked.id])
      expect(await jsonOf(await operator().post(`${path}/remind`, { reviewer }))).toEqual({ messagesSent: 1 });
    expect(await refusalOf(await operator().post(`${path}/remind`, { reviewer: "7" }))).toMatchObject({ status: 400 });
    const unknown = `/reviews/${sourceId}/2020-01-01T000000Z/remind`;
    expect(await refusalOf(await operator().post(unknown, {}))).toEqual({ status: 404, code: "no-such-review" });
  });

  it("is told that the source is at work, and not that the store failed, where a stage has its lease", async () => {
    const stage = life.stageOf(review);
    const remind = () => underSourceLease(stage, async () => ({ messagesSent: 1 }));
    const acts = { remind, tell: async () => {}, setStopped: async () => {} };
    const atWork = openDesk(life, { acts }).as({ subject: "on_operator" });
    await underSourceLease(stage, async () => {
      expect(await refusalOf(await atWork.post(`${path}/remind`, {}))).toEqual({ status: 503, code: "busy" });
    });
    expect((await atWork.post(`${path}/remind`, {})).status).toBe(200);
  });

  it("is led back to a page that says what was done, in words, once", async () => {
    const form = { accept: "text/html", "accept-language": "en" };
    const page = await (await operator().get("/?done=stopped", form)).text();
    expect(page).toContain('role="status">The source is stopped');
    expect(await (await operator().get("/?done=<script>", form)).text()).not.toContain('role="status"');
  });

  it("is the only one who may: a reviewer and an approver are not", async () => {
    const before = stops.length;
    for (const subject of ["on_approver", "on_manager"]) {
      const browser = desk.as({ subject });
      for (const to of [`/sources/${sourceId}/stop`, `/sources/${sourceId}/resume`, `${path}/remind`])
        expect(await refusalOf(await browser.post(to, { reason: "x" }))).toEqual({ status: 403, code: "not-operator" });
    }
    expect(stops).toHaveLength(before);
  });

  it("is believed from the desk's own page alone", async () => {
    const forged = await operator().post(
      `/sources/${sourceId}/stop`,
      { reason: "x" },
      { origin: "https://evil.example" },
    );
    expect(await refusalOf(forged)).toEqual({ status: 403, code: "forged" });
  });
});
