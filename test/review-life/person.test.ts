import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import { readPeopleMatch } from "../../functions/facts/authority.ts";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { openLedger } from "../../functions/ledger/ledger.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import type { ListedGrant } from "../../functions/report/rows/packed-rows.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { PeopleMatch, PersonLine } from "../../functions/review/people/person.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Intent } from "../../functions/review/proof/receipt.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { Rule } from "../../functions/review/rules/policy.ts";
import type { StageOptions } from "../../functions/runtime/open-stage.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { summarizeSources } from "../../functions/stages/show/summarize-sources.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { busiestReviewer, openDesk } from "../desk/open-desk.ts";
import { listedIn } from "../report/written-report.ts";
import { daysPass, endLives, type Life, openLife, plant, storedText } from "./open-life.ts";

afterEach(endLives);

/** Puts another object into a sealed pack, and its hash into the evidence; gives back what undoes both. */
async function forge(
  life: Life,
  keys: ReturnType<typeof reviewKeys>,
  { key, value }: { key: string; value: object },
): Promise<() => void> {
  const before = [key, keys.evidence].map((each): [string, string] => [each, storedText(life, each)]);
  const text = JSON.stringify(value);
  const evidence = (await life.store.getJson<Evidence>(keys.evidence))!;
  const objects = evidence.objects.map((each) => (each.key === key ? { key, sha256: sha256(text) } : each));
  plant(life, key, text);
  plant(life, keys.evidence, JSON.stringify({ ...evidence, objects }));
  return () => before.forEach(([each, was]) => void plant(life, each, was));
}

const leftElsewhere: Rule = {
  id: "left-elsewhere",
  when: 'person.known && person.status == "left" && !person.employedAgain',
  then: "expire",
  noticeDays: 3,
  reason: { en: "Has left, by the authority", zh: "权威数据源显示已离职" },
  overridable: true,
};

/** A company whose CoreHR says who people are, and the stages of its cloud zone. */
async function openPeople(options: SandboxOptions = {}) {
  const life = await openLife({ people: 400, ...options });
  const { sandbox, config, clock } = life;
  config.authority = { source: "people-hq", match: ["employeeNo", "email"] };
  config.policy.rules = [leftElsewhere];
  Object.assign(config.policy.guard, { maxExpiries: 100, maxShare: 1, maxRoleShare: 1, keepLastHolder: false });
  const endpoints = {
    "people-hq": { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.apps },
    "functional-roles": { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.apps },
    cloud: { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.cloud.keys },
  };
  const stageOf = (sourceId: keyof typeof endpoints, review: string, more: Partial<StageOptions> = {}) =>
    life.stageWith({
      sourceId,
      review,
      endpoint: endpoints[sourceId],
      authorityEndpoint: endpoints["people-hq"],
      ...more,
    });
  /** A new review of the source, up to its plan. */
  async function plan(sourceId: keyof typeof endpoints) {
    const review = reviewIdOf(clock.now());
    expect(await takeSnapshot(stageOf(sourceId, review))).toMatchObject({ status: "done" });
    if (sourceId !== "people-hq") await assessGrants(stageOf(sourceId, review));
    return review;
  }
  return { life, stageOf, plan, sandbox };
}

/** Holders whose grants a plan would remove, those that a guard holds too. */
async function planned({ store }: Life, sourceId: string, review: string) {
  const plan = (await newestPlan({ store, sourceId, review })) ?? expect.fail("there is no plan");
  return { plan, holders: [...new Set(plan.items.map(({ holderId }) => holderId))].sort() };
}

async function peopleWhoLeft({ store }: Life): Promise<string[]> {
  const [review = ""] = await openLedger(store, "people-hq").reviews();
  const left: string[] = [];
  for await (const { id, status } of store.readLines<PersonLine>(reviewKeys("people-hq", review).people)) {
    if (status === "left") left.push(id);
  }
  return left;
}

async function findUser({ store }: Life, holderId: string) {
  const review = (await openLedger(store, "cloud").reviews()).at(-1);
  const stored = review ? await loadSnapshot({ store, sourceId: "cloud", review }) : null;
  for await (const { holder } of stored ? grantsOf(store, stored.snapshot) : [])
    if (holder.id === holderId) return holder;
  return expect.fail("the snapshot has no such holder");
}

describe("a rule that asks for the person, over two sources", () => {
  it("removes in Identity Center what people hold who have left by CoreHR, and the plan names CoreHR's snapshot", async () => {
    const { life, plan, stageOf, sandbox } = await openPeople();
    const authorityReview = await plan("people-hq");
    const review = await plan("cloud");
    const { plan: made, holders } = await planned(life, "cloud", review);
    expect(holders).toEqual(sandbox.planted.leftElsewhere.cloud);
    expect(made.authority).toMatchObject({ source: "people-hq", review: authorityReview });
    await daysPass(life, 3);
    const free = made.items.filter(({ hold }) => hold === null).length;
    expect(free).toBeGreaterThan(0);
    expect(await expireGrants(stageOf("cloud", review))).toMatchObject({ status: "done", revoked: free });
    await sealEvidence(stageOf("cloud", review));
    const verify = async () => (await verifyEvidence({ store: life.store, source: "cloud", review }, null)).found;
    expect(await verify()).toEqual([]);
    // Every removal says that the person was asked for anew, of the authority whose snapshot the plan names.
    const keys = reviewKeys("cloud", review);
    const [item] = made.items.filter(({ hold }) => hold === null);
    const intentKey = keys.intent(item!.grantId);
    const intent = (await life.store.getJson<Intent>(intentKey)) ?? expect.fail("no intent");
    const { source, snapshotSha256 } = made.authority!;
    expect(intent.person).toMatchObject({ source, snapshotSha256, status: "left", lastDay: expect.any(String) });
    const { readAt } = intent.person!;
    expect(readAt >= made.createdAt && readAt <= intent.at).toBe(true);
    for (const change of [{ readAt: made.createdAt.replace(/^\d{4}/, "2020") }, { snapshotSha256: "0".repeat(64) }]) {
      const restoreAll = await forge(life, keys, {
        key: intentKey,
        value: { ...intent, person: { ...intent.person, ...change } },
      });
      expect((await verify()).map(({ code }) => code)).toContain("intent-person");
      restoreAll();
    }
    expect(await verify()).toEqual([]);
    // Another snapshot of CoreHR under the same name: the plan rests on people whom nobody can show any more.
    const { snapshot: key } = reviewKeys("people-hq", authorityReview);
    plant(life, key, storedText(life, key).replace('"complete": true', '"complete":  true'));
    expect((await verify()).map(({ code }) => code)).toEqual(["plan-authority"]);
  });

  it("is sealed with how many people there are and are known: other figures are found", async () => {
    const { life, plan, stageOf } = await openPeople({ people: 150 });
    const authorityReview = await plan("people-hq");
    await assessGrants(stageOf("people-hq", authorityReview));
    const review = await plan("cloud");
    for (const [source, id] of [
      ["people-hq", authorityReview],
      ["cloud", review],
    ] as const)
      await sealEvidence(stageOf(source, id));
    const found = async (source: string, id: string): Promise<string[]> => {
      const { found: faults } = await verifyEvidence({ store: life.store, source, review: id }, null);
      return faults.map(({ code, figures }) => `${code} ${figures.name}`);
    };
    expect([...(await found("cloud", review)), ...(await found("people-hq", authorityReview))]).toEqual([]);
    const keys = reviewKeys("cloud", review);
    const { people: key } = keys.assessment("0001");
    const match = (await life.store.getJson<PeopleMatch>(key)) ?? expect.fail("no people.json");
    const { holders, listed } = match;
    for (const [change, name] of [
      [{ holders: { ...holders, known: holders.known + 1 } }, "holders"],
      [{ holders: { ...holders, known: holders.known - 1, unknown: holders.unknown + 1 } }, "listed"],
      [{ holders: { ...holders, ambiguous: holders.ambiguous + 1, unknown: holders.unknown - 1 } }, "ambiguous"],
      [{ listed: [...listed, { holderId: "u-x", why: "nobody" }] }, "listed"],
    ] as const) {
      const restoreAll = await forge(life, keys, { key, value: { ...match, ...change } });
      expect(await found("cloud", review)).toContain(`people-figures ${name}`);
      restoreAll();
    }
    const authority = reviewKeys("people-hq", authorityReview);
    const snapshot = (await life.store.getJson<Snapshot>(authority.snapshot)) ?? expect.fail("no snapshot");
    const people = { ...snapshot.people!, people: snapshot.people!.people - 1 };
    await forge(life, authority, { key: authority.snapshot, value: { ...snapshot, people } });
    expect(await found("people-hq", authorityReview)).toContain("population people");
  });

  it("says in the report how many holders are known, and who is not, in both languages", async () => {
    const { life, plan, sandbox } = await openPeople();
    await plan("people-hq");
    const review = await plan("cloud");
    const html =
      (await life.store.get(reviewKeys("cloud", review).assessment("0001").html)) ?? expect.fail("no report");
    const page = new TextDecoder().decode(html.body);
    expect(page).toContain("Who the holders are");
    expect(page).toContain("持有人是谁");
    expect(page).toContain("No rule that asks who somebody is removes anything of those who are not known.");
    expect(sandbox.planted.leftElsewhere.cloud.length).toBeGreaterThan(0);
  });

  it("is also who the summary page names as leavers across systems, and nobody else", async () => {
    const { life, plan, stageOf, sandbox } = await openPeople();
    const authorityReview = await plan("people-hq");
    await assessGrants(stageOf("people-hq", authorityReview));
    const review = await plan("cloud");
    const key = await summarizeSources({
      reviews: [stageOf("people-hq", authorityReview), stageOf("cloud", review)].map((stage) => ({
        stage,
        status: "waiting" as const,
        error: null,
        report: null,
      })),
      notBegun: [],
      store: life.store,
      clock: life.clock,
      language: "en",
      timezone: "Asia/Shanghai",
    });
    const page = new TextDecoder().decode((await life.store.get(key))?.body);
    for (const holderId of sandbox.planted.leftElsewhere.forgotten) {
      expect(page).toContain((await findUser(life, holderId)).email);
    }
  });

  it("finds the members of functional roles by their employee number", async () => {
    const { life, plan, sandbox } = await openPeople();
    await plan("people-hq");
    const { holders } = await planned(life, "functional-roles", await plan("functional-roles"));
    expect(holders).toEqual(sandbox.planted.leftElsewhere.functional);
  });

  it("knows nobody before the authority was reviewed, nor by a snapshot that is older than a plan may be: nothing is planned", async () => {
    const { life, plan, sandbox } = await openPeople();
    expect((await planned(life, "cloud", await plan("cloud"))).plan).toMatchObject({ authority: null, items: [] });
    await plan("people-hq");
    await daysPass(life, 31);
    expect((await planned(life, "cloud", await plan("cloud"))).plan).toMatchObject({ authority: null, items: [] });
    await plan("people-hq");
    expect((await planned(life, "cloud", await plan("cloud"))).holders).toEqual(sandbox.planted.leftElsewhere.cloud);
  });

  it("knows nobody by a key that two people have, nor where an earlier key says another person", async () => {
    const { life, plan, sandbox } = await openPeople();
    const [leaver = ""] = sandbox.planted.leftElsewhere.cloud;
    await plan("cloud");
    await daysPass(life, 1);
    const email = (await findUser(life, leaver)).email ?? "";
    const [newcomer = ""] = sandbox.grants().map(({ holderId }) => holderId);
    sandbox.quirks.otherFields = { [newcomer]: { email_address: email.toUpperCase() } };
    await plan("people-hq");
    const review = await plan("cloud");
    expect((await planned(life, "cloud", review)).holders).not.toContain(leaver);
    const match = await readPeopleMatch({ store: life.store, sourceId: "cloud", review }, { assessment: "0001" });
    expect(match).toMatchObject({ holders: { ambiguous: 1 }, listed: [{ holderId: leaver, why: "several" }] });
  });
});

describe("keys of people that come for nobody", () => {
  async function checkOf({ store }: Life, source: string, review: string, name: string) {
    const stored = (await loadSnapshot({ store, sourceId: source, review })) ?? expect.fail("no snapshot");
    return stored.snapshot.checks.find((check) => check.name === name);
  }

  it.each([
    ["keys", { employee_number: ["*"], email_address: ["*"] }, "employeeNo, email"],
    ["persons", { "person_info.person_id": ["*"] }, "nobody would be known"],
  ])("leave the authority's own snapshot incomplete: %s", async (_what, withheldFields, said) => {
    const { life, stageOf, sandbox } = await openPeople();
    sandbox.quirks.withheldFields = withheldFields;
    const review = reviewIdOf(life.clock.now());
    expect(await takeSnapshot(stageOf("people-hq", review))).toMatchObject({ status: "incomplete" });
    const check = await checkOf(life, "people-hq", review, "people-listed");
    expect(check).toMatchObject({ passed: false, detail: expect.stringContaining(said) as string });
  });

  it("are no fault of the authority where another key finds its people", async () => {
    const { life, plan, sandbox } = await openPeople();
    sandbox.quirks.withheldFields = { employee_number: ["*"] };
    await plan("people-hq");
    expect((await planned(life, "cloud", await plan("cloud"))).holders).toEqual(sandbox.planted.leftElsewhere.cloud);
  });

  it("leave another source's snapshot incomplete where its rules ask who the holder is, and only there", async () => {
    const { life, plan, stageOf, sandbox } = await openPeople();
    life.config.authority = { source: "people-hq", match: ["email"] };
    await plan("people-hq");
    sandbox.quirks.deniedScopes = ["contact:user.email:readonly"];
    const review = reviewIdOf(life.clock.now());
    expect(await takeSnapshot(stageOf("functional-roles", review))).toMatchObject({ status: "incomplete" });
    expect(await checkOf(life, "functional-roles", review, "people-keys-answered")).toMatchObject({
      passed: false,
      because: { code: "keys-missing", figures: { keys: "email" } },
    });
    life.config.policy.rules = [{ ...leftElsewhere, when: 'holder.status == "left" && "person" != holder.id' }];
    await daysPass(life, 1);
    await plan("functional-roles");
  });
});

describe("what is put back in a source that does not say who people are", () => {
  /** A review of the cloud that took what people hold who are here, and the way to put it back. */
  async function openRemoved() {
    const opened = await openPeople({ people: 150 });
    const { life, stageOf, plan } = opened;
    const when = 'holder.kind == "user" && holder.status == "active"';
    life.config.policy.rules = [{ ...leftElsewhere, id: "of-people", when, noticeDays: 0 }];
    await plan("people-hq");
    const review = await plan("cloud");
    await expireGrants(stageOf("cloud", review));
    await sealEvidence(stageOf("cloud", review));
    const restore = (request: Parameters<typeof restoreGrants>[1]) => restoreGrants(stageOf("cloud", review), request);
    return { ...opened, review, restore };
  }

  it("needs naming where the authority alone says that the holder has left since, and nothing else does", async () => {
    const { life, sandbox, restore, review } = await openRemoved();
    const before = await restore({});
    expect(before).toMatchObject({ leftSince: [], needsNaming: [], add: expect.any(Array) });
    const { plan } = await planned(life, "cloud", review);
    const { grantId, holderId } = plan.items.find((item) => before.add!.includes(item.grantId))!;
    const user = sandbox.company.cloud.usersById.get(holderId)!;
    // The directory goes on showing them as enabled.
    user.isForgotten = true;
    sandbox.happen([{ op: "leave", at: life.clock.now(), holderId: user.holderId, lastDay: "2026-09-01" }]);
    const theirs = plan.items.filter((item) => item.holderId === holderId).map((item) => item.grantId);
    const answer = await restore({ all: true });
    expect(answer.leftSince.sort()).toEqual(theirs.filter((id) => before.add!.includes(id)).sort());
    expect(answer).toMatchObject({ restored: before.add!.length - answer.leftSince.length, notRestored: [] });
    expect(await restore({ grants: [grantId] })).toMatchObject({ restored: 1, notRestored: [] });
  });

  it("needs naming where the authority cannot be asked, and says so", async () => {
    const { sandbox, restore } = await openRemoved();
    const { add = [] } = await restore({});
    sandbox.quirks.failFor = { employeesBatchGet: { status: 403, code: 99991672 } };
    expect(await restore({ all: true })).toMatchObject({ restored: 0, needsNaming: add, personUnread: add });
    expect(await restore({ grants: [add[0]!] })).toMatchObject({ restored: 1 });
  });
});

describe("a removal that rests on the person", () => {
  /** A plan of the cloud whose items are due. */
  async function openDue(options: SandboxOptions = {}) {
    const opened = await openPeople(options);
    await opened.plan("people-hq");
    const review = await opened.plan("cloud");
    const { plan, holders } = await planned(opened.life, "cloud", review);
    await daysPass(opened.life, 3);
    const free = plan.items.filter(({ hold }) => hold === null);
    return { ...opened, review, plan, holders, free };
  }

  it("is not made where the person works here again by now", async () => {
    const { life, stageOf, review, free, sandbox } = await openDue();
    const leavers = await peopleWhoLeft(life);
    sandbox.happen(leavers.map((holderId) => ({ op: "return", at: life.clock.now(), holderId })));
    expect(await expireGrants(stageOf("cloud", review))).toMatchObject({ status: "done", changed: free.length });
  });

  it("is not made where the key has come to somebody else since the snapshot", async () => {
    const { life, stageOf, review, free, sandbox } = await openDue();
    const emails = await Promise.all(free.map(async ({ holderId }) => (await findUser(life, holderId)).email ?? ""));
    const others = [...new Set(sandbox.grants().map(({ holderId }) => holderId))];
    sandbox.quirks.otherFields = Object.fromEntries(emails.map((email, at) => [others[at]!, { email_address: email }]));
    expect(await expireGrants(stageOf("cloud", review))).toMatchObject({ status: "done", changed: free.length });
  });

  it("is not made while the authority cannot be read: the stage fails and says so, and goes on once it can", async () => {
    const { life, stageOf, review, free, sandbox } = await openDue();
    sandbox.quirks.failFor = { employeesBatchGet: { status: 403, code: 99991672 } };
    const before = sandbox.cloud.grants();
    await expect(expireGrants(stageOf("cloud", review))).rejects.toThrow(
      /as people-hq, which says who their holders are, could not be read: nothing was removed of them/,
    );
    expect(sandbox.cloud.grants()).toEqual(before);
    sandbox.quirks.failFor = {};
    expect(await expireGrants(stageOf("cloud", review))).toMatchObject({ status: "done", revoked: free.length });
    expect(life.clock.now()).toBeGreaterThan(0);
  });

  it("is made with ids too, and neither an e-mail nor an employee number is stored", async () => {
    const opened = await openPeople();
    opened.life.config.people = "ids";
    await opened.plan("people-hq");
    const review = await opened.plan("cloud");
    const { holders } = await planned(opened.life, "cloud", review);
    expect(holders).toEqual(opened.sandbox.planted.leftElsewhere.cloud);
    const { store } = opened.life;
    const lines: string[] = [];
    for await (const key of store.list("reviews/")) {
      if (key.endsWith(".jsonl.gz")) for await (const line of store.readLines(key)) lines.push(JSON.stringify(line));
    }
    expect(lines.filter((line) => line.includes("spruce.example.com") || /"employeeNo":"\d{1,8}"/.test(line))).toEqual(
      [],
    );
    await daysPass(opened.life, 3);
    expect((await expireGrants(opened.stageOf("cloud", review))).revoked).toBeGreaterThan(0);
  });
});

describe("a rule that compares with others", () => {
  const compared = (when: string): Rule => ({ ...leftElsewhere, id: "compared", when, then: "flag", noticeDays: 0 });

  /** The grants that a rule finds, and all, of a new CoreHR review. */
  async function find(when: string, peers?: { by: "department" | "manager" }) {
    const life = await openLife({ people: 400 });
    life.config.policy.rules = [compared(when)];
    if (peers) life.config.policy.peers = peers;
    const review = reviewIdOf(life.clock.now());
    await takeSnapshot(life.stageOf(review));
    await assessGrants(life.stageOf(review));
    const { store } = life;
    const stored = (await loadSnapshot({ store, sourceId: "people-hq", review })) ?? expect.fail("no snapshot");
    const grants: Grant[] = [];
    for await (const grant of grantsOf(store, stored.snapshot)) grants.push(grant);
    const found = new Set<string>();
    const { findings } = reviewKeys("people-hq", review).assessment("0001");
    for await (const finding of store.readLines<Finding>(findings))
      if (finding.rule === "compared") found.add(finding.grantId);
    const { html } = reviewKeys("people-hq", review).assessment("0001");
    const page = new TextDecoder().decode((await store.get(html))?.body);
    return { grants, found: [...found].sort(), page, life, review };
  }

  const isHere = ({ holder }: Grant): boolean => holder.status === "active" || holder.status === "leaving";

  it("sees how many active holders share the department, or the manager, and what share of them has the role", async () => {
    for (const [by, field] of [
      ["department", "departmentId"],
      ["manager", "managerId"],
    ] as const) {
      const { grants, found } = await find("peers.count >= 3 && peers.share < 0.5", { by });
      const expected = grants.filter(({ holder, role }) => {
        const peers = grants.filter((other) => isHere(other) && other.holder[field] === holder[field]);
        const all = new Set(peers.map((other) => other.holder.id));
        const having = peers.filter((other) => other.role.id === role.id);
        return holder[field] !== null && all.size >= 3 && having.length / all.size < 0.5;
      });
      expect(found).toEqual(expected.map(({ id }) => id).sort());
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it("is shown in report and desk: how many of the department, or of the manager, have the role", async () => {
    for (const [by, field] of [
      ["department", "departmentId"],
      ["manager", "managerId"],
    ] as const) {
      const { grants, page, life, review } = await find('holder.status == "active" || holder.status == "left"', { by });
      const figuresOf = ({
        holder,
        role,
      }: Pick<ListedGrant["grant"], "role"> & { holder: Pick<Grant["holder"], typeof field> }) => {
        const peers = grants.filter((other) => isHere(other) && other.holder[field] === holder[field]);
        const have = peers.filter((other) => other.role.id === role.id).length;
        const count = new Set(peers.map((other) => other.holder.id)).size;
        return holder[field] === null || count === 0 ? null : { by, count, have };
      };
      const notable = (await listedIn(page)).filter(({ findings }) => findings.length > 0);
      expect(notable.map(({ peers }) => peers)).toEqual(notable.map(({ grant }) => figuresOf(grant)));
      expect(notable.some(({ peers }) => peers && peers.have > 1)).toBe(true);
      const id = await busiestReviewer(life, review);
      const reader = openDesk(life).as({ subject: "on_manager", people: { "people-hq": [id] } });
      const asked = (await (await reader.get(`/reviews/people-hq/${review}`)).json()) as ReviewModel;
      const html = { accept: "text/html", "accept-language": "en" };
      const shown = await (await reader.get(`/reviews/people-hq/${review}`, html)).text();
      expect(shown).toMatch(
        by === "manager" ? /\d+ of \d+ with the same manager ha(ve|s) it/ : /\d+ of \d+ in .+? ha(ve|s) it/,
      );
      const byId = new Map(grants.map((grant) => [grant.id, grant]));
      expect(asked.rows.length).toBeGreaterThan(0);
      for (const { grantId, peers } of asked.rows) {
        const figures = figuresOf(byId.get(grantId)!);
        if (figures === null) expect(peers).toBe(null);
        else expect(peers).toMatchObject(figures);
      }
    }
  });

  it("sees all roles of the holder, by id and code", async () => {
    const { grants, found } = await find(
      'holder.roles.exists(r, r == "hr_administrator") && role.code != "hr_administrator"',
    );
    const holders = new Set(
      grants.filter(({ role }) => role.code === "hr_administrator").map(({ holder }) => holder.id),
    );
    const expected = grants.filter(({ holder, role }) => holders.has(holder.id) && role.code !== "hr_administrator");
    expect(found).toEqual(expected.map(({ id }) => id).sort());
  });

  it("never matches where there is nothing to compare with", async () => {
    const { grants, found } = await find("!(peers.count >= 1)");
    expect(grants.length).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });
});
