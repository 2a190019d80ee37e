import { expect, it } from "vitest";
import type { Store } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { sealEarlier, sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { currentReport } from "../../functions/stages/show/current-report.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { openLargeStage } from "../bench/large-review.ts";
import { openFakeStore } from "../properties/fake-store.ts";

const sealedReviews = 40;
const kinds = ["intent", "outcome"];

/** A store that counts the names that its lists give. */
const counting = (store: Store): { store: Store; listed: () => number } => {
  let count = 0;
  const counted = async function* (names: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const name of names) {
      count++;
      yield name;
    }
  };
  return {
    listed: () => count,
    store: {
      ...store,
      list: (prefix) => counted(store.list(prefix)),
      listFolder: (folder) => counted(store.listFolder(folder)),
    },
  };
};

/** As an older review leaves them: its manifest and evidence, and so many receipts and messages. */
const addOlderReview = async (
  { store, sourceId, review }: Stage,
  { year, removals, messages }: { year: number; removals: number; messages: number },
): Promise<void> => {
  const folder = `reviews/${sourceId}/${year}-07-01T020000Z`;
  for (const name of ["snapshot.json", "evidence.json"]) {
    await store.create(`${folder}/${name}`, (await store.get(`reviews/${sourceId}/${review}/${name}`))!.body);
  }
  const empty = new TextEncoder().encode("{}");
  for (const kind of kinds) {
    for (let at = 0; at < removals; at++) {
      await store.create(`${folder}/receipts/${at.toString(16).padStart(16, "0")}.${kind}.json`, empty);
    }
    for (let at = 0; at < messages; at++) await store.create(`${folder}/messages/plan-${at}.${kind}.json`, empty);
  }
};

const messenger: Stage["messenger"] = {
  channels: [
    {
      id: "ops",
      address: "ops",
      occasions: ["plan", "held", "ended"],
      isForReviewers: false,
      approvers: [],
      reportUrl: null,
      deskUrl: null,
      repeatableMs: 0,
      open: async () => ({ send: async () => ({ kind: "sent", id: "1" }), close: async () => {} }),
    },
  ],
  approveCommands: () => [],
};

const stages: Record<string, (stage: Stage) => Promise<unknown>> = {
  "seal what is open from before": sealEarlier,
  overdue: (stage) => overdueOf(stage, 100),
  snapshot: takeSnapshot,
  assess: assessGrants,
  expire: expireGrants,
  report: currentReport,
  send: sendMessages,
  seal: sealEvidence,
};

/** How many names each stage of a review lists, which follows 40 sealed reviews. */
const listedByStage = async (each: { removals: number; messages: number }): Promise<Record<string, number>> => {
  const store = withLines(openFakeStore());
  const stageOf = async (generation: number): Promise<Stage> => ({
    ...(await openLargeStage("nowhere", { grants: 400, generation })),
    messenger,
    store,
  });
  const first = await stageOf(0);
  for (const run of [takeSnapshot, assessGrants, sealEvidence]) await run(first);
  for (let at = 1; at < sealedReviews; at++) await addOlderReview(first, { ...each, year: 2026 - at });
  const listed: Record<string, number> = {};
  const second = await stageOf(1);
  for (const [name, run] of Object.entries(stages)) {
    const counted = counting(store);
    await run({ ...second, store: counted.store });
    listed[name] = counted.listed();
  }
  return listed;
};

it("a stage lists no messages of earlier reviews, and their receipts once where it looks for put-backs", async () => {
  const few = await listedByStage({ removals: 0, messages: 0 });
  const receipts = (sealedReviews - 1) * 5 * kinds.length;
  expect(await listedByStage({ removals: 0, messages: 5 })).toEqual(few);
  expect(await listedByStage({ removals: 5, messages: 0 })).toEqual({
    ...few,
    assess: few.assess! + receipts,
    seal: few.seal! + receipts,
  });
  for (const count of Object.values(few)) expect(count).toBeLessThan(3 * sealedReviews);
});
