import { overwrite } from "../../functions/ledger/checkpoint.ts";
import { approvePlan } from "../../functions/ledger/plans.ts";
import * as providers from "../../functions/providers/all.ts";
import { createDiffPage } from "../../functions/report/diff-page.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import { reviewIdOf } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { currentReport } from "../../functions/stages/show/current-report.ts";
import { departmentNamesOf, diffReviews } from "../../functions/stages/show/diff-reviews.ts";
import { personalReport } from "../../functions/stages/show/personal-report.ts";
import { type SummarizedReview, summarizeSources } from "../../functions/stages/show/summarize-sources.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";
import { daysPass, type Life, openLife } from "../review-life/open-life.ts";
import { allOf, hashesOf, steadyEnvironment, steadyFront, steadyLimit, steadySigner, steadyStore } from "./steadied.ts";

/** The hash of everything in the store by key, and of what the stages answered for each source; what verify found fault with. */
export type Golden = { hashes: Record<string, string>; faults: string[] };

/** A life whose stages leave the same bytes in every run. */
type GoldenLife = {
  life: Life;
  sources: string[];
  stageOf(sourceId: string, review: string): Stage;
  /** Notes what a stage answers. */
  note(answered: StageAnswer): void;
};

/** The shipped configuration, with everything in it that it leaves out and that leaves something behind. */
function configure({ config }: Life): void {
  for (const source of config.sources) {
    const { limitNames } = Object.values(providers).find(({ id }) => id === source.provider)!;
    source.limits = Object.fromEntries(limitNames.map((name) => [name, steadyLimit]));
    if (source.provider === "feishu-functional-role") Object.assign(source, { retire: [retirableRoleId] });
  }
  Object.assign(config.policy, { decideWithinDays: 10 });
  Object.assign(config.policy.guard, { maxExpiries: 1, maxShare: 1, maxRoleShare: 1, allowUnrestorable: true });
  const occasions = ["plan", "reminder", "held", "ended"] as const;
  config.messages = [
    { to: "feishu-chat", chatId: "oc_5a3bdc0ffee0access0reviews", baseUrl: "sandbox", occasions: [...occasions] },
    {
      to: "feishu-reviewers",
      idType: "people_corehr_id",
      baseUrl: "sandbox",
      sources: ["people-hq"],
      occasions: [...occasions],
      reportUrl: "https://reports.example.com/{key}",
    },
  ];
}

/** People who may use the cloud, and are blocked from now on. */
function disableCloudUsers({ sandbox, clock }: Life): void {
  const users = [...new Set(sandbox.cloud.grants().map(({ holderId }) => holderId))].filter((id) =>
    id.startsWith("u-"),
  );
  const by = { op: "cloud", by: "company", at: clock.now(), secretId: null } as const;
  sandbox.happen(users.slice(5, 8).map((userId) => ({ ...by, change: { kind: "disable", userId, isDisabled: true } })));
}

const keysIn = (store: Stage["store"], prefix: string): Promise<string[]> => allOf(store.list(prefix));

const rootOf = ({ sourceId, review }: Stage): string => `reviews/${sourceId}/${review}/`;

async function newestPlanOf(stage: Stage): Promise<Plan> {
  const keys = await keysIn(stage.store, `${rootOf(stage)}assessments/`);
  return (await stage.store.getJson<Plan>(keys.findLast((key) => key.endsWith("/plan.json"))!))!;
}

/** Keeps and revokes a grant each of people who are flagged, and keeps one for a time that is over at the next review. */
async function decide(stage: Stage): Promise<void> {
  const { store, sourceId, review, clock } = stage;
  const grants: Grant[] = [];
  for (const key of await keysIn(store, `${rootOf(stage)}grants/`)) {
    grants.push(...(await allOf(store.readLines<Grant>(key))));
  }
  const free = grants.filter(({ holder, role, removable, restorable }) => {
    return holder.status === "active" && removable && restorable && !role.isProtected;
  });
  const reviewer = free.findLast(({ holder }) => holder.kind === "user" && holder.id !== free[0]!.holder.id)!;
  const isoOf = (days: number): string => `${new Date(clock.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
  const lines = free.slice(0, 4).map(({ id }, at) => {
    const [decision, until] = at < 2 ? ["revoke", ""] : ["keep", isoOf(at === 2 ? 300 : 40)];
    return [review, id, decision, until, reviewer.holder.id, "looked at it", isoOf(0)].join(",");
  });
  const text = ["review,grant_id,decision,until,reviewer,reason,decided_at", ...lines, ""].join("\n");
  await store.create(`decisions/${sourceId}/${review}.csv`, new TextEncoder().encode(text));
}

/** Puts back the first grant that a review removed and that can be put back. */
async function restoreOne(stage: Stage): Promise<StageAnswer> {
  const outcomes = (await keysIn(stage.store, `${rootOf(stage)}receipts/`)).filter((key) =>
    key.endsWith(".outcome.json"),
  );
  const unrestorable = (await restoreGrants(stage, {})).unrestorable as string[];
  for (const key of outcomes) {
    const { grantId, outcome } = (await stage.store.getJson<Outcome>(key))!;
    if (outcome === "revoked" && !unrestorable.includes(grantId))
      return await restoreGrants(stage, { grants: [grantId], by: "ops", reason: "a mistake" });
  }
  throw new Error(`Cannot restore anything of ${stage.sourceId} as its review removed nothing that can be put back`);
}

const writePage = (stage: Stage, name: string, html: string): Promise<void> =>
  overwrite(stage.store, `checkpoints/${stage.sourceId}/${stage.review}/${name}.html`, new TextEncoder().encode(html));

/** The summary of all sources as they stand, and with it the report of each. */
async function summarize({ life, sources, stageOf }: GoldenLife, review: string, status: SummarizedReview["status"]) {
  const reviews: SummarizedReview[] = [];
  for (const sourceId of sources) {
    const stage = stageOf(sourceId, review);
    reviews.push({ stage, status, error: null, report: await currentReport(stage) });
  }
  const { store, clock } = stageOf(sources[0]!, review);
  const { language, policy } = life.config;
  await summarizeSources({ reviews, notBegun: [], store, clock, language, timezone: policy.timezone });
}

async function writePersonalReport(stage: Stage): Promise<void> {
  const keys = await keysIn(stage.store, `${rootOf(stage)}assessments/`);
  const key = keys.findLast((each) => each.endsWith("/reviewers.json"));
  const who = key ? await stage.store.getJson<{ reviewers: { id: string | null }[] }>(key) : null;
  const reviewer = who?.reviewers.find(({ id }) => id !== null)?.id;
  if (reviewer) await writePage(stage, "personal", (await personalReport(stage, reviewer))!.html);
}

/** Snapshot, assessment, and what people are told of it. */
async function begin({ note }: GoldenLife, stage: Stage): Promise<void> {
  note(await takeSnapshot(stage));
  note(await assessGrants(stage));
  note(await sendMessages(stage));
  await writePersonalReport(stage);
}

/** What is left when the window or the notices have ended: judged again, approved where that is needed, removed and sealed. */
async function end({ note }: GoldenLife, stage: Stage): Promise<void> {
  note(await assessGrants(stage));
  note(await sendMessages(stage));
  const tried = await expireGrants(stage);
  note(tried);
  if (tried.status === "held") {
    const { planHash } = await newestPlanOf(stage);
    await approvePlan(stage, { planHash, by: "ops", reason: "seen" });
    note(await sendMessages(stage));
    note(await expireGrants(stage));
  }
  note(await sealEvidence(stage));
  note(await sendMessages(stage));
}

async function writeDiff({ life }: GoldenLife, stage: Stage, from: string): Promise<void> {
  const { sourceId, review: to } = stage;
  const changed = await allOf(diffReviews(stage, { from, to }));
  const departmentNames = await departmentNamesOf(stage, { from, to });
  const { language, policy } = life.config;
  const { timezone } = policy;
  await writePage(
    stage,
    "diff",
    createDiffPage({ source: sourceId, from, to, language, timezone, changed, departmentNames }),
  );
}

/**
 * Two reviews of every source of the embedded company, with all that a review can leave behind. In the first people can
 * decide and are reminded of it, the brake holds the plan until somebody approves it, a role is retired, and one removal is
 * undone after the seal. The second comes three months later, in the other language: it waits for notices, and for nobody.
 */
export async function holdGoldenReviews(): Promise<Golden> {
  const life = await openLife({ people: 150, pace: Number.POSITIVE_INFINITY });
  const front = await steadyFront(life.sandbox.url);
  try {
    return await holdReviews(life, front.url);
  } finally {
    await front.close();
  }
}

async function holdReviews(life: Life, baseUrl: string): Promise<Golden> {
  const { config, sandbox } = life;
  configure(life);
  disableCloudUsers(life);
  const { store, words } = steadyStore(life.store);
  const { clock } = life;
  const signer = steadySigner();
  const answers = new Map<string, string[]>();
  const golden: GoldenLife = {
    life,
    sources: config.sources.map(({ id }) => id),
    stageOf(sourceId, review) {
      const { provider } = config.sources.find(({ id }) => id === sourceId)!;
      const messenger = openMessenger(config, sourceId, {
        clock: createJumpingClock(clock.now()),
        env: {},
        endpoint: { baseUrl, bot: sandbox.bot, webhook: sandbox.webhook },
        approveCommands: (of, planHash) => [`approve ${planHash}`, `go on with ${of}`],
      });
      const endpoint = { baseUrl, host: "sandbox", credentials: sandbox.credentialsByProvider[provider]! };
      const env = steadyEnvironment;
      const caller = { via: "command-line", user: "golden", host: "golden" } as const;
      const ports = { store, clock, env, endpoint, signer, messenger, hasTables: true };
      return life.stageWith({ sourceId, review, caller, ...ports });
    },
    note: ({ source, ...answered }) => {
      answers.set(source, [...(answers.get(source) ?? []), JSON.stringify(answered)]);
    },
  };
  const { sources, stageOf, note } = golden;
  const forEachSource = async (review: string, work: (stage: Stage) => Promise<void>): Promise<void> => {
    for (const sourceId of sources) await work(stageOf(sourceId, review));
  };

  const first = reviewIdOf(clock.now());
  await forEachSource(first, (stage) => begin(golden, stage));
  await daysPass(life, 2);
  await forEachSource(first, decide);
  await forEachSource(first, async (stage) => note(await expireGrants(stage)));
  await summarize(golden, first, "held");
  await daysPass(life, 7.5);
  await forEachSource(first, async (stage) => note(await assessGrants(stage)));
  await forEachSource(first, async (stage) => note(await sendMessages(stage)));
  await daysPass(life, 1);
  await forEachSource(first, (stage) => end(golden, stage));
  await summarize(golden, first, "sealed");
  await daysPass(life, 1);
  await forEachSource(first, async (stage) => note(await restoreOne(stage)));

  sandbox.liveOn();
  await daysPass(life, 90);
  Object.assign(config, { language: "en" });
  Object.assign(config.policy, { decideWithinDays: 0 });
  Object.assign(config.policy.guard, { maxExpiries: 20 });
  const second = reviewIdOf(clock.now());
  await forEachSource(second, (stage) => begin(golden, stage));
  await forEachSource(second, async (stage) => note(await expireGrants(stage)));
  await summarize(golden, second, "waiting");
  await daysPass(life, 15);
  await forEachSource(second, (stage) => end(golden, stage));
  await summarize(golden, second, "sealed");
  await forEachSource(second, (stage) => writeDiff(golden, stage, first));

  const faults: string[] = [];
  for (const review of [first, second]) {
    for (const source of sources) faults.push(...(await verifyEvidence({ store, source, review }, null)).faults);
  }
  return { hashes: await hashesOf(store, { words, answers }), faults };
}
