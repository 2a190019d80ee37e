import { findGrants, grantBatchesOf, responsibleBookOf } from "../ledger/grants.ts";
import type { SubmittedDecisions } from "../ledger/signed-decisions.ts";
import {
  createRouter,
  type HandOn,
  handedOnIn,
  handOnsByGrant,
  type Person,
  type Responsible,
  type Router,
} from "../review/people/routing.ts";
import { isOwnGrant, namedPerson, plainReviewer } from "../review/rules/reviewer-cell.ts";
import type { Stage } from "../review/stage.ts";
import type { ReviewState } from "./review-state.ts";

type Answer = SubmittedDecisions["decisions"][number];

/** The grants that somebody at the desk handed on, whether they came back or not. */
export function handedOnBy(subject: string, { submitted }: ReviewState): Set<string> {
  const theirs = submitted.filter(({ provenBy }) => provenBy.subject === subject);
  return new Set(handedOnIn(theirs).map(({ answer }) => answer.grantId));
}

/** Why a grant cannot be handed on to whom an answer names. */
export type HandOnFault = "to-unknown" | "to-self" | "to-holder" | "to-left" | "nobody-next";

/** `ids`: those of whoever hands on, in the source; `byOf`: by which of them they are asked about a grant. */
type Handing = {
  stage: Stage;
  state: ReviewState;
  ids: readonly string[];
  byOf(grantId: string): HandOn["by"];
  at: string;
};

/**
 * The answers as they are stored: whom a grant is handed on to, by id or e-mail, is named by the id. `faults`: by the answer's
 * place, why its grant would come to nobody else.
 */
export async function resolveHandOns(
  { stage, state, ids, byOf, at }: Handing,
  answers: readonly Answer[],
): Promise<{ answers: Answer[]; faults: ReadonlyMap<number, HandOnFault> }> {
  const faults = new Map<number, HandOnFault>();
  const handed = answers.filter(({ decision }) => decision === "reassign");
  if (handed.length === 0 || !stage.reviewers) return { answers: [...answers], faults };
  const { store } = stage;
  const { snapshot } = state.stored;
  const book = await responsibleBookOf(store, snapshot, state.submitted);
  const people = await peopleNamed(stage, state, { book, cells: handed.flatMap(({ to }) => to ?? []) });
  const grants = await findGrants(store, snapshot, new Set(handed.map(({ grantId }) => grantId)));
  const peopleById = new Map([...book.peopleById, ...[...people.values()].map((one) => [one.id, one] as const)]);
  const route = createRouter(stage.reviewers, { ...book, peopleById }, { asOf: at, timezone: stage.policy.timezone });
  const earlier = handOnsByGrant(state.submitted);

  const faultOf = (
    grant: Parameters<Router>[0] & { id: string },
    to: Person | null,
    handOn: HandOn,
  ): HandOnFault | null => {
    if (to && ids.includes(to.id)) return "to-self";
    if (to && isOwnGrant(grant.holder, namedPerson([to.id], [to.email]))) return "to-holder";
    if (to && (to.status === "left" || to.status === "disabled")) return "to-left";
    if (route(grant, [...(earlier.get(grant.id) ?? []), handOn]).handOn === handOn) return null;
    // By their e-mail the person named is the reader, or the reader decides in their place.
    return to ? "to-self" : "nobody-next";
  };

  const resolved = answers.map((answer, place): Answer => {
    const grant = answer.decision === "reassign" ? grants.get(answer.grantId) : undefined;
    if (!grant) return answer;
    const to = answer.to === null ? null : (people.get(plainReviewer(answer.to)) ?? null);
    const toId = to?.id ?? null;
    const fault =
      answer.to !== null && !to
        ? "to-unknown"
        : faultOf(grant, to, { by: byOf(grant.id), to: toId, reason: answer.reason, at });
    if (fault) faults.set(place, fault);
    return { ...answer, to: toId };
  });
  return { answers: resolved, faults };
}

type Naming = { book: Responsible; cells: readonly string[] };

/** Whom ids and e-mails name, as compared: of those responsible, and of the people who hold a grant. */
async function peopleNamed(
  { store }: Stage,
  { stored: { snapshot } }: ReviewState,
  { book, cells }: Naming,
): Promise<Map<string, Person>> {
  const asked = new Set(cells.map(plainReviewer));
  const found = new Map<string, Person>();
  const note = ({ id, status, name, email }: Person): void => {
    for (const cell of [plainReviewer(id), plainReviewer(email)]) {
      const known = found.get(cell);
      // Of two employments with one e-mail, the one that has not ended.
      if (cell !== "" && asked.has(cell) && (!known || known.status === "left"))
        found.set(cell, { id, status, name, email });
    }
  };
  for (const person of book.peopleById.values()) {
    const isShown = person.status !== "unknown" || person.name !== null || person.email !== null;
    if (isShown) note(person);
  }
  if (asked.size === found.size) return found;
  for await (const grants of grantBatchesOf(store, snapshot)) {
    // A group decides nothing: its members are people.
    for (const { holder } of grants) for (const person of holder.members ?? [holder]) note(person);
  }
  return found;
}
