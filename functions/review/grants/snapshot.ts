import type { Because } from "../because.ts";

/** Where a source's data comes from; reviews of one source are comparable only within one origin. */
export type Origin = { host: string; account: string };

/** Whether two reads are of the same host as the same app or zone. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  return a.host === b.host && a.account === b.account;
}

/** A named proof of completeness, with what was compared in `detail`. */
export type Check = { name: string; passed: boolean; detail: string; because?: Because };

/** How often one provider call was made for a snapshot, and from when to when. */
export type ReadTotals = {
  call: string;
  calls: number;
  items: number;
  retries: number;
  firstAt: string;
  lastAt: string;
};

/** One line of `reads.jsonl.gz`: a provider call that was answered. `parameters` hold ids and page sizes, never a secret. */
export type ReadLine = {
  call: string;
  parameters: Record<string, unknown>;
  page: string | null;
  status: number;
  items: number;
  /** SHA-256 of the reply's bytes. */
  sha256: string;
  logId: string | null;
  retries: number;
  at: string;
};

/** `snapshot.json`: what was read of one source, and the proof that it is whole. */
export type Snapshot = {
  formatVersion: 1;
  source: string;
  provider: string;
  origin: Origin;
  review: string;
  startedAt: string;
  takenAt: string;
  toolVersion: string;
  /** Which of the provider's ways to list was used, and why. */
  listing: { way: string; why: string };
  complete: boolean;
  population: { grants: number; holders: number; roles: number };
  parts: { key: string; sha256: string; grants: number }[];
  /** Who is responsible for the holders, and the hash of it; left out where no order of reviewers asks. */
  responsible?: { key: string; sha256: string };
  reads: ReadTotals[];
  checks: Check[];
};
