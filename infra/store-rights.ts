import type { StageName } from "./stage-function.ts";

/**
 * What a function may do with objects of the store: patterns of keys, in which `*` stands for any text and `?` for one
 * character. Below `reviews/` and `decisions/` writing is adding once, elsewhere rewriting as well.
 */
export type StoreRights = { reads: readonly string[]; writes: readonly string[] };

/** The folder of any review of any source: its id begins with an instant. */
const review = "reviews/*/????-??-??T??????Z*";
const progress = "checkpoints/*/????-??-??T??????Z*";

/** The checkpoints of reviews, which the store tags so that the bucket deletes them in time. */
export const progressKeys = `${progress}/*`;

const leases = "checkpoints/_leases/*";
const everything = ["reviews/*", "checkpoints/*"];
const drift = "drift/*";

/**
 * What each function may read and write of the store. A function writes its own objects, and no other function's but
 * seal, which ends what expire began. Nothing else in the stack says what a function may do with the store.
 */
export const storeRights: Readonly<Record<StageName, StoreRights>> = {
  snapshot: {
    reads: everything,
    writes: [
      `${review}/grants/*`,
      ...[
        "roles.jsonl.gz",
        "reads.jsonl.gz",
        "responsible.jsonl.gz",
        "people.jsonl.gz",
        "conflict-grants.jsonl.gz",
        "snapshot.json",
      ].map((name) => `${review}/${name}`),
      `${progress}/snapshot.json`,
      `${progress}/spool/*`,
      leases,
    ],
  },
  assess: {
    reads: [...everything, "decisions/*", drift],
    writes: [`${review}/assessments/*`, `${progress}/assess.json`, leases],
  },
  expire: {
    reads: [...everything, "decisions/*"],
    writes: [
      `${review}/receipts/*.intent.json`,
      `${review}/receipts/*.outcome.json`,
      `${review}/retired-roles/*`,
      `${progress}/expire.json`,
      leases,
    ],
  },
  approve: { reads: everything, writes: [`${review}/approvals/*`, leases] },
  stop: {
    // Which review is open: one that is sealed, retired or was given up is not.
    reads: [
      ...["reviews/*/evidence.json", "reviews/*/retired/*", "reviews/*/stops/*", "checkpoints/*/stop.json"],
      `${review}/snapshot.json`,
    ],
    writes: ["reviews/*/stops/*", "checkpoints/*/stop.json"],
  },
  check: { reads: ["checkpoints/*/stop.json", leases], writes: [leases] },
  restore: { reads: everything, writes: [`${review}/receipts/*.restored.json`, leases] },
  seal: {
    reads: [...everything, "decisions/*", "tables/*", drift],
    writes: [
      ...["evidence.json", "evidence.sig", "evidence.pub.pem", "report.html", "report.csv"].map(
        (name) => `${review}/${name}`,
      ),
      `${review}/receipts/*.outcome.json`,
      `${review}/retired-roles/*.outcome.json`,
      "reviews/*/retired/*",
      `${progress}/seal.json`,
      // Of a review that nothing can seal: the store tags it as it does every checkpoint of a review.
      `${progress}/watch.json`,
      "checkpoints/*/watch.json",
      "tables/*",
      leases,
    ],
  },
  send: {
    reads: [...everything, "decisions/*/signed/*"],
    // How far reviewers had come when their messages were last updated.
    writes: [`${review}/messages/*`, `${progress}/cards.json`, leases],
  },
  events: {
    reads: ["reviews/*", "checkpoints/*", drift],
    writes: [drift, "checkpoints/*/drift/*", "checkpoints/_events/seen/*", "checkpoints/_events/sweeps/*"],
  },
  desk: {
    reads: [...everything, "decisions/*/signed/*", drift],
    writes: [
      // Events of the provider wait here; the function `events` works them off.
      "checkpoints/_events/waiting/*",
      "decisions/*/signed/*",
      `${review}/approvals/*`,
      // Which request of two that are the same is stored, and which sessions were signed out.
      `${progress}/desk/*`,
      "checkpoints/_desk/*",
      leases,
    ],
  },
};

/** Assess's objects: some end as seal's do, such as `report.html`, and a `*` matches folders too. */
export const assessmentKeys = `${review}/assessments/*`;

/** Whether objects of these keys are evidence, which Object Lock keeps. */
export function isEvidence(key: string): boolean {
  return key.startsWith("reviews/");
}

/** Whether objects of these keys are checkpoints of a review. */
export function isProgress(key: string): boolean {
  return key.startsWith(`${progress}/`);
}
