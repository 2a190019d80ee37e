import { endOfDay, epochMs } from "../../basics/time.ts";
import type { Grant, Holder, HolderStatus } from "../grants/grant.ts";

/** The ways to find who reviews a grant, in their usual order. */
export const reviewerKinds = [
  "role-owner",
  "holder-hrbp",
  "department-hrbp",
  "location-bp",
  "manager",
  "fallback",
] as const;

export type ReviewerKind = (typeof reviewerKinds)[number];

/** Who decides for whom for a while: `until` is a calendar date `YYYY-MM-DD`, and counts to its end. */
export type Delegate = { from: string; to: string; until: string; reason?: string | undefined };

/** Who is to review the grants of a source. Ids are those of its people; `roleOwners` is keyed by a role's id or code. */
export type ReviewerRules = {
  order: ReviewerKind[];
  roleOwners: Record<string, string>;
  fallback: string | null;
  delegates: Delegate[];
};

/** Somebody who may be asked to review. */
export type Person = { id: string; status: HolderStatus; name: string | null; email: string | null };

/** Who is responsible for whom, as the snapshot knows it; whoever has nobody is absent. */
export type Responsible = {
  partnersByHolder: ReadonlyMap<string, readonly string[]>;
  /** Partners of the department and of those above it, the nearest first. */
  partnersByDepartment: ReadonlyMap<string, readonly string[]>;
  /** Partners for the place where the holder works. */
  localPartnersByHolder: ReadonlyMap<string, readonly string[]>;
  peopleById: ReadonlyMap<string, Person>;
};

/** Somebody who would have reviewed, and has left. */
export type PassedOver = { id: string; by: ReviewerKind };

/**
 * Who reviews a grant, and which part of the order found them; both null where nobody is left. `delegateOf`: for whom they
 * decide for a while.
 */
export type Route = {
  reviewer: string | null;
  by: ReviewerKind | null;
  delegateOf: string | null;
  passedOver: readonly PassedOver[];
};

export type Router = (grant: Pick<Grant, "holder" | "role">) => Route;

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

type Named = { id: string; email: string | null };

function isSamePerson(a: Named, b: Named): boolean {
  return a.id === b.id || (a.email !== null && a.email.toLowerCase() === b.email?.toLowerCase());
}

/** Whether a person holds what the holder holds: as the holder, by another employment of theirs, or as one of its group. */
function isHeldBy(person: Named, holder: Holder): boolean {
  return [holder, ...(holder.members ?? [])].some((one) => isSamePerson(one, person));
}

function delegatesInForce(delegates: Delegate[], { asOf, timezone }: RoutingTime): Map<string, string> {
  return new Map(
    delegates.filter(({ until }) => epochMs(asOf) < endOfDay(until, timezone)).map(({ from, to }) => [from, to]),
  );
}

/** When routes are looked for (ISO 8601), and the time zone in which a delegate's last day ends. */
export type RoutingTime = { asOf: string; timezone: string };

/**
 * Finds who reviews a grant: the first in the order who has not left and does not hold it. A delegate takes over only
 * where that holds of them, too.
 */
export function createRouter(rules: ReviewerRules, responsible: Responsible, time: RoutingTime): Router {
  const candidates = candidatesOf(rules, responsible);
  const delegates = delegatesInForce(rules.delegates, time);
  const personOf = (id: string): Named => ({ id, email: responsible.peopleById.get(id)?.email ?? null });
  const hasLeft = (id: string): boolean => {
    const status = responsible.peopleById.get(id)?.status;
    return status === "left" || status === "disabled";
  };
  const mayReview = (id: string, holder: Holder): boolean => !hasLeft(id) && !isHeldBy(personOf(id), holder);

  const standInFor = (id: string, holder: Holder): string => {
    let reviewer = id;
    // As many steps as there are delegates: the configuration has no circles, an older one may.
    for (let step = 0; step < delegates.size; step += 1) {
      const to = delegates.get(reviewer);
      if (to === undefined || !mayReview(to, holder)) break;
      reviewer = to;
    }
    return reviewer;
  };

  return (grant) => {
    const { holder } = grant;
    const passedOver: PassedOver[] = [];
    for (const by of rules.order) {
      for (const id of candidates[by](grant)) {
        if (hasLeft(id)) passedOver.push({ id, by });
        if (!mayReview(id, holder)) continue;
        const reviewer = standInFor(id, holder);
        return { reviewer, by, delegateOf: reviewer === id ? null : id, passedOver };
      }
    }
    return { reviewer: null, by: null, delegateOf: null, passedOver };
  };
}
