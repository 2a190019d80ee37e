import type { Provider } from "../providers/provider.ts";
import { type Fields, fieldsOf as fields, listOf as list, repeats } from "../providers/setting-faults.ts";
import { type ReviewerKind, reviewerKinds } from "../review/people/routing.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";

function fault(path: Path, message: string): Fault {
  return { key: keyOf(path), message };
}

function isKind(word: unknown): word is ReviewerKind {
  return reviewerKinds.some((kind) => kind === word);
}

function orderFaults({ id, reviewers }: Provider, order: unknown[], path: Path): Fault[] {
  const unable = order.flatMap((word, index) =>
    isKind(word) && !reviewers.includes(word)
      ? [fault([...path, index], `is nothing that ${id} can tell: it has ${reviewers.join(", ")}`)]
      : [],
  );
  const place = { pathOf: (index: number) => [...path, index], keyOf, remedy: "take one out" };
  return [...unable, ...repeats(order, place).map((each) => fault(each.path, each.message))];
}

/** People who are named and never asked, or asked for and not named. */
function unusedFaults({ order, roleOwners, fallback }: Fields, path: Path): Fault[] {
  if (!Array.isArray(order)) return [];
  const hasOwners = Object.keys(fields(roleOwners)).length > 0;
  const hasFallback = typeof fallback === "string";
  const missing = (kind: ReviewerKind) => `is not in the order: add ${kind} to it, or take this out`;
  return [
    ...(hasOwners && !order.includes("role-owner") ? [fault([...path, "roleOwners"], missing("role-owner"))] : []),
    ...(hasFallback && !order.includes("fallback") ? [fault([...path, "fallback"], missing("fallback"))] : []),
    ...(!hasFallback && order.includes("fallback")
      ? [fault([...path, "fallback"], "is missing: the order asks for it, write the person's id")]
      : []),
  ];
}

/** Whether following these delegates, which go in no circle, leads from one person to the other. */
function leadsTo(goal: string, from: string, toByFrom: ReadonlyMap<string, string>): boolean {
  for (let at: string | undefined = from; at !== undefined; at = toByFrom.get(at)) if (at === goal) return true;
  return false;
}

function delegateFaults(delegates: Fields[], path: Path): Fault[] {
  const named = delegates.flatMap(({ from, to }, index) =>
    typeof from === "string" && typeof to === "string" ? [{ from, to, index }] : [],
  );
  const toByFrom = new Map<string, string>();
  const firstByFrom = new Map<string, number>();
  return named.flatMap(({ from, to, index }) => {
    const at = [...path, index];
    if (from === to) return [fault([...at, "to"], "is the same person as from: name somebody else")];
    const first = firstByFrom.get(from);
    if (first !== undefined) {
      const earlier = keyOf([...path, first, "from"]);
      return [fault([...at, "from"], `repeats ${earlier}: a person has one delegate at a time, take one out`)];
    }
    firstByFrom.set(from, index);
    if (leadsTo(from, to, toByFrom)) {
      return [fault([...at, "to"], "leads back to from by the delegates above: somebody has to decide, take one out")];
    }
    toByFrom.set(from, to);
    return [];
  });
}

/** Faults in who reviews a source, as it is written: nothing in it has to have the right shape. */
export function reviewerFaults(provider: Provider | undefined, source: Fields, path: Path): Fault[] {
  if (source.reviewers === undefined) return [];
  const reviewers = fields(source.reviewers);
  const order = list(reviewers.order);
  return [
    ...(provider ? orderFaults(provider, order, [...path, "order"]) : []),
    ...unusedFaults(reviewers, path),
    ...delegateFaults(list(reviewers.delegates).map(fields), [...path, "delegates"]),
  ];
}
