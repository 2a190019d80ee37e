import type { Because } from "../because.ts";

/**
 * The host and the account (app or zone) that a source was read from. Reviews of one source are comparable only within
 * one origin. `tenant`: whose account that is, where people sign in at the desk by accounts of a tenant and the provider tells.
 */
export type Origin = { host: string; account: string; tenant?: string };

/** Whether two origins are the same host and account. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  return a.host === b.host && a.account === b.account;
}

/** Whether only this machine can reach the host, or it is the embedded company. */
export function isLocalOrigin({ host }: Pick<Origin, "host">): boolean {
  return host === "sandbox" || /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}

/** A check that the snapshot is whole. `detail` says what was compared. */
export type Check = { name: string; passed: boolean; detail: string; because?: Because };

/** How often one provider call was made, and for how many items. */
type ReadCounts = { call: string; calls: number; items: number; retries: number };

/** The use of one provider call in a snapshot: counts, and the instants of the first and the last call. */
export type ReadTotals = ReadCounts & { firstAt: string; lastAt: string };

/** An answered provider call (one line of `reads.jsonl.gz`). `parameters` hold ids and page sizes, never a secret. */
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
} & ShownLine;

/**
 * What of the listings was kept since the line before that says any of it, left out where it is none: how many grants their
 * pages showed, and how many listings were begun and came to their end. A line of its own where the reads of these pages have
 * their lines already. Evidence of an earlier version has none of it, or the grants alone.
 */
export type ShownLine = { grants?: number; begun?: number; ended?: number };

/** `snapshot.json`: the manifest of what was read of one source, with the checks that the snapshot is whole. */
export type Snapshot = {
  formatVersion: 1;
  source: string;
  provider: string;
  origin: Origin;
  review: string;
  /** Left out of a review of everything. */
  kind?: "sweep";
  /**
   * Of a sweep that asked for some holders alone: whose last day was searched for (`YYYY-MM-DD`, both included; null: nobody's,
   * holders were named), and how many were asked for. Left out where the sweep had to read everything.
   */
  sweep?: { period: { from: string; until: string } | null; asked: number };
  startedAt: string;
  takenAt: string;
  toolVersion: string;
  /** The provider's listing strategy that was used, and why. */
  listing: { way: string; why: string; because?: Because };
  complete: boolean;
  population: { grants: number; holders: number; roles: number };
  parts: { key: string; sha256: string; grants: number }[];
  /** The object that says who is responsible for the holders; left out if no reviewer order needs business partners. */
  responsible?: { key: string; sha256: string };
  /** Everybody who works here or has left; left out unless the source says who people are. */
  people?: { key: string; sha256: string; people: number };
  /**
   * The grants of the roles that conflicts with other sources name, once more, so that an assessment of another source need not
   * read them all. `roles`: by the ids or codes in the configuration when the snapshot began. Left out where it names none.
   */
  conflictGrants?: { key: string; sha256: string; grants: number; roles: string[] };
  /** Of a sweep without the times. */
  reads: (ReadCounts & Partial<ReadTotals>)[];
  checks: Check[];
};

/**
 * By which snapshots of other sources the conflicts that span sources are judged; `unread`: sources without a complete one, so
 * that what people hold there is not known.
 */
export type ConflictBasis = {
  against: { source: string; review: string; takenAt: string; snapshotSha256: string }[];
  unread: string[];
};
