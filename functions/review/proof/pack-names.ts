import { isEndMessageName, isReviewId, kindOfReview } from "../keys.ts";

// What an exported pack holds: one review whole, of the reviews before it their evidence, and what stands beside the reviews.

/** The statement beside the objects of an exported pack. */
export const statementName = "statement.txt";

/** The review that a pack is of: the only one that is there with its snapshot. Null where there is none, or more than one. */
export function reviewInPack(names: Iterable<string>): { source: string; review: string } | null {
  const found: { source: string; review: string }[] = [];
  for (const name of names) {
    const [, source, review] = /^reviews\/([a-z0-9-]{1,32})\/([^/]+)\/snapshot\.json$/.exec(name) ?? [];
    if (source && review && isReviewId(review)) found.push({ source, review });
  }
  return found.length === 1 ? found[0]! : null;
}

/** Of an earlier review, the policy by which a sweep found nothing, too. */
const ofEarlier =
  /^(evidence\.(json|sig|pub\.pem)|receipts\/[0-9a-f]{16}\.restored\.json|assessments\/\d{4,9}\/policy\.json)$/;

/** Whether a name of a pack is the policy of an earlier review than the one that the pack is of. */
export function isEarlierPolicy(name: string, { source, review }: { source: string; review: string }): boolean {
  return name.endsWith("/policy.json") && !name.startsWith(`reviews/${source}/${review}/`);
}

/** Whether a name may stand in the pack of a review. What is in the folder of the review itself is listed by its evidence, or foreign. */
export function isNameOfPack(name: string, { source, review }: { source: string; review: string }): boolean {
  if (name === statementName) return true;
  const root = `reviews/${source}/`;
  if (!name.startsWith(root) || !/^[\w./-]+$/.test(name)) return false;
  const rest = name.slice(root.length);
  const [folder = "", ...within] = rest.split("/");
  const isWhole = within.every((part) => part !== "" && part !== "." && part !== "..");
  if (!isWhole || within.length === 0) return false;
  if (folder === "retired" || folder === "stops") return within.length === 1 && rest.endsWith(".json");
  if (folder === review) return true;
  // A sweep of another id may have been sealed while the review was open.
  const mayBeEarlier = folder < review || kindOfReview(folder) !== kindOfReview(review);
  const nameWithin = within.join("/");
  return isReviewId(folder) && mayBeEarlier && (ofEarlier.test(nameWithin) || isEndMessageName(nameWithin));
}
