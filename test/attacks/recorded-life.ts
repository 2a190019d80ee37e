import { generateKeyPairSync, sign } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import type { EventAsk } from "../../functions/events/asked.ts";
import { takeEvent } from "../../functions/events/event-book.ts";
import { approvePlan, newestPlan } from "../../functions/ledger/plans.ts";
import { resolveReview, retireReview } from "../../functions/ledger/review-order.ts";
import { writeSignedDecisions } from "../../functions/ledger/signed-decisions.ts";
import { switchWrites } from "../../functions/ledger/stop.ts";
import { decisionsPrefix, driftKey, instantOfReview, reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { ObjectStore, Signer } from "../../functions/review/ports.ts";
import type { SignedDecisions } from "../../functions/review/rules/signed-decision.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { workOffQueue } from "../../functions/runtime/events/lambda-events.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { checkAccess } from "../../functions/stages/check/check-access.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { sealEarlier, sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import type { StageName } from "../../infra/stage-function.ts";
import { busiestReviewer, deskConfig, type OpenDesk, openDesk } from "../desk/open-desk.ts";
import { daysPass, openLife, rootOf } from "../review-life/open-life.ts";

/** What a function did to the store: `action` as S3 calls it. */
export type Done = { by: StageName; action: "GetObject" | "PutObject" | "DeleteObject"; key: string };

const reasons = { by: "Lin", reason: "as planned" };

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: async () => publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: async (body) => sign("sha256", body, privateKey),
  };
}

/**
 * Everything that each function did to the store in a life where each did all it can: people and functional roles are
 * reviewed, by a source that says who people are; a role is retired, a removal and the retirement are cut off and settled by
 * seal, a review of the future is retired, one that nothing can seal is left, what was removed is given back; somebody decides
 * and approves at the desk, which takes events that are worked off.
 */
export async function recordLife(): Promise<Done[]> {
  const life = await openLife({ people: 400, onDisk: true });
  const done: Done[] = [];
  let by: StageName = "snapshot";
  let cutOff: ((key: string) => boolean) | null = null;
  const store = openDirectoryStore(rootOf(life));
  const recording = <Args extends [string, ...unknown[]], T>(action: Done["action"], work: (...args: Args) => T) => {
    return (...args: Args): T => {
      if (action === "PutObject" && cutOff?.(args[0])) throw new Error("cut off");
      done.push({ by, action, key: args[0] });
      return work(...args);
    };
  };
  const recorded: ObjectStore = {
    ...store,
    get: recording("GetObject", store.get),
    stream: recording("GetObject", store.stream),
    create: recording("PutObject", store.create),
    createFrom: recording("PutObject", store.createFrom),
    replace: recording("PutObject", store.replace),
    delete: recording("DeleteObject", store.delete),
  };
  const { clock, config, sandbox } = life;
  const endpoint = { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook };
  const signer = newSigner();
  config.authority = { source: "people-hq", match: ["employeeNo", "email"] };
  const { role, functionalRole } = sandbox.planted.heldTogether;
  const between = [[{ source: "people-hq", roles: [role] }], [{ source: "functional-roles", roles: [functionalRole] }]];
  config.policy.conflicts = [{ id: "pay", between, reason: { en: "Too much", zh: "职责冲突" } }];
  const toReviewers = { to: "feishu-reviewers", idType: "people_corehr_id", baseUrl: "sandbox" } as const;
  config.messages.push({ ...toReviewers, occasions: ["plan", "reminder"] });

  const over = (sourceId: string) => {
    const messenger = openMessenger(config, sourceId, { clock, env: {}, endpoint, approveCommands: () => [] });
    return async <T>(name: StageName, work: (stage: Stage) => Promise<T>, named?: string): Promise<T> => {
      by = name;
      const lines = withLines(recorded);
      const nowMs = clock.now();
      const isFuture = named !== undefined && instantOfReview(named) > nowMs;
      const asked = { sourceId, review: named, nowMs, ofRetired: isFuture };
      // As on a machine whose clock is ahead: no review of the future may begin.
      const review = isFuture && name === "snapshot" ? named : await resolveReview(lines, asked);
      const options = { sourceId, review, store: lines, sealReview: null, hasTables: true, messenger };
      return await work(life.stageWith({ ...options, signer: name === "seal" ? signer : null }));
    };
  };

  const people = over("people-hq");
  const { review } = await people("snapshot", takeSnapshot);
  await people("assess", assessGrants);
  const plan = await people("assess", newestPlan);
  await store.create(`${decisionsPrefix("people-hq")}lin.csv`, decisionOn(plan!, clock.now()));
  await people("assess", assessGrants);
  const decided = await people("assess", newestPlan);
  await people("stop", (stage) => switchWrites(stage, true, reasons));
  await people("expire", expireGrants);
  await people("stop", (stage) => switchWrites(stage, false, reasons), review);
  by = "check"; // of no review
  await checkAccess(life.stageWith({ sourceId: "people-hq", review: "check", store: withLines(recorded) }));
  await people("approve", (stage) => approvePlan(stage, { planHash: decided!.planHash, ...reasons }));
  const place = { store: withLines(store), sourceId: "people-hq", review };
  await writeSignedDecisions(place, signedOn(decided!, clock.now()));
  await people("send", sendMessages);
  const { guard } = config.policy;
  config.policy.guard = { ...guard, maxExpiries: 1 };
  await people("assess", assessGrants);
  const held = await people("assess", newestPlan);
  config.desk = deskConfig;
  by = "desk";
  const atDesk = { store: withLines(recorded), stage: { store: withLines(recorded) } };
  const desk = openDesk(life, atDesk);
  await decideAtDesk(desk, await busiestReviewer(life, review), held!);
  config.policy.guard = guard;
  config.desk = null;
  await daysPass(life, 10);
  await people("assess", assessGrants);
  let left = 3;
  cutOff = (key) => key.endsWith(".outcome.json") && --left === 0;
  await people("expire", expireGrants).catch(() => {});
  cutOff = null;
  await people("seal", (stage) => overdueOf(stage, 1));
  await people("seal", sealEvidence);
  await people("send", sendMessages, review);
  await people("restore", (stage) => restoreGrants(stage, { all: true, ...reasons }), review);

  await daysPass(life, 1);
  const roles = over("functional-roles");
  for (const source of config.sources)
    if (source.id === "functional-roles") Object.assign(source, { retire: [retirableRoleId] });
  config.policy.guard.allowUnrestorable = true;
  sandbox.quirks.failFor = { functionalRoleDelete: { status: 400, code: 99991672 } };
  await roles("snapshot", takeSnapshot);
  await roles("assess", assessGrants);
  await roles("expire", expireGrants).catch(() => {});
  sandbox.quirks.failFor = {};
  await roles("seal", sealEvidence);
  const future = reviewIdOf(clock.now() + dayMs);
  await roles("snapshot", takeSnapshot, future);
  await roles("seal", (stage) => retireReview(stage, reasons), future);

  await daysPass(life, 1);
  await store.create(driftKey("functional-roles", isoInstant(clock.now()), "0123"), moveAt(clock.now()));
  for (const [name, work] of [
    ["snapshot", takeSnapshot],
    ["assess", assessGrants],
    ["seal", sealEvidence],
  ] as const)
    await roles<unknown>(name, work);

  await daysPass(life, 1);
  const unsealable = await roles("snapshot", takeSnapshot);
  const { assessment } = await roles("assess", assessGrants);
  rmSync(join(rootOf(life), reviewKeys("functional-roles", unsealable.review).assessment(assessment!).policy));
  await roles("seal", (stage) => sealEarlier({ ...stage, review: reviewIdOf(clock.now() + 60_000) }));

  by = "desk";
  const asks: EventAsk[] = [
    { asks: "leaver", person: { people_corehr_id: plan!.items[0]!.holderId } },
    { asks: "drift", roleId: role, scopes: [], holderIds: [] },
    { asks: "narrowed", removed: { departments: 1, users: 1, groups: 0 } },
  ];
  for (const ask of asks) {
    const event = { id: `event-${ask.asks}`, type: ask.asks, createdAtMs: clock.now(), body: {} };
    await takeEvent(withLines(recorded), event, { ask, nowMs: clock.now() });
  }
  await daysPass(life, 1);
  by = "events";
  for (const rule of config.policy.rules) if (rule.then === "expire") rule.sweep = true;
  config.desk = deskConfig;
  config.events = { baseUrl: "sandbox", credentials: null, tenant: null, sources: null };
  const queue = { wake: async () => {} };
  const silent = { ring: () => {}, note: () => {}, startSweep: async () => {}, shouldStop: () => false };
  await workOffQueue(config, { ...silent, store: withLines(recorded), clock, queue });
  by = "desk";
  await desk.as({ subject: "on_operator" }).get("/");
  return done;
}

/** Somebody decides on one of their grants, somebody approves the plan, and both sign out. */
async function decideAtDesk({ as }: OpenDesk, reviewer: string, { review, planHash }: Plan): Promise<void> {
  const path = `/reviews/people-hq/${review}`;
  const manager = as({ subject: "on_manager", people: { "people-hq": [reviewer] } });
  const { rows } = (await (await manager.get(path)).json()) as ReviewModel;
  const [{ grantId, seen }] = rows as [ReviewModel["rows"][number]];
  const decisions = [{ grantId, seen, decision: "keep", until: "2026-12-31", reason: "needed" }];
  await manager.post(`${path}/decisions`, { requestId: "request-1", decisions });
  await as({ subject: "on_approver" }).post(`${path}/approve`, { planHash, reason: "as planned" });
  await manager.post("/sign-out", {});
}

/** What an event said between the reviews. */
function moveAt(nowMs: number): Uint8Array {
  const at = isoInstant(nowMs);
  const said = { formatVersion: 1, kind: "move", source: "functional-roles", event: "0123", at, receivedAt: at };
  return new TextEncoder().encode(JSON.stringify({ ...said, holderId: "1", effectiveDate: at.slice(0, 10) }));
}

/** What somebody decides at the desk, whose function is not recorded here. */
function signedOn({ review, items, snapshotSha256 }: Plan, nowMs: number) {
  const { grantId, seen } = items.at(-1)!;
  const at = isoInstant(nowMs);
  const decisions: SignedDecisions = {
    formatVersion: 1,
    review,
    reviewer: { id: "lin", name: "Lin" },
    provenBy: { provider: "sandbox", subject: "on_lin", tenant: "sandbox", signedInAt: at, session: "0".repeat(64) },
    snapshotSha256,
    decisions: [{ grantId, seen, decision: "revoke", until: null, reason: "moved", to: null }],
    oneAct: false,
    decidedAt: at,
  };
  return { request: "0".repeat(16), decisions };
}

function decisionOn({ review, items }: Plan, nowMs: number): Uint8Array {
  const { grantId } = items[0]!;
  const [at, until] = [isoInstant(nowMs), isoInstant(nowMs + 60 * dayMs)];
  return new TextEncoder().encode(
    `review,grant_id,decision,until,reviewer,reason,decided_at\n${review},${grantId},keep,${until.slice(0, 10)},Lin,needed,${at}\n`,
  );
}
