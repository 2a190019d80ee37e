import { sha256 } from "../../functions/basics/hash.ts";
import { epochMs } from "../../functions/basics/time.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import { normalizeScopes, sameScopes, scopesGrew } from "../../functions/review/grants/grant-comparison.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Intent, Outcome, Restored } from "../../functions/review/proof/receipt.ts";
import { keyOf, standingGrant, standingGrants } from "./company.ts";
import { openFakeStore } from "./fake-store.ts";
import { retirementFaults } from "./retirement-faults.ts";
import type { LifeRecord } from "./run-stage.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import { idOf, sourceId } from "./world.ts";

const decode = (body: Uint8Array): string => new TextDecoder().decode(body);

const readJson = <T>({ world }: LifeRecord, key: string): T | null => {
  const body = world.objects.get(key);
  return body ? (JSON.parse(decode(body)) as T) : null;
};

/** Everything that must be true of a life once it is over, whatever went wrong in it. Gives what is not. */
export const faultsAfter = async (
  record: LifeRecord,
  stages: StagesUnderTest,
  tamperSeed: number,
): Promise<string[]> => [
  ...record.watch.violations,
  ...[...record.reviews, ...record.sweeps].flatMap((review) => [
    ...snapshotFaults(record, review),
    ...receiptFaults(record, review),
    ...retirementFaults(record, review),
  ]),
  ...restoreFaults(record),
  ...resultFaults(record),
  ...(await evidenceFaults(record, stages, tamperSeed)),
];

/** No grant is listed twice, and what the manifest counts is what the parts hold. */
function* snapshotFaults(record: LifeRecord, review: string): Generator<string> {
  const snapshot = readJson<Snapshot>(record, reviewKeys(sourceId, review).snapshot);
  if (!snapshot) return;
  const grants = snapshot.parts.flatMap(({ key }) => linesOf(record, key) as Grant[]);
  const ids = grants.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) yield `${review} lists a grant twice`;
  if (ids.length !== snapshot.population.grants)
    yield `${review} counts ${snapshot.population.grants} grants and lists ${ids.length}`;
  const expected = [...record.watch.standingAt.get(review)!.keys()].sort().join(" ");
  if (record.isPatient && snapshot.complete && expected !== [...ids].sort().join(" "))
    yield `${review} does not list what stood when it was taken`;
}

const linesOf = ({ world }: LifeRecord, key: string): unknown[] =>
  decode(world.objects.get(key)!)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Every removal has its intent, and, once its review is sealed, an outcome that says so and that a read confirmed. */
function* receiptFaults(record: LifeRecord, review: string): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const isSealed = record.world.objects.has(keys.evidence);
  for (const { key, grantId, review: by, givenAtMs } of record.watch.removals) {
    if (by !== review) continue;
    const isGivenAnew = record.world.company.given.get(key)?.givenAtMs !== givenAtMs;
    if (!readJson<Intent>(record, keys.intent(grantId))) yield `${grantId} was removed and has no intent`;
    const outcome = readJson<Outcome>(record, keys.outcome(grantId));
    if (!isSealed) continue;
    if (!outcome) yield `${grantId} was removed and has no outcome, yet ${review} is sealed`;
    else if (outcome.outcome === "changed" && isGivenAnew) continue;
    else if (outcome.outcome !== "revoked") yield `${grantId} was removed and is called ${outcome.outcome}`;
    else if (outcome.verifiedAt === null) yield `${grantId} is called revoked and no read confirmed it`;
  }
  yield* narrowedFaults(record, review);
  const removed = new Set(record.watch.removals.filter((each) => each.review === review).map(({ grantId }) => grantId));
  for (const key of record.world.objects.keys()) {
    if (!key.startsWith(keys.receipts) || !key.endsWith(".outcome.json")) continue;
    const { grantId, outcome, at } = readJson<Outcome>(record, key)!;
    if ((outcome === "revoked" || outcome === "already-gone") && standsSince(record, grantId, at))
      yield `${grantId} is called ${outcome} and still stands`;
    const isAsked = record.watch.asked.has(`${review} ${grantId}`) || !record.isPatient;
    if (outcome === "revoked" && !isAsked) yield `${grantId} is called revoked and was never asked for`;
    if (outcome === "unverified" && removed.has(grantId)) yield `${grantId} was removed and is called unverified`;
  }
}

/** Every narrowing has its intent, and, once its review is sealed, an outcome that says so and that a read confirmed. */
function* narrowedFaults(record: LifeRecord, review: string): Generator<string> {
  const { world, watch } = record;
  const keys = reviewKeys(sourceId, review);
  for (const { key, grantId, review: by, givenAtMs } of watch.narrowings) {
    if (by !== review) continue;
    if (!readJson<Intent>(record, keys.intent(grantId))?.keep)
      yield `${grantId} was narrowed and has no intent that says so`;
    if (!world.objects.has(keys.evidence)) continue;
    const given = world.company.given.get(key);
    const isTouchedSince = given?.givenAtMs !== givenAtMs || given.goneAtMs !== null;
    const outcome = readJson<Outcome>(record, keys.outcome(grantId));
    if (!outcome) yield `${grantId} was narrowed and has no outcome, yet ${review} is sealed`;
    else if (outcome.outcome !== "narrowed" && !isTouchedSince)
      yield `${grantId} was narrowed and is called ${outcome.outcome}`;
    else if (outcome.verifiedAt === null) yield `${grantId} is called ${outcome.outcome} and no read confirmed it`;
  }
  const narrowed = new Set(watch.narrowings.map(({ review: by, grantId }) => `${by} ${grantId}`));
  for (const path of world.objects.keys()) {
    if (!path.startsWith(keys.receipts) || !path.endsWith(".outcome.json")) continue;
    const { grantId, outcome } = readJson<Outcome>(record, path)!;
    if (outcome === "narrowed" && !narrowed.has(`${review} ${grantId}`))
      yield `${grantId} is called narrowed and was not`;
  }
}

/** Whether a grant was there before an instant, and nothing has ended it since. */
const standsSince = ({ world }: LifeRecord, grantId: string, at: string): boolean => {
  const given = standingGrants(world.company, world.clock.now()).find((each) => idOf(each) === grantId);
  return given !== undefined && given.givenAtMs < epochMs(at);
};

/** What `restored.json` says is back is back, with at least the scopes it had. */
function* restoreFaults(record: LifeRecord): Generator<string> {
  for (const review of record.reviews.slice(-1)) {
    const keys = reviewKeys(sourceId, review);
    for (const path of record.world.objects.keys()) {
      if (!path.startsWith(keys.receipts) || !path.endsWith(".restored.json")) continue;
      const { grantId } = readJson<Restored>(record, path)!;
      const { grant } = readJson<Intent>(record, keys.intent(grantId))!;
      const key = keyOf({ holderId: grant.holder.id, roleId: grant.role.id });
      const given = standingGrant(record.world.company, key, record.world.clock.now());
      if (!given) yield `${grantId} is called restored and is not there`;
      // A combination may name a dimension twice: what it reaches is what its normal form says.
      else if (scopesGrew(normalizeScopes(given.scopes), grant.scopes))
        yield `${grantId} was restored with fewer scopes`;
      else if (record.watch.restored.has(key) && !sameScopes(given.scopes, grant.scopes))
        yield `${grantId} was restored with other scopes`;
    }
  }
}

/** What must work in the end, and what must not. */
function* resultFaults({ results, world }: LifeRecord): Generator<string> {
  for (const { review, work, result, error } of results) {
    const isTaken = world.objects.has(reviewKeys(sourceId, review).snapshot);
    if (work === "seal" && result === "failed" && isTaken) yield `a review cannot be sealed: ${error}`;
    if (work === "restore" && result === "failed" && isTaken) yield `a review cannot be restored: ${error}`;
    if (work === "seal what is forged" && result === "done")
      yield "a review was sealed as balanced with an outcome off its plan";
    if (work.endsWith("what is sealed") && result === "waiting") yield "a sealed review still waits";
  }
}

/** What was sealed verifies; with any byte changed, any object missing, or one too many, it does not. */
async function evidenceFaults(record: LifeRecord, stages: StagesUnderTest, tamperSeed: number): Promise<string[]> {
  const faults: string[] = [];
  for (const review of [...record.reviews, ...record.sweeps]) {
    const keys = reviewKeys(sourceId, review);
    const body = record.world.objects.get(keys.evidence);
    if (!body) continue;
    const verify = async (objects: Map<string, Uint8Array>): Promise<string[]> =>
      (await stages.verifyEvidence({ store: openFakeStore(objects), source: sourceId, review }, sha256(body))).faults;
    faults.push(...(await verify(record.world.objects)).map((fault) => `${review} does not verify: ${fault}`));
    const evidence = JSON.parse(decode(body)) as Evidence;
    if (!evidence.balance.balanced) faults.push(`${review} was sealed and is not balanced`);
    const tampered = tamperWith(record, { review, evidence, seed: tamperSeed });
    if ((await verify(tampered.objects)).length === 0) faults.push(`${review} verifies although ${tampered.how}`);
  }
  return faults;
}

type Tampering = { review: string; evidence: Evidence; seed: number };

const tamperWith = (
  { world }: LifeRecord,
  { review, evidence, seed }: Tampering,
): { objects: Map<string, Uint8Array>; how: string } => {
  const objects = new Map(world.objects);
  const keys = reviewKeys(sourceId, review);
  const listed = [...evidence.objects.map(({ key }) => key), keys.evidence];
  const key = listed[seed % listed.length]!;
  const way = (seed >>> 8) % 3;
  if (way === 0) {
    objects.delete(key);
    return { objects, how: `${key} is missing` };
  }
  if (way === 1) {
    const foreign = `${keys.root}receipts/${sha256(String(seed)).slice(0, 16)}.intent.json`;
    objects.set(foreign, new TextEncoder().encode("{}"));
    return { objects, how: `${foreign} is foreign` };
  }
  const body = Uint8Array.from(objects.get(key)!);
  if (body.length === 0) return { objects: new Map(objects).set(key, Uint8Array.of(32)), how: `${key} has grown` };
  const at = (seed >>> 10) % body.length;
  body[at] = body[at]! ^ 1;
  objects.set(key, body);
  return { objects, how: `byte ${at} of ${key} was changed` };
};
