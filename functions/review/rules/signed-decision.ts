import { parseInstant } from "../../basics/time.ts";
import type { Decision, ProvenBy } from "./decision.ts";
import { decisionFaults } from "./decision-faults.ts";

/**
 * One answer of a reviewer. `seen`: the hash of the grant as it was shown. `to`: to whom it is handed on; null: to the next in
 * the order. `as`: by which other id of theirs in the source the reviewer is asked about this grant.
 */
export type SignedAnswer = {
  grantId: string;
  seen: string;
  decision: "keep" | "revoke" | "reassign";
  until: string | null;
  reason: string;
  to: string | null;
  as?: string;
};

/** `decisions/<source>/signed/<review>/<instant>-<16 hex>.json`: what a reviewer submitted at once. `oneAct`: one answer for all of them. */
export type SignedDecisions = {
  formatVersion: 1;
  review: string;
  reviewer: { id: string; name: string | null };
  provenBy: ProvenBy;
  snapshotSha256: string;
  decisions: SignedAnswer[];
  oneAct: boolean;
  decidedAt: string;
};

type ParsedSigned = { decisions: Decision[]; lineNumbers: number[]; faults: string[]; grantIds: string[] };

const signedKey = /^decisions\/[^/]+\/signed\/([^/]+)\/[^/]+-([0-9a-f]{16})\.json$/;

/** The review and the request that the key of a file of the desk names; null where the key is of no such file. */
export function signedNameOf(key: string): { review: string; request: string } | null {
  const [, review, request] = signedKey.exec(key) ?? [];
  return review === undefined || request === undefined ? null : { review, request };
}

/** The decisions of a file of the desk, as an assessment takes them; what was handed on is no decision. */
export function parseSigned(body: Uint8Array, key: string): ParsedSigned {
  const file = readSigned(body, key);
  if (!file)
    return {
      decisions: [],
      lineNumbers: [],
      faults: [`${key}: ${decisionFaults.signedFile.en}`],
      grantIds: grantIdsIn(body),
    };
  const decisions = file.decisions.flatMap(({ grantId, decision, until, reason, seen, as }): Decision[] => {
    if (decision === "reassign") return [];
    const { review, reviewer, decidedAt, provenBy } = file;
    return [{ review, grantId, decision, until, reviewer: as ?? reviewer.id, reason, decidedAt, provenBy, seen }];
  });
  return {
    decisions,
    lineNumbers: decisions.map((_, at) => at + 1),
    faults: [],
    grantIds: decisions.map(({ grantId }) => grantId),
  };
}

/** Of a damaged file the grants that it may speak of. */
function grantIdsIn(body: Uint8Array): string[] {
  return [...new TextDecoder().decode(body).matchAll(/"grantId"\s*:\s*"([0-9a-f]{16})"/g)].map(([, id]) => id!);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isInstant = (value: unknown): value is string => isText(value) && parseInstant(value) !== null;

/** A file of the desk; null where it is none: its review is the one that its key names, and every field has its form. */
export function readSigned(body: Uint8Array, key: string): SignedDecisions | null {
  const file = parseJson(body) as Partial<SignedDecisions> | null;
  if (typeof file !== "object" || file === null) return null;
  const { review, reviewer, provenBy, decisions, decidedAt } = file;
  const isWhole =
    review === signedNameOf(key)?.review &&
    isText(reviewer?.id) &&
    isText(provenBy?.provider) &&
    isText(provenBy.subject) &&
    isInstant(provenBy.signedInAt) &&
    isInstant(decidedAt) &&
    Array.isArray(decisions) &&
    decisions.every(isAnswer);
  return isWhole ? (file as SignedDecisions) : null;
}

function isAnswer(answer: Partial<SignedAnswer> | null): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const { grantId, seen, decision, until, reason, to, as } = answer;
  return (
    (as === undefined || isText(as)) &&
    /^[0-9a-f]{16}$/.test(String(grantId)) &&
    /^[0-9a-f]{64}$/.test(String(seen)) &&
    isText(reason) &&
    (decision === "keep"
      ? isInstant(until)
      : decision === "revoke" || (decision === "reassign" && (to === null || isText(to))))
  );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
}
