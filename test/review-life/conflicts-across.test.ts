import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { newestPlan, storedFindings } from "../../functions/ledger/plans.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import type { ConflictBasis } from "../../functions/review/grants/snapshot.ts";
import { decisionsPrefix, reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { daysPass, endLives, type Life, openLife } from "./open-life.ts";

afterEach(endLives);

const [hr, roles] = ["people-hq", "functional-roles"] as const;
const reason = { en: "Prepares and approves payments", zh: "同时制单与审批付款" };

/** A company whose people hold roles in two sources, and the stages of both. */
async function openBoth() {
  const life = await openLife({ people: 300 });
  const { sandbox, config, clock, store } = life;
  config.authority = { source: hr, match: ["employeeNo", "email"] };
  const endpoint = { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.apps };
  const stageOf = (sourceId: string, review: string) =>
    life.stageWith({ sourceId, review, endpoint, authorityEndpoint: endpoint });
  const review = reviewIdOf(clock.now());
  const read = async (sourceId: string): Promise<Grant[]> => {
    expect(await takeSnapshot(stageOf(sourceId, review))).toMatchObject({ status: "done" });
    const { snapshot } = (await loadSnapshot({ store, sourceId, review })) ?? expect.fail("no snapshot");
    const all: Grant[] = [];
    for await (const grant of grantsOf(store, snapshot)) all.push(grant);
    return all;
  };
  const findings = async (sourceId: string): Promise<Finding[]> => {
    const place = { store, sourceId, review };
    const plan = (await newestPlan(place)) ?? expect.fail("no plan");
    const found: Finding[] = [];
    for await (const lines of storedFindings(place, plan)) found.push(...lines.parseAll());
    return found.filter(({ rule }) => rule === "conflict:pay");
  };
  return { life, stageOf, review, read, findings, assess: (source: string) => assessGrants(stageOf(source, review)) };
}

/** Somebody who holds a role in each source, by an employee number that nobody else has. */
function somebodyInBoth(ofHr: Grant[], ofRoles: Grant[]): [Grant, Grant] {
  const byNumber = new Map(ofHr.map((grant) => [grant.holder.keys?.employeeNo, grant]));
  for (const grant of ofRoles) {
    const number = grant.holder.keys?.employeeNo;
    const other = number === undefined ? undefined : byNumber.get(number);
    if (other && other.holder.status === "active") return [other, grant];
  }
  return expect.fail("nobody holds roles in both sources");
}

function setAgainst({ config }: Life, [mine, theirs]: [Grant, Grant]): void {
  config.policy.conflicts = [
    {
      id: "pay",
      between: [[{ source: hr, roles: [mine.role.id] }], [{ source: roles, roles: [theirs.role.id] }]],
      reason,
    },
  ];
}

describe("a conflict that spans sources", () => {
  it("is found on the grants of both, by who is one person, and the assessment says by which snapshot", async () => {
    const { life, review, read, findings, assess, stageOf } = await openBoth();
    const { store, sandbox } = life;
    const { role, functionalRole } = sandbox.planted.heldTogether;
    life.config.policy.conflicts = [
      { id: "pay", between: [[{ source: hr, roles: [role] }], [{ source: roles, roles: [functionalRole] }]], reason },
    ];
    const ofHr = (await read(hr)).filter((grant) => grant.role.code === role);
    const ofRoles = (await read(roles)).filter((grant) => grant.role.id === functionalRole);
    const pair = somebodyInBoth(ofHr, ofRoles);
    for (const [source, at] of [
      [hr, 0],
      [roles, 1],
    ] as const) {
      const other = at === 0 ? roles : hr;
      const { conflictGrants: aside, parts } = (await loadSnapshot({ store, sourceId: other, review }))!.snapshot;
      const lines: Grant[] = [];
      for await (const grant of store.readLines<Grant>(aside!.key, aside!.sha256)) lines.push(grant);
      expect(lines).toEqual(at === 0 ? ofRoles : ofHr);
      expect(aside).toMatchObject({ grants: lines.length, roles: [at === 0 ? functionalRole : role] });
      // What was put aside is all that is read of the other source.
      const move = (from: string, to: string) => {
        for (const { key } of parts) {
          life.objects.set(key + to, life.objects.get(key + from)!);
          life.objects.delete(key + from);
        }
      };
      move("", ".away");
      await assess(source);
      move(".away", "");
      const found = (await findings(source)).find(({ grantId }) => grantId === pair[at]!.id);
      expect(found?.conflict?.with).toContainEqual(
        expect.objectContaining({ source: other, review, grantId: pair[1 - at]!.id }),
      );
      const basis = await store.getJson<ConflictBasis>(reviewKeys(source, review).assessment("0001").conflicts);
      expect(basis).toMatchObject({ against: [{ source: other, review }], unread: [] });
      await sealEvidence(stageOf(source, review));
      expect((await verifyEvidence({ store, source, review }, null)).faults).toEqual([]);
    }
  });

  it("says of a source that was never read that nothing is known of it, and finds once it is read", async () => {
    const { life, review, read, findings, assess } = await openBoth();
    const ofHr = await read(hr);
    life.config.policy.conflicts = [
      {
        id: "pay",
        between: [[{ source: hr, roles: [ofHr[0]!.role.id] }], [{ source: roles, roles: ["7vrj3vk70xk7v5r"] }]],
        reason,
      },
    ];
    await assess(hr);
    const basis = await life.store.getJson<ConflictBasis>(reviewKeys(hr, review).assessment("0001").conflicts);
    expect(basis).toMatchObject({ against: [], unread: [roles] });
    const { html } = reviewKeys(hr, review).assessment("0001");
    const report = new TextDecoder().decode((await life.store.get(html))?.body);
    expect(report).toContain("What people hold in functional-roles is not known");
    const pair = somebodyInBoth(ofHr, await read(roles));
    setAgainst(life, pair);
    expect(await assess(hr)).toMatchObject({ assessment: "0002" });
    expect((await findings(hr)).map(({ grantId }) => grantId)).toContain(pair[0].id);
    expect(await assess(hr)).toMatchObject({ assessment: "0002" });
  });

  it("is answered in one source by a revoke that the other's assessment took in: a new assessment of the same plan says so", async () => {
    const { life, review, read, findings, assess } = await openBoth();
    const pair = somebodyInBoth(await read(hr), await read(roles));
    setAgainst(life, pair);
    const before = await assess(hr);
    await assess(roles);
    await daysPass(life, 1);
    const at = isoInstant(life.clock.now());
    const line = [review, pair[1].id, "revoke", "", life.sandbox.company.backgroundHolders[0], "too much", at].join(
      ",",
    );
    const text = `review,grant_id,decision,until,reviewer,reason,decided_at\n${line}\n`;
    await life.store.create(`${decisionsPrefix(roles)}one.csv`, new TextEncoder().encode(text));
    await assess(roles);
    const after = await assess(hr);
    expect([after.planHash, after.assessment]).toEqual([before.planHash, "0002"]);
    const found = (await findings(hr)).find(({ grantId }) => grantId === pair[0].id);
    expect(found?.suppressedBy?.because?.code ?? found?.conflict?.all).toBeDefined();
    expect(found?.suppressedBy).toMatchObject({ because: { code: "conflict-revoked" } });
  });
});
