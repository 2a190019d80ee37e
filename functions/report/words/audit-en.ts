import { type Fault, sayFault } from "../../review/proof/faults.ts";
import { pagesEn } from "./pages-en.ts";
import { phraseFor } from "./words.ts";

/** What verify says of a pack, in English. */
export const auditEn = {
  notSigned: "NOT SIGNED: whoever can write this store could have made it",
  signed: (key: string): string => `SIGNED by the key with SHA-256 ${key}, which was named`,
  signedUnnamed: (key: string): string =>
    `SIGNED by a key that nobody named: whoever can write this store could have signed by a key of their own. Its SHA-256 is ${key}: compare it with the one that you were given, or name that one with --key`,
  asSealed: "as it was sealed",
  faultCount: (count: number): string => (count === 1 ? "1 fault" : `${count} faults`),
  objects: (count: number): string => `${count} objects`,
  chain: (count: number): string => `${count} earlier reviews in the chain`,
  chainDeleted: (review: string): string =>
    `the chain begins here on purpose: ${review} and what was before it were deleted, as deleteAfterDays wants it; from then on each evidence has the hash of the one before`,
  chainNotGiven: "its chain was not given: whether it follows the reviews before it is not known",
  fault: (fault: Fault): string => `fault: ${sayFault(fault)}`,
  evidence: (hash: string): string => `evidence SHA-256 ${hash}`,
  /** The statement of an exported pack. */
  statement: {
    title: "ACCESS REVIEW: STATEMENT OF EVIDENCE (times are UTC)",
    headings: {
      reviewed: "1. What was reviewed",
      whole: "2. Is it complete?",
      decided: "3. Who decided (names are what people wrote, unless it says that they signed in)",
      removed: "4. What was removed, and how that was proved",
      stayed: "5. What was not removed",
      verify: "6. How to verify",
    },
    modes: { report: "report: removes nothing", enforce: "enforce: removes what its plan lets it" },
    source: (source: string, provider: string, host: string, account: string): string =>
      `source ${source}: ${provider} at ${host}, as ${account}`,
    review: (review: string, mode: string): string => `review ${review}, in mode ${mode}`,
    read: (from: string, to: string): string => `read from ${from} to ${to}`,
    sealed: (at: string, version: string): string => `sealed at ${at}, by access-review ${version}`,
    population: (grants: number, holders: number, roles: number, calls: number): string =>
      `${grants} grants of ${holders} holders in ${roles} roles, by ${calls} calls that were answered`,
    hash: (hash: string): string => `evidence SHA-256 ${hash}`,
    signedBy: (key: string): string => `signed by the key with SHA-256 ${key}`,
    notSigned: "not signed: whoever could write the store could have made it",
    controls: (names: string, count: number): string =>
      `demands that the rules name, in the policy's words (${count}): ${names}`,
    complete: "Yes: every listing was read to its end, and every check passed.",
    incomplete: "No: a check failed. Nothing was planned or removed.",
    checkOf: (name: string): string => phraseFor(pagesEn.checks, name),
    approved: (plan: string, by: string, at: string, reason: string): string =>
      `${by} approved plan ${plan.slice(0, 16)}… at ${at}: ${reason}`,
    decided: (reviewer: string, keep: number, revoke: number, isProven: boolean): string =>
      `${reviewer}: ${keep} to keep, ${revoke} to revoke${isProven ? " (signed in)" : ""}`,
    nobodyDecided: "Nobody approved or decided anything in this review.",
    more: (count: number): string => `and ${count} more: decisions.jsonl and approvals/ have every one`,
    uncounted: (count: number): string => `${count} decisions or files do not count: decisions.jsonl says why`,
    removed: (count: number): string =>
      `${count} grants were removed. Each was on the plan of this snapshot, was read and judged again, was announced by a receipt before the call, and was read once more until it was gone.`,
    proved: (first: string, last: string): string =>
      `These reads were made from ${first} to ${last}; receipts/ has one for each.`,
    alreadyGone: (count: number): string => `${count} were gone before they were to be removed.`,
    rolesDeleted: (count: number): string => `${count} roles were deleted once nobody was in them.`,
    putBack: (count: number): string => `${count} of them were put back since.`,
    refused: (count: number): string => `${count} the provider refused to remove: they are still there.`,
    failed: (count: number): string => `${count} removals failed.`,
    unverified: (count: number): string => `${count} removals were accepted, and the grant was still there.`,
    changed: (count: number): string => `${count} were left alone, as they or the reason had changed.`,
    pending: (count: number): string => `${count} were not due, or not done, when the review was sealed.`,
    held: (count: number): string => `${count} were held back:`,
    heldBy: (count: number, by: string): string => `${count}: ${phraseFor(pagesEn.heldBy, by)}`,
    kept: (count: number): string => `${count} were kept, as nothing asked for their removal.`,
    howToVerify: (review: string, source: string): string[] => [
      "npx access-review verify FILE.zip --key SHA256",
      "SHA256 is of the key that signs, as the company gave it to you by another way than this file. The command needs no",
      "configuration, no store and no network. It checks every object, signature and figure, and writes this page again:",
      "a page that was changed is a fault. Without the tool, a signature is checked by",
      `openssl dgst -sha256 -verify evidence.pub.pem -signature evidence.sig evidence.json   (in reviews/${source}/${review}/)`,
      "and each object by its SHA-256 in evidence.json. What is proved and what is not: docs/security.md.",
    ],
  },
};
