import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { sha256 } from "../basics/hash.ts";
import { isoInstant } from "../basics/time.ts";
import { decidedGrants } from "../ledger/decided-grants.ts";
import { openLedger } from "../ledger/ledger.ts";
import { createOnce } from "../ledger/write-once.ts";
import { decisionsPrefix, reviewIdOf } from "../review/keys.ts";
import { lineFaults } from "../review/rules/decided.ts";
import { type DecisionFault, decisionFaults, faultText, handInFaults } from "../review/rules/decision-faults.ts";
import { type DecisionFile, parseDecisions } from "../review/rules/decision-file.ts";
import { UsageError } from "./exit-code.ts";
import { type CommandSession, printResult } from "./session.ts";

type StoredDecisions = { source: string; key: string; decisions: number; encoding: DecisionFile["encoding"] };

/** Stores the decisions of a CSV file, and prints where. */
export async function runDecide(session: CommandSession, file: string): Promise<number> {
  const stored = await inSmallYoungSpace(() => storeDecisions(session, file));
  const { decisions, source, key, encoding } = stored;
  const { acts } = session.words;
  const readAs = encoding === "utf-8" ? [] : [acts.readAs(nameOf[encoding])];
  return printResult(session, "decide", stored, [acts.stored(decisions, source, key), ...readAs].join("\n"));
}

/**
 * V8 lets the space for what is new grow to 128 MB where much of it stays, as the lines of a large file do: 140 MB of 350 that
 * save no time. The factor by which it grows may be set while it runs, the size that it grows to may not.
 */
async function inSmallYoungSpace<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString("--semi-space-growth-factor=1");
  try {
    return await work();
  } finally {
    setFlagsFromString("--semi-space-growth-factor=2"); // V8's own
  }
}

const nameOf = { "utf-8": "UTF-8", "utf-16le": "UTF-16", "utf-16be": "UTF-16", gb18030: "GB18030 (GBK)" } as const;

/** Validates the file and stores it as it is. Throws a UsageError that names every bad line, and then stores nothing. */
async function storeDecisions(session: CommandSession, file: string): Promise<StoredDecisions> {
  const { config, store, clock } = session;
  const refusal = (fault: DecisionFault): UsageError =>
    new UsageError(faultText(fault, config.language), { isTold: true });
  const body = readFile(session, file);
  const parsed = parseDecisions(body, file, config.policy.timezone, config.language);
  if (parsed.decisions.length === 0 && parsed.faults.length === 0) throw refusal(handInFaults.empty(file));
  const sourceId = await findSource(session, parsed.decisions);
  // The lines' own faults come first: of a file with bad lines, which source it is about may be a question that mending them answers.
  const faults = [...parsed.faults];
  if (sourceId !== null) faults.push(...(await faultsInReviews(session, sourceId, { ...parsed, file })));
  if (faults.length > 0) {
    throw new UsageError([...faults, faultText(handInFaults.nothingStored, config.language)].join("\n"), {
      isTold: true,
    });
  }
  if (sourceId === null) throw refusal(handInFaults.whichSource(session.sources));
  const name = `${reviewIdOf(clock.now())}-${sha256(body).slice(0, 12)}.csv`;
  // Where the store knows who writes, everybody has a folder of their own, and the bucket's policy keeps others out of it.
  const folder = store.callerId ? `${await store.callerId()}/` : "";
  const key = `${decisionsPrefix(sourceId)}${folder}${name}`;
  await createOnce(store, key, body);
  return { source: sourceId, key: store.locate(key), decisions: parsed.decisions.length, encoding: parsed.encoding };
}

function readFile({ config }: CommandSession, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(faultText(handInFaults.unreadable(file, code), config.language), { isTold: true });
  }
}

/** The one chosen source that has reviews that the decisions name; null where that cannot be told. */
async function findSource(
  { store, sources }: CommandSession,
  decisions: DecisionFile["decisions"],
): Promise<string | null> {
  if (sources.length === 1) return sources[0]!;
  const reviews = new Set(decisions.map(({ review }) => review));
  const candidates: string[] = [];
  for (const sourceId of sources) {
    const known = await openLedger(store, sourceId).reviews();
    if (known.some((review) => reviews.has(review))) candidates.push(sourceId);
  }
  return candidates.length === 1 ? candidates[0]! : null;
}

type Lines = Pick<DecisionFile, "decisions" | "lineNumbers"> & { file: string };

/** Why decisions that can be read cannot be stored, a text for each line with a fault. */
async function faultsInReviews(
  session: CommandSession,
  sourceId: string,
  { decisions, lineNumbers, file }: Lines,
): Promise<string[]> {
  const [first] = decisions;
  if (!first) return [];
  const reviews = new Set(decisions.map(({ review }) => review));
  const faultsOfReviews = await reviewFaults(session, sourceId, reviews);
  const judging = session.stageOf(sourceId, first.review);
  const { decided } = await decidedGrants(judging, { decisions, asOf: isoInstant(session.clock.now()) });
  const ofLines = lineFaults(decided);
  return decided.flatMap(({ decision: { review }, judgement }, at) => {
    const fault = faultsOfReviews.get(review) ?? ofLines[at] ?? judgement.fault;
    return fault ? [`${file}:${lineNumbers[at]}: ${faultText(fault, session.config.language)}`] : [];
  });
}

/** Why reviews take no decisions, by review. */
async function reviewFaults(
  { store }: CommandSession,
  sourceId: string,
  reviews: ReadonlySet<string>,
): Promise<Map<string, DecisionFault>> {
  const ledger = openLedger(store, sourceId);
  const known = await ledger.reviews();
  const faults = new Map<string, DecisionFault>();
  for (const review of reviews) {
    if (!known.includes(review) || !(await ledger.hasSnapshot(review)))
      faults.set(review, decisionFaults.noSnapshot(review, sourceId));
    else if (await ledger.isSealed(review)) faults.set(review, decisionFaults.sealed(review));
  }
  return faults;
}
