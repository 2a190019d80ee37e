import { readFileSync } from "node:fs";
import { sha256 } from "../basics/hash.ts";
import { isoInstant } from "../basics/time.ts";
import { grantsOf, loadSnapshot } from "../ledger/grants.ts";
import { type Ledger, openLedger } from "../ledger/ledger.ts";
import { createOnce } from "../ledger/write-once.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewIdOf } from "../review/keys.ts";
import { checkDecision, type Decision } from "../review/rules/decision.ts";
import { parseDecisions } from "../review/rules/decision-file.ts";
import { UsageError } from "./exit-code.ts";
import { printResult, type Session } from "./session.ts";

/** Stores the decisions of a CSV file, and prints where. */
export async function decide(session: Session, file: string): Promise<number> {
  const stored = await storeDecisions(session, file);
  const text = `Stored ${stored.decisions} decisions on ${stored.source}: ${stored.key}`;
  return printResult(session, "decide", stored, text);
}

/** Validates the file and stores it. Throws a UsageError that names every bad line, and then stores nothing. */
async function storeDecisions(
  session: Session,
  file: string,
): Promise<{ source: string; key: string; decisions: number }> {
  const body = readFile(file);
  const { decisions, lineNumbers, faults } = parseDecisions(
    new TextDecoder().decode(body),
    file,
    session.config.policy.timezone,
  );
  if (decisions.length === 0 && faults.length === 0) throw new UsageError(`${file} holds no decisions`);
  const sourceId = await findSource(session, decisions);
  const grants = await loadDecidedGrants(session, sourceId, decisions);
  const allFaults = [...faults];
  const ledger = openLedger(session.store, sourceId);
  for (const [at, decision] of decisions.entries()) {
    const grant = grants.get(decisionKey(decision)) ?? null;
    const fault = await faultOfDecision(session, ledger, { sourceId, decision, grant });
    if (fault) allFaults.push(`${file}:${lineNumbers[at]}: ${fault}`);
  }
  if (allFaults.length > 0) throw new UsageError(`${allFaults.join("\n")}\nNothing was stored.`);
  const key = `${decisionsPrefix(sourceId)}${reviewIdOf(session.clock.now())}-${sha256(body).slice(0, 12)}.csv`;
  await createOnce(session.store, key, body);
  return { source: sourceId, key: session.store.locate(key), decisions: decisions.length };
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`Cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function decisionKey({ review, grantId }: Pick<Decision, "review" | "grantId">): string {
  return `${review}/${grantId}`;
}

/** The one chosen source that has reviews that the decisions name. */
async function findSource({ store, sources }: Session, decisions: Decision[]): Promise<string> {
  if (sources.length === 1) return sources[0]!;
  const reviews = new Set(decisions.map(({ review }) => review));
  const candidates: string[] = [];
  for (const sourceId of sources) {
    const known = await openLedger(store, sourceId).reviews();
    if (known.some((review) => reviews.has(review))) candidates.push(sourceId);
  }
  if (candidates.length === 1) return candidates[0]!;
  throw new UsageError(`Cannot tell which source the decisions are about: name it with --source ${sources.join("|")}`);
}

/** The grants that the decisions are about, by review and grant id. */
async function loadDecidedGrants(
  { store }: Session,
  sourceId: string,
  decisions: Decision[],
): Promise<Map<string, Grant>> {
  const grants = new Map<string, Grant>();
  for (const [review, decided] of Map.groupBy(decisions, (decision) => decision.review)) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (!stored) continue;
    const ids = new Set(decided.map(({ grantId }) => grantId));
    for await (const grant of grantsOf(store, stored.snapshot)) {
      if (ids.has(grant.id)) grants.set(decisionKey({ review, grantId: grant.id }), grant);
    }
  }
  return grants;
}

type Decided = { sourceId: string; decision: Decision; grant: Grant | null };

/** Why a decision cannot be stored; null if it can. */
async function faultOfDecision(
  { config, clock }: Session,
  ledger: Ledger,
  { sourceId, decision, grant }: Decided,
): Promise<string | null> {
  const isKnown = (await ledger.reviews()).includes(decision.review);
  if (!isKnown || !(await ledger.hasSnapshot(decision.review)))
    return `review ${decision.review} of ${sourceId} has no snapshot`;
  if (await ledger.isSealed(decision.review))
    return `review ${decision.review} is sealed and takes no more decisions: decide in the open review`;
  return checkDecision(decision, {
    grant,
    now: isoInstant(clock.now()),
    maxKeepDays: config.policy.guard.maxKeepDays,
    timezone: config.policy.timezone,
  });
}
