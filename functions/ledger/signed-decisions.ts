import { clocksDifferMs, epochMs, parseInstant } from "../basics/time.ts";
import { checkpointKey, signedDecisionsPrefix } from "../review/keys.ts";
import { DamagedError, type ReviewPlace, type Store } from "../review/ports.ts";
import { readSigned, type SignedAnswer, type SignedDecisions, signedNameOf } from "../review/rules/signed-decision.ts";
import { createJsonOnce } from "./write-once.ts";

/** What reviewers submitted at once, and the name of its file without `.json`: the number of its receipt. */
export type SubmittedDecisions = SignedDecisions & { number: string; key: string };

/**
 * Everything that was submitted at the desk on one review, oldest first; each request once, as two functions may have stored
 * it at the same time. A file that is not what the desk writes is left out here: the assessment tells of it.
 */
export async function signedDecisionsOf({ store, sourceId, review }: ReviewPlace): Promise<SubmittedDecisions[]> {
  const prefix = signedDecisionsPrefix(sourceId, review);
  const keyByRequest = new Map<string, string>();
  for await (const key of store.list(prefix)) {
    const request = signedNameOf(key)?.request;
    if (request !== undefined && !keyByRequest.has(request)) keyByRequest.set(request, key);
  }
  const read = await Promise.all(
    [...keyByRequest.values()].map(async (key) => {
      const stored = await store.get(key);
      const file = stored && readSigned(stored.body, key);
      return file && { ...file, key, number: key.slice(prefix.length, -".json".length) };
    }),
  );
  const found = read.filter((file) => file !== null);
  // Of two at one instant the order of their keys stands, in which they are listed.
  return found.sort((a, b) => epochMs(a.decidedAt) - epochMs(b.decidedAt));
}

/** The answers as they count, by grant: the newest of each grant, with who gave it. Of two at one instant the later file. */
export function newestAnswers(
  submitted: readonly SubmittedDecisions[],
): Map<string, { answer: SignedAnswer; of: SubmittedDecisions }> {
  const newest = new Map<string, { answer: SignedAnswer; of: SubmittedDecisions }>();
  for (const file of submitted) {
    for (const answer of file.decisions) {
      if (answer.decision !== "reassign") newest.set(answer.grantId, { answer, of: file });
    }
  }
  return newest;
}

const longestClaimMs = 60 * 60_000;

/** A claim that is no JSON claims nothing. */
function nothingOf(error: unknown): null {
  if (error instanceof DamagedError) return null;
  throw error;
}

/** Whether two say the same of one person: whenever, and in whichever session of theirs. */
function isSame(one: SignedDecisions | null, other: SignedDecisions): boolean {
  const said = (of: SignedDecisions): string =>
    JSON.stringify({ ...of, decidedAt: null, provenBy: { ...of.provenBy, session: null, signedInAt: null } });
  return one !== null && said(one) === said(other);
}

/**
 * What is submitted now, at the instant of the claim of an earlier try where that says the same of a little before. Whoever can
 * write below checkpoints/ decides nothing, and proves nothing.
 */
async function claimedBefore(store: Store, claim: string, decisions: SignedDecisions): Promise<SignedDecisions> {
  const claimed = await store.getJson<SignedDecisions>(claim).catch(nothingOf);
  const [claimedMs, nowMs] = [parseInstant(String(claimed?.decidedAt)), epochMs(decisions.decidedAt)];
  const isOfNow = claimedMs !== null && claimedMs >= nowMs - longestClaimMs && claimedMs <= nowMs + clocksDifferMs;
  return isOfNow && isSame(claimed, decisions) ? { ...decisions, decidedAt: claimed!.decidedAt } : decisions;
}

/**
 * Writes what was submitted, once: its name holds the instant and 16 hex digits of the request. Of two that write the same
 * request at the same time one claims it, and both write what the claim says: one file, whichever of them ends. A request that
 * was cut off after its claim is completed by the next try.
 */
export async function writeSignedDecisions(
  { store, sourceId, review }: ReviewPlace,
  { request, decisions }: { request: string; decisions: SignedDecisions },
): Promise<SubmittedDecisions> {
  const claim = checkpointKey(sourceId, review, `desk/${request}.json`);
  const { result } = await store.createJson(claim, decisions);
  const claimed = result === "created" ? decisions : await claimedBefore(store, claim, decisions);
  const number = `${claimed.decidedAt.replaceAll(":", "")}-${request}`;
  const key = `${signedDecisionsPrefix(sourceId, review)}${number}.json`;
  try {
    await createJsonOnce(store, key, claimed);
    return { ...claimed, number, key };
  } catch (error) {
    // In another session of theirs the same person was quicker.
    const standing = await store.getJson<SignedDecisions>(key).catch(() => null);
    if (standing && isSame(standing, claimed)) return { ...standing, number, key };
    throw error;
  }
}
