import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeskConfig } from "../../functions/config/config.ts";
import type { RefusalModel } from "../../functions/desk/model.ts";
import { openFeishuSignIn } from "../../functions/desk/sign-in/feishu.ts";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { checkAccess } from "../../functions/stages/check/check-access.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { busiestReviewer, deskConfig, deskUrl, openDesk } from "./open-desk.ts";

let life: Life;
let review: string;
let reviewer: string;

/** A desk where people of a tenant sign in by Feishu, at the host of the life's source. */
const deskOf = (tenant: string): DeskConfig => ({
  ...deskConfig,
  signIn: { provider: "feishu", baseUrl: life.config.sources[0]!.baseUrl, credentials: "env:DESK", tenant },
});

beforeAll(async () => {
  life = await openLife({ people: 100 });
  life.config.policy.decideWithinDays = 14;
  life.config.desk = deskOf(life.sandbox.desk.tenant);
  ({ review } = await planReview(life));
  reviewer = await busiestReviewer(life, review);
});
afterAll(endLives);

/** Signs the reviewer in at a desk of that tenant; gives the answer to the way back, and what the session's browser gets then. */
const signIn = async (tenant: string, desk: Partial<DeskConfig> = {}) => {
  const { sandbox, clock } = life;
  sandbox.quirks.signInTenant = tenant;
  const options = { baseUrl: sandbox.url, credentials: sandbox.desk, tenant, clock, provider: "feishu" as const };
  const sources = [{ id: sourceId, idType: "people_corehr_id" as const }];
  const { app, notes } = openDesk(life, { signIn: openFeishuSignIn({ ...options, sources }), desk });
  const begun = await app.request(`${deskUrl}/sign-in`);
  const page = new URL(begun.headers.get("location")!);
  page.searchParams.set("person", reviewer);
  const back = (await fetch(page, { redirect: "manual" })).headers.get("location")!;
  const cookiesOf = (response: Response): string =>
    response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
  const json = { accept: "application/json" };
  const signed = await app.request(back, { headers: { ...json, cookie: cookiesOf(begun) } });
  const get = async (path: string) =>
    await app.request(`${deskUrl}${path}`, { headers: { ...json, cookie: cookiesOf(signed) } });
  return { signed, get, notes };
};

const checksOf = async (desk: DeskConfig | null) => {
  life.config.desk = desk;
  const { checks } = await checkAccess(life.stageOf("check"));
  return checks.filter(({ call }) => call.startsWith("desk."));
};

describe("a source and the tenant under which people sign in", () => {
  it("is written down by the snapshot, and people of that tenant sign in as the source's people", async () => {
    const { snapshot } = (await loadSnapshot({ ...life.stageOf(review), review }))!;
    expect(snapshot.origin.tenant).toBe(life.sandbox.desk.tenant);
    const { signed, get, notes } = await signIn(life.sandbox.desk.tenant);
    expect(signed.status).toBe(302);
    expect((await get(`/reviews/${sourceId}/${review}`)).status).toBe(200);
    expect(notes).toEqual([]);
  });

  it("refuses whoever signs in under another tenant, by a page that names the source", async () => {
    const { signed, notes } = await signIn("another");
    expect(signed.status).toBe(403);
    const { code, figures } = (await signed.json()) as RefusalModel;
    expect([code, figures.source]).toEqual(["source-tenant", sourceId]);
    expect(signed.headers.getSetCookie().some((line) => line.startsWith("desk="))).toBe(false);
    expect(notes.join()).toContain(`Nobody is signed in as a person of ${sourceId}`);
  });

  it("lets an operator in, to whom its reviews are not theirs to decide, and says why at the review", async () => {
    const { signed, get } = await signIn("another", { approvers: [toIdType(reviewer, "union_id")], operators: [] });
    expect(signed.status).toBe(302);
    const refused = await get(`/reviews/${sourceId}/${review}`);
    expect([refused.status, ((await refused.json()) as RefusalModel).code]).toEqual([403, "source-tenant"]);
  });

  it("leaves who is who to desk.people, which says it whatever the tenant", async () => {
    const subject = toIdType(reviewer, "union_id");
    const { signed, get } = await signIn("another", { people: [{ subject, source: sourceId, id: reviewer }] });
    expect(signed.status).toBe(302);
    expect((await get(`/reviews/${sourceId}/${review}`)).status).toBe(200);
  });

  it("is asked for only where people sign in by accounts of its host", async () => {
    const [calls] = [life.sandbox.calls.byEndpoint.tenantQuery];
    const before = calls.calls;
    for (const desk of [
      null,
      deskConfig,
      { ...deskOf("t"), signIn: { ...deskOf("t").signIn, baseUrl: "https://open.larksuite.com" } },
    ])
      expect(await checksOf(desk)).toEqual([]);
    expect(calls.calls).toBe(before);
  });
});

describe("check", () => {
  it("names a source that is read from another tenant than people sign in under", async () => {
    const { tenant } = life.sandbox.desk;
    expect(await checksOf(deskOf(tenant))).toEqual([{ call: "desk.signIn.tenant", passed: true, missing: null }]);
    const [check] = await checksOf(deskOf("another"));
    expect(check).toMatchObject({ call: "desk.signIn.tenant", passed: false });
    expect(check!.missing).toContain(`is another, and ${sourceId} is read from the tenant ${tenant}`);
  });

  it("names the permission where the app may not say which tenant it is of, and the snapshot goes on without", async () => {
    life.sandbox.quirks.deniedScopes = ["tenant:tenant:readonly"];
    const desk = deskOf(life.sandbox.desk.tenant);
    const [check] = await checksOf(desk);
    expect(check).toMatchObject({ passed: false });
    expect(check!.missing).toContain("tenant:tenant:readonly");
    const other = await openLife({ people: 60 });
    other.sandbox.quirks.deniedScopes = ["tenant:tenant:readonly"];
    other.config.desk = desk;
    await takeSnapshot(other.stageOf("2026-10-01T020000Z"));
    const { snapshot } = (await loadSnapshot(other.stageOf("2026-10-01T020000Z")))!;
    expect([snapshot.complete, snapshot.origin.tenant]).toEqual([true, undefined]);
    life.sandbox.quirks.deniedScopes = [];
  });

  it("names an id of desk.people that nobody in the source has", async () => {
    const people = [
      { subject: "on_a", source: sourceId, id: reviewer },
      { subject: "on_b", source: "elsewhere", id: "6900000000000000003" },
      { subject: "on_c", source: sourceId, id: "6900000000000000004" },
    ];
    const checks = await checksOf({ ...deskConfig, people });
    expect(checks).toMatchObject([{ call: "desk.people[2].id", passed: false }]);
    expect(checks[0]!.missing).toContain("nobody has the id 6900000000000000004");
  });
});
