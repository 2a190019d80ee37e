import { endOfDay, epochMs } from "../../basics/time.ts";
import type { Grant, Holder, HolderStatus } from "../grants/grant.ts";

/** The kinds of reviewers, in their default order. */
export const reviewerKinds = [
  "role-owner",
  "holder-hrbp",
  "department-hrbp",
  "location-bp",
  "manager",
  "fallback",
] as const;

export type ReviewerKind = (typeof reviewerKinds)[number];

/** `to` decides in place of `from` until the end of the calendar date `until` (`YYYY-MM-DD`). */
export type Delegate = { from: string; to: string; until: string; reason?: string | undefined };

/**
 * Who reviews the grants of a source. People are named by their id in the source. `roleOwners` is keyed by role id or
 * code.
 */
export type ReviewerRules = {
  order: ReviewerKind[];
  roleOwners: Record<string, string>;
  fallback: string | null;
  delegates: Delegate[];
};

/** An id of somebody, and where the configuration of a source has it: `reviewers.fallback`, `reviewers.delegates[0].to`. */
export type NamedReviewer = { id: string; at: string };

/** The reviewers whom the rules name and may ask: a delegation that is over asks nobody. */
export function namedReviewers(
  { order, roleOwners, fallback, delegates }: ReviewerRules,
  { timezone, nowMs }: { timezone: string; nowMs: number },
): NamedReviewer[] {
  const owners = order.includes("role-owner") ? Object.entries(roleOwners) : [];
  return [
    ...(fallback === null ? [] : [{ id: fallback, at: "reviewers.fallback" }]),
    ...owners.map(([role, id]) => ({ id, at: `reviewers.roleOwners.${role}` })),
    ...delegates.flatMap(({ from, to, until }, n) =>
      endOfDay(until, timezone) <= nowMs
        ? []
        : [
            { id: from, at: `reviewers.delegates[${n}].from` },
            { id: to, at: `reviewers.delegates[${n}].to` },
          ],
    ),
  ];
}

/** A possible reviewer. `managerId` is left out where nobody is known to be above them. */
export type Person = {
  id: string;
  status: HolderStatus;
  name: string | null;
  email: string | null;
  managerId?: string;
};

/** Business partners and people, as the snapshot read them. A holder or department without partners is absent. */
export type Responsible = {
  partnersByHolder: ReadonlyMap<string, readonly string[]>;
  /** Partners of the department and of the departments above, the nearest first. */
  partnersByDepartment: ReadonlyMap<string, readonly string[]>;
  /** Partners of the holder's workplace. */
  localPartnersByHolder: ReadonlyMap<string, readonly string[]>;
  peopleById: ReadonlyMap<string, Person>;
};

/** A reviewer by the order who has left, and was skipped. */
export type PassedOver = { id: string; by: ReviewerKind };

/**
 * The reviewer of a grant. `by`: the kind of reviewer in the order; null where a reviewer handed the grant on to a named
 * person, and, as `reviewer`, if nobody may review the grant. `delegateOf`: in whose place the reviewer decides. `handOn`: what brought
 * the grant to the reviewer, where it was handed on.
 */
export type Route = {
  reviewer: string | null;
  by: ReviewerKind | null;
  delegateOf: string | null;
  passedOver: readonly PassedOver[];
  handOn?: HandOn | undefined;
};

/**
 * A reviewer's "not mine" about one grant. `to`: the person it is handed on to; null: the next in the order. `at`: ISO 8601.
 */
export type HandOn = { by: { id: string; name: string | null }; to: string | null; reason: string; at: string };

/** What a reviewer submitted at once, as far as the routing takes it. */
type Submitted = {
  reviewer: HandOn["by"];
  decidedAt: string;
  decisions: readonly { grantId: string; decision: string; to: string | null; reason: string; as?: string }[];
};

/** What was handed on, each with the file in which somebody submitted it, in the order of `submitted`. */
export function handedOnIn<File extends Submitted>(
  submitted: readonly File[],
): { answer: File["decisions"][number]; of: File }[] {
  return submitted.flatMap((file) =>
    file.decisions.filter(({ decision }) => decision === "reassign").map((answer) => ({ answer, of: file })),
  );
}

/** What was handed on, by grant. `submitted`, and so the hand-ons of a grant: oldest first. */
export function handOnsByGrant(submitted: readonly Submitted[]): ReadonlyMap<string, HandOn[]> {
  const byGrant = Map.groupBy(handedOnIn(submitted), ({ answer }) => answer.grantId);
  const handOnOf = ({ answer: { to, reason, as }, of }: ReturnType<typeof handedOnIn>[number]): HandOn => ({
    by: as === undefined ? of.reviewer : { ...of.reviewer, id: as },
    to,
    reason,
    at: of.decidedAt,
  });
  return new Map([...byGrant].map(([grantId, ofGrant]) => [grantId, ofGrant.map(handOnOf)]));
}

/** `handOns`: those of the grant, oldest first. */
export type Router = (grant: Pick<Grant, "holder" | "role">, handOns?: readonly HandOn[]) => Route;

type Candidates = Record<ReviewerKind, (grant: Pick<Grant, "holder" | "role">) => readonly string[]>;

function oneOrNone(id: string | null | undefined): readonly string[] {
  return id ? [id] : [];
}

function candidatesOf({ roleOwners, fallback }: ReviewerRules, responsible: Responsible): Candidates {
  const { partnersByHolder, partnersByDepartment, localPartnersByHolder } = responsible;
  const owners = new Map(Object.entries(roleOwners));
  return {
    "role-owner": ({ role }) => oneOrNone(owners.get(role.id) ?? owners.get(role.code ?? "")),
    "holder-hrbp": ({ holder }) => partnersByHolder.get(holder.id) ?? [],
    "department-hrbp": ({ holder }) => partnersByDepartment.get(holder.departmentId ?? "") ?? [],
    "location-bp": ({ holder }) => localPartnersByHolder.get(holder.id) ?? [],
    manager: ({ holder }) => oneOrNone(holder.managerId),
    fallback: () => oneOrNone(fallback),
  };
}

type NamedPerson = { id: string; email: string | null };

function isSamePerson(a: NamedPerson, b: NamedPerson): boolean {
  return a.id === b.id || (a.email !== null && a.email.toLowerCase() === b.email?.toLowerCase());
}

/**
 * Whether the person holds the grant: as the holder (by id, or by e-mail for a second employment), or as a member of
 * the group.
 */
function isHeldBy(person: NamedPerson, holder: Holder): boolean {
  return [holder, ...(holder.members ?? [])].some((one) => isSamePerson(one, person));
}

function delegatesInForce(delegates: Delegate[], { asOf, timezone }: RoutingTime): Map<string, string> {
  return new Map(
    delegates.filter(({ until }) => epochMs(asOf) < endOfDay(until, timezone)).map(({ from, to }) => [from, to]),
  );
}

/** The instant for which reviewers are found (ISO 8601), and the time zone in which a delegate's last day ends. */
export type RoutingTime = { asOf: string; timezone: string };

/** With whom a grant is: a named person, or the first in the order who did not hand it on. */
type Place = { to: string | null; givers: readonly string[]; handOn: HandOn | undefined };

const atFirst: Place = { to: null, givers: [], handOn: undefined };

/**
 * A function that finds the reviewer of a grant: the first person in the order who has not left and does not hold the
 * grant. A delegate takes over only if the delegate has not left and does not hold the grant either. A grant that its reviewer
 * handed on is with the person named, or with the first in the order who did not hand it on. A hand-on counts where the grant
 * was with whoever handed it on, for the first time, and where it comes to somebody else.
 */
export function createRouter(rules: ReviewerRules, responsible: Responsible, time: RoutingTime): Router {
  const candidates = candidatesOf(rules, responsible);
  const delegatesAt = (asOf: string) => delegatesInForce(rules.delegates, { ...time, asOf });
  const delegatesNow = delegatesAt(time.asOf);
  const personOf = (id: string): NamedPerson => ({ id, email: responsible.peopleById.get(id)?.email ?? null });
  const hasLeft = (id: string): boolean => {
    const status = responsible.peopleById.get(id)?.status;
    return status === "left" || status === "disabled";
  };
  const mayReview = (id: string, holder: Holder): boolean => !hasLeft(id) && !isHeldBy(personOf(id), holder);
  const isOneOf = (ids: readonly (string | null)[], id: string): boolean =>
    ids.some((one) => one !== null && isSamePerson(personOf(one), personOf(id)));

  const standInFor = (id: string, holder: Holder, delegates: ReadonlyMap<string, string>): string => {
    let reviewer = id;
    // At most as many steps as delegates: parsing refuses circles, but a stored configuration of an earlier version may
    // have one.
    for (let step = 0; step < delegates.size; step += 1) {
      const to = delegates.get(reviewer);
      if (to === undefined || !mayReview(to, holder)) break;
      reviewer = to;
    }
    return reviewer;
  };

  const routeFrom = (
    { to, givers, handOn }: Place,
    grant: Pick<Grant, "holder" | "role">,
    delegates: ReadonlyMap<string, string>,
  ): Route => {
    const { holder } = grant;
    const passedOver: PassedOver[] = [];
    if (to !== null) {
      const reviewer = mayReview(to, holder) ? standInFor(to, holder, delegates) : null;
      return { reviewer, by: null, delegateOf: reviewer === to || reviewer === null ? null : to, passedOver, handOn };
    }
    for (const by of rules.order) {
      for (const id of candidates[by](grant)) {
        if (hasLeft(id)) passedOver.push({ id, by });
        if (!mayReview(id, holder)) continue;
        const reviewer = standInFor(id, holder, delegates);
        if (isOneOf(givers, id) || isOneOf(givers, reviewer)) continue;
        return { reviewer, by, delegateOf: reviewer === id ? null : id, passedOver, handOn };
      }
    }
    return { reviewer: null, by: null, delegateOf: null, passedOver, handOn };
  };

  return (grant, handOns = []) => {
    let place = atFirst;
    for (const handOn of handOns.filter(({ at }) => epochMs(at) <= epochMs(time.asOf))) {
      const { to, by, at } = handOn;
      const delegates = delegatesAt(at);
      const before = routeFrom(place, grant, delegates);
      const next: Place = { to, givers: [...place.givers, by.id], handOn };
      const after = routeFrom(next, grant, delegates).reviewer;
      const isTheirs = isOneOf([before.reviewer, before.delegateOf], by.id) && !isOneOf(place.givers, by.id);
      if (isTheirs && after !== null && !isOneOf([by.id], after)) place = next;
    }
    return routeFrom(place, grant, delegatesNow);
  };
}
