import { sha256 } from "../../basics/hash.ts";
import { BadInstantError } from "../../basics/time.ts";
import { readEvidenceBody } from "../../ledger/sealing.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";
import { contentsChecks } from "../../review/proof/contents-checks.ts";
import { chainDeletedAt, coverChecks, mayFollow, type PackCheck } from "../../review/proof/cover-checks.ts";
import { parseEvidence } from "../../review/proof/evidence.ts";
import { type Fault, fault, sayFault } from "../../review/proof/faults.ts";
import type { Contents, Cover, Link } from "../../review/proof/pack.ts";
import { planChecks } from "../../review/proof/plan-checks.ts";
import { recordChecks } from "../../review/proof/record-checks.ts";
import { exportFaults } from "./exported-pack.ts";
import { loadContents } from "./load-contents.ts";
import { loadCover, type PackPlace } from "./load-cover.ts";

/**
 * The result for an auditor; without faults the review is as it was sealed. `faults` are `found` in English. `signedBy`: the
 * SHA-256 of the key by which the evidence is signed, null where it is not, or its signature is bad. `isKeyNamed`: whether
 * that key was named as one that counts. `chain`: how many earlier reviews the chain reaches, null where none were given.
 * `deleted`: the earlier review at which the chain ends, as it was deleted on purpose; null where the chain is whole, or broken.
 */
export type Verified = {
  evidenceSha256: string | null;
  objects: number;
  chain: number | null;
  deleted: string | null;
  signedBy: string | null;
  isKeyNamed: boolean;
  faults: string[];
  found: Fault[];
  /** The pack as far as it could be read, for whoever has more to say of it. */
  contents: Contents | null;
};

/** The store, and the review in it whose evidence is verified. */
export type VerifiedPlace = { store: Store; source: string; review: string };

/**
 * How far evidence is believed. `keys`: the SHA-256 of the public keys that count (docs/security.md); with none, a signature
 * only proves that nobody without the key changed anything. `nowMs`: the present, so that nothing lies in the future.
 * `hasChain`: false where only this review's folder was given. `isExported`: there is a statement, which must say what the pack says. `deleteAfterDays`: after
 * which time today's configuration lets evidence be deleted.
 */
export type VerifyWith = {
  keys?: readonly string[];
  nowMs?: number;
  hasChain?: boolean;
  isExported?: boolean;
  deleteAfterDays?: number | undefined;
};

/** Checks the evidence of a review over the store alone: every check of the cover, the contents, the plans and the records, all faults at once. */
export async function verifyEvidence(
  { store, source, review }: VerifiedPlace,
  expectedSha256: string | null,
  { keys: trusted = [], nowMs, hasChain = true, isExported = false, deleteAfterDays }: VerifyWith = {},
): Promise<Verified> {
  const believed = { trusted, nowMs: nowMs ?? null, hasChain, isExported, deleteAfterDays: deleteAfterDays ?? null };
  const place: PackPlace = { store, source, review, ...believed };
  const { evidence: key } = reviewKeys(source, review);
  const body = await readEvidenceBody({ store, sourceId: source, review });
  if (!body) return resultOf(null, [fault("not-sealed", { key })]);
  const actual = sha256(body);
  const faults: Fault[] = [];
  if (expectedSha256 && expectedSha256 !== actual) {
    faults.push(fault("unexpected-hash", { key, actual, expected: expectedSha256 }));
  }
  const { evidence, saysTwice } = parseEvidence(body);
  if (saysTwice) faults.push(fault("duplicate-key", { key }));
  if (!evidence) {
    return resultOf({ sha256: actual, cover: null, contents: null }, [...faults, fault("not-evidence", { key })]);
  }
  const cover = await loadCover(place, evidence, body);
  const ofCover = run(coverChecks, cover);
  faults.push(...ofCover);
  // The figures of damaged objects would only repeat that the objects are damaged.
  const isWhole = !ofCover.some(({ code }) => damages.has(code));
  const { contents, found } = isWhole ? await readContents(place, cover) : { contents: null, found: [] };
  const ofExport = isExported && contents ? await exportFaults(store, contents) : [];
  return resultOf({ sha256: actual, cover, contents }, [...faults, ...found, ...ofExport]);
}

const damages: ReadonlySet<string> = new Set<Fault["code"]>([
  "missing",
  "deleted",
  "altered",
  "unreadable",
  "listed-outside",
]);

type Read = { contents: Contents | null; found: Fault[] };

async function readContents(place: PackPlace, cover: Cover): Promise<Read> {
  try {
    const { contents, faults } = await loadContents(place, cover);
    const checks = [...contentsChecks, ...planChecks, ...recordChecks];
    return { contents, found: [...faults, ...(contents ? run(checks, contents) : [])] };
  } catch (error) {
    if (!isOfForm(error)) throw error;
    return { contents: null, found: [fault("other-form", { check: "contents" })] };
  }
}

/** Runs every check. What has another form than a check expects is a fault: nobody knows that it is right. */
function run<P>(checks: readonly PackCheck<P>[], pack: P): Fault[] {
  const faults: Fault[] = [];
  for (const { name, faultsOf } of checks) {
    try {
      faults.push(...faultsOf(pack));
    } catch (error) {
      if (!isOfForm(error)) throw error;
      faults.push(fault("other-form", { check: name }));
    }
  }
  return faults;
}

/** A field is missing, is of another type, or is no instant: an object of another form than evidence has. */
function isOfForm(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof BadInstantError;
}

type Result = { sha256: string; cover: Cover | null; contents: Contents | null };

function resultOf(result: Result | null, found: Fault[]): Verified {
  const { cover = null, contents = null } = result ?? {};
  const signedBy = cover?.link.signature.kind === "good" ? cover.link.signature.keySha256 : null;
  return {
    evidenceSha256: result?.sha256 ?? null,
    objects: cover?.evidence.objects.length ?? 0,
    chain: cover ? chainLength(cover) : 0,
    deleted: cover && chainDeletedAt(cover),
    signedBy,
    isKeyNamed: signedBy !== null && (cover?.trusted.includes(signedBy) ?? false),
    faults: found.map((each) => sayFault(each)),
    found,
    contents,
  };
}

/** How many earlier reviews the links reach before one is missing or another. */
function chainLength({ link: newest, earlier }: Cover): number | null {
  if (earlier === null) return null;
  const byReview = new Map(earlier.map((link) => [link.review, link]));
  let length = 0;
  for (let link: Link | undefined = newest; link?.evidence?.previous; length++) {
    const { review, sha256: expected }: { review: string; sha256: string } = link.evidence.previous;
    const found: Link | undefined = mayFollow(link.review, review) ? byReview.get(review) : undefined;
    if (found?.sha256 !== expected) return length;
    byReview.delete(review);
    link = found;
  }
  return length;
}
