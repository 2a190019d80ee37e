import { type PersonLine, storedKeys } from "../review/people/person.ts";
import type { ReviewPlace, Store } from "../review/ports.ts";
import { type Located, openLocating, openNaming } from "../review/rules/decided.ts";
import {
  type Decision,
  type DecisionJudgement,
  judgeDecision,
  type KnownReviewer,
  type WhoDecides,
  whoDecides,
} from "../review/rules/decision.ts";
import { namedPerson, plainReviewer } from "../review/rules/reviewer-cell.ts";
import type { Stage } from "../review/stage.ts";
import { grantBatchesOf, loadSnapshot, responsibleBookOf, type StoredSnapshot } from "./grants.ts";
import { openLedger, readEvidence } from "./ledger.ts";
import { assessmentsOf, policyOfPlan, readPlan, whoReviewsOf } from "./plans.ts";
import { type SubmittedDecisions, signedDecisionsOf } from "./signed-decisions.ts";

type Snapshot = StoredSnapshot["snapshot"];

/** A decision with its grant, and whether it counts. */
export type Decided<D> = Located<D> & { judgement: DecisionJudgement };

/** Decisions in the order given; and which of the reviews that they name are sealed. */
export type DecidedGrants<D> = { decided: Decided<D>[]; sealed: string[] };

/** By what decisions on an open review are judged. A sealed review has its own. */
export type DecisionPlace = Pick<Stage, "store" | "sourceId" | "policy" | "reviewers">;

/** What a review says about decisions on its grants. */
type DecidedReview = {
  takenAt: string;
  who: WhoDecides | null;
  /** Whom a reviewer's cell names in that review. */
  reviewerOf(cell: string): KnownReviewer;
};

/**
 * Finds the grants that decisions are about, and judges the decisions as they stood at `asOf`. Lists the reviews once, and
 * reads each that is named once.
 */
export async function decidedGrants<D extends Decision>(
  judging: DecisionPlace,
  { decisions, asOf }: { decisions: readonly D[]; asOf: string },
): Promise<DecidedGrants<D>> {
  const { store, sourceId } = judging;
  const ledger = openLedger(store, sourceId);
  const known = new Set(decisions.length > 0 ? await ledger.reviews() : []);
  const decided = new Array<Decided<D>>(decisions.length);
  const sealed: string[] = [];
  const same = openSameJudgement();
  for (const [review, places] of Map.groupBy(decisions.keys(), (at) => decisions[at]!.review)) {
    const ofReview = places.map((at) => decisions[at]!);
    const stored = known.has(review) ? await loadSnapshot({ store, sourceId, review }) : null;
    const isSealed = stored !== null && (await ledger.isSealed(review));
    if (isSealed) sealed.push(review);
    const read = stored ? await readNamed(store, stored.snapshot, ofReview) : nothingRead;
    const decidedReview = stored && (await readReview(judging, { snapshot: stored.snapshot, isSealed, read }));
    const locate = openLocating(read.grants);
    for (const at of places) {
      const located = locate(decisions[at]!);
      decided[at] = { ...located, judgement: same(judgeOn(decidedReview, located, { judging, asOf })) };
    }
  }
  return { decided, sealed };
}

/** Gives one object for equal judgements: of a hundred thousand lines nearly all are judged alike. */
function openSameJudgement(): (judgement: DecisionJudgement) => DecisionJudgement {
  const known = new Map<string, DecisionJudgement>();
  return (judgement) => {
    const text = `${judgement.fault?.en} ${judgement.decidedAs.join()}`;
    const standing = known.get(text) ?? judgement;
    known.set(text, standing);
    return standing;
  };
}

async function readReview(
  judging: DecisionPlace,
  { snapshot, isSealed, read }: { snapshot: Snapshot; isSealed: boolean; read: ReadNamed },
): Promise<DecidedReview> {
  const { who, knownIds } = await askedFor(judging, snapshot, isSealed);
  const employments = await otherEmployments(judging.store, snapshot, read);
  const reviewerOf = await reviewersBy(judging, read, { isAsked: who !== null, knownIds, employments });
  return { takenAt: snapshot.takenAt, who, reviewerOf };
}

const nobody: KnownReviewer = { ...namedPerson([]), isKnown: false };

function judgeOn(
  review: DecidedReview | null,
  { decision, grant }: Located<Decision>,
  { judging: { policy }, asOf }: { judging: DecisionPlace; asOf: string },
): DecisionJudgement {
  return judgeDecision(decision, {
    grant,
    takenAt: review?.takenAt ?? null,
    reviewer: review?.reviewerOf(decision.reviewer) ?? nobody,
    who: review?.who ?? null,
    now: asOf,
    maxKeepDays: policy.guard.maxKeepDays,
    timezone: policy.timezone,
  });
}

/** The grants that decisions name; and by reviewer, as compared, the e-mails of those in the snapshot whom the cell names. */
type ListedGrant = NonNullable<Located<Decision>["grant"]>;

type ReadNamed = { grants: Map<string, ListedGrant>; emails: Map<string, Set<string>>; asked: Set<string> };

const nothingRead: ReadNamed = { grants: new Map(), emails: new Map(), asked: new Set() };

/** Goes through a snapshot once: for the grants with these ids, or with an id that one of these numbers can be of, and for the reviewers. */
async function readNamed(store: Store, snapshot: Snapshot, decisions: readonly Decision[]): Promise<ReadNamed> {
  const isNamed = openNaming(decisions);
  const asked = new Set(decisions.map(({ reviewer }) => plainReviewer(reviewer)));
  const read: ReadNamed = { grants: new Map(), emails: new Map(), asked };
  for await (const grants of grantBatchesOf(store, snapshot)) {
    for (const grant of grants) {
      if (isNamed(grant.id)) read.grants.set(grant.id, grant);
      notePeople(read, grant);
    }
  }
  return read;
}

function notePeople({ asked, emails }: ReadNamed, { holder }: ListedGrant): void {
  for (const { id, email } of [holder, ...(holder.members ?? [])]) {
    const address = plainReviewer(email);
    for (const cell of [plainReviewer(id), address]) if (asked.has(cell)) noteEmail(emails, cell, address);
  }
  const manager = plainReviewer(holder.managerId);
  if (asked.has(manager)) noteEmail(emails, manager, "");
}

function noteEmail(emails: ReadNamed["emails"], cell: string, address: string): void {
  const known = emails.get(cell) ?? new Set();
  emails.set(cell, known);
  if (address !== "") known.add(address);
}

type AskedFor = { who: WhoDecides | null; knownIds: { id: string; email: string | null }[] };

/**
 * Who decides on the grants of a review: of an open review as it is configured now, of a sealed one as its last assessment has
 * it, so that what counted goes on counting.
 */
async function askedFor(judging: DecisionPlace, snapshot: Snapshot, isSealed: boolean): Promise<AskedFor> {
  const { store, policy } = judging;
  const place: ReviewPlace = { store, sourceId: snapshot.source, review: snapshot.review };
  const last = isSealed ? (await assessmentsOf(place)).at(-1) : undefined;
  const plan = last === undefined ? null : await readPlan(place, last);
  const rules = plan ? ((await whoReviewsOf(place, plan))?.rules ?? null) : (judging.reviewers ?? null);
  if (!rules) return { who: null, knownIds: [] };
  const { decisions: counts = "any" } = plan ? await policyOfPlan(place, plan, "judge decisions") : policy;
  const submitted = await submittedIn(place, isSealed);
  const book = await responsibleBookOf(store, snapshot, submitted);
  const who = whoDecides(rules, book, { counts, timezone: policy.timezone, submitted });
  return { who, knownIds: [...book.peopleById.values()] };
}

/** What was submitted at the desk: of a sealed review only what was in the store when it was sealed. */
async function submittedIn(place: ReviewPlace, isSealed: boolean): Promise<SubmittedDecisions[]> {
  const submitted = await signedDecisionsOf(place);
  const sealed = isSealed && submitted.length > 0 ? await readEvidence(place) : null;
  const listed = sealed?.evidence.decisionFiles;
  const keys = listed && new Set(listed.map(({ key }) => key));
  return keys ? submitted.filter(({ key }) => keys.has(key)) : submitted;
}

/** By what a cell names somebody: those of the grants' holders who are the same person by another employment. */
type Employments = ReadonlyMap<string, ReadonlySet<string>>;

/** Where the source says who people are: whoever has two employments holds the grants of both, whatever the e-mails of each. */
async function otherEmployments(
  store: Store,
  { people }: Snapshot,
  { asked, grants }: ReadNamed,
): Promise<Employments> {
  const byCell = new Map<string, Set<string>>();
  if (!people || asked.size === 0 || grants.size === 0) return byCell;
  const holders = new Set([...grants.values()].flatMap(({ holder }) => [holder, ...(holder.members ?? [])]).map(idOf));
  const cellByAddress = new Map([...asked].flatMap((cell) => addressKeys(cell).map((key) => [key, cell] as const)));
  const cellsByPerson = new Map<string, Set<string>>();
  const holdersByPerson = new Map<string, Set<string>>();
  const add = (to: Map<string, Set<string>>, person: string, each: string): unknown =>
    to.set(person, (to.get(person) ?? new Set()).add(each));
  for await (const lines of store.readStoredLines<PersonLine>(people.key, people.sha256)) {
    for (const { id, personId, keys } of lines.parseAll()) {
      if (personId === null) continue;
      const cells = [plainReviewer(id), cellByAddress.get(keys.email ?? "") ?? ""];
      for (const cell of cells) if (asked.has(cell) && cell !== "") add(cellsByPerson, personId, cell);
      if (holders.has(id)) add(holdersByPerson, personId, id);
    }
  }
  for (const [person, cells] of cellsByPerson) {
    for (const id of holdersByPerson.get(person) ?? []) for (const cell of cells) add(byCell, cell, id);
  }
  return byCell;
}

function idOf({ id }: { id: string }): string {
  return id;
}

/** An e-mail as the list of people may have it: as it is, or hashed. */
function addressKeys(email: string): string[] {
  const keys = (["names", "ids"] as const).map((people) => storedKeys({ email }, { match: ["email"], people }).email);
  return keys.filter((key) => key !== undefined);
}

type Asked = { isAsked: boolean; knownIds: AskedFor["knownIds"]; employments: Employments };

async function reviewersBy(
  judging: DecisionPlace,
  { asked, emails }: ReadNamed,
  { isAsked, knownIds, employments }: Asked,
): Promise<DecidedReview["reviewerOf"]> {
  for (const { id, email } of knownIds) {
    const address = plainReviewer(email);
    for (const cell of [plainReviewer(id), address]) if (asked.has(cell)) noteEmail(emails, cell, address);
  }
  // Where nobody is asked for, the people of other sources may decide as well: whose grant it is, their e-mail says.
  const strangers = isAsked ? new Set<string>() : new Set([...asked].filter((cell) => !emails.has(cell)));
  const elsewhere = strangers.size > 0 ? await emailsElsewhere(judging, strangers) : new Map<string, Set<string>>();
  const byCell = new Map<string, KnownReviewer>();
  return (cell) => {
    const plain = plainReviewer(cell);
    const found = emails.get(plain);
    const known = byCell.get(plain) ?? {
      ...namedPerson([plain, ...(employments.get(plain) ?? [])], found ?? elsewhere.get(plain)),
      isKnown: found !== undefined,
    };
    byCell.set(plain, known);
    return known;
  };
}

/** The e-mails under which the newest complete snapshots of other sources show people. */
async function emailsElsewhere(
  { store, sourceId }: DecisionPlace,
  asked: Set<string>,
): Promise<Map<string, Set<string>>> {
  const read: ReadNamed = { grants: new Map(), emails: new Map(), asked };
  for await (const name of store.listFolder("reviews/")) {
    const other = name.replace(/\/$/, "");
    if (!name.endsWith("/") || other === sourceId) continue;
    const snapshot = await newestSnapshot(store, other);
    if (!snapshot) continue;
    for await (const grants of grantBatchesOf(store, snapshot)) for (const grant of grants) notePeople(read, grant);
  }
  return read.emails;
}

async function newestSnapshot(store: Store, sourceId: string): Promise<Snapshot | null> {
  for (const review of (await openLedger(store, sourceId).reviews()).toReversed()) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (stored?.snapshot.complete) return stored.snapshot;
  }
  return null;
}
