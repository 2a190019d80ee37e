import { hashOfText } from "../basics/hash.ts";
import { isReviewId, isSweep, mostHolders } from "../review/keys.ts";

/** The event is not what its Lambda takes: the same event never will be. */
export class EventError extends TypeError {
  override readonly name = "EventError";
}

/** The fields of all Lambdas' events (docs/contract.md, "The Lambdas"). Each Lambda takes source, review and some of the others. */
export type StageEvent = {
  source: string;
  review?: string;
  approve?: string;
  by?: string;
  reason?: string;
  grants?: string[];
  all?: boolean;
  stop?: boolean;
  resume?: boolean;
  earlier?: boolean;
  retire?: boolean;
  overdueAfterDays?: number;
  remind?: true | string;
  /** The source's sweep is meant, where no review is named. */
  sweep?: true;
  /** Ids of the only holders that the sweep looks at. */
  holders?: string[];
};

const isTrue = { isValid: (value: unknown): boolean => value === true, wanted: "true, or absent" };

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
function isLike(form: RegExp) {
  return (value: unknown): boolean => isText(value) && form.test(value);
}

const fields: Record<keyof StageEvent, { isValid: (value: unknown) => boolean; wanted: string }> = {
  source: { isValid: isText, wanted: "the id of a configured source" },
  review: {
    isValid: (value) => isText(value) && isReviewId(value),
    wanted: "a review id such as 2026-10-01T020000Z",
  },
  approve: {
    isValid: (value) => isText(value) && /^[0-9a-f]{64}$/.test(hashOfText(value)),
    wanted: "a plan's hash: 64 lowercase hex digits",
  },
  by: { isValid: isText, wanted: "the name of whoever asks for it" },
  reason: { isValid: isText, wanted: "why it is asked for" },
  grants: {
    isValid: (value) => Array.isArray(value) && value.length > 0 && value.every(isLike(/^[0-9a-f]{16}$/)),
    wanted: "a list of grant ids: 16 lowercase hex digits each",
  },
  all: isTrue,
  stop: isTrue,
  resume: isTrue,
  earlier: isTrue,
  retire: isTrue,
  sweep: isTrue,
  holders: {
    isValid: (value) => Array.isArray(value) && value.length > 0 && value.length <= mostHolders && value.every(isText),
    wanted: "a list of at most 100 ids of holders",
  },
  overdueAfterDays: {
    isValid: (value) => typeof value === "number" && value > 0,
    wanted: "a number of days",
  },
  remind: {
    isValid: (value) => value === true || isText(value),
    wanted: "true for everybody, or the id of a reviewer",
  },
};

/** Fields that exclude each other. */
const exclusiveFields = [
  ["stop", "resume"],
  ["stop", "approve"],
  ["resume", "approve"],
  ["grants", "all"],
  ["retire", "earlier"],
  ["retire", "overdueAfterDays"],
] as const;

/**
 * Parses an event. Throws an `EventError` that names every wrong field. `extra` are the Lambda's fields beside source and review;
 * `oneOf` are those of which the event must have one, and is empty where none has to be there.
 */
export function parseEvent(
  event: unknown,
  extra: readonly (keyof StageEvent)[] = [],
  oneOf: readonly (keyof StageEvent)[] = [],
): StageEvent {
  const given = typeof event === "object" && event !== null && !Array.isArray(event) ? event : null;
  if (!given) throw new EventError('Cannot read the event: it must be an object such as {"source":"people"}');
  const known: readonly string[] = ["source", "review", "sweep", ...extra];
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const faults = entries
    .filter(([name]) => !known.includes(name))
    .map(([name]) => `${name} is not a field of this event (${known.join(", ")})`);
  if (!entries.some(([name]) => name === "source")) faults.push(`source is missing: ${fields.source.wanted}`);
  for (const [name, value] of entries) {
    const field = known.includes(name) ? fields[name as keyof StageEvent] : null;
    if (field && !field.isValid(value)) faults.push(`${name} must be ${field.wanted}`);
  }
  const names = entries.map(([name]) => name);
  if (oneOf.length > 0 && !oneOf.some((name) => names.includes(name))) {
    faults.push(`${oneOf.join(" or ")} is missing: the function does nothing else`);
  }
  for (const [field, act] of [
    ["approve", "an approval"],
    ["retire", "a retirement"],
    ["stop", "a stop"],
    ["resume", "a resume"],
    ["grants", "a put-back"],
    ["all", "a put-back"],
  ] as const) {
    if (!names.includes(field)) continue;
    const missing = ["by", "reason"].filter((name) => !names.includes(name));
    faults.push(...missing.map((name) => `${name} is missing: ${act} says by whom and why`));
  }
  const { review } = given as { review?: unknown };
  const isOfSweep = names.includes("sweep") || (typeof review === "string" && isSweep(review));
  if (names.includes("holders") && !isOfSweep) {
    faults.push("sweep is missing: only a sweep looks at some holders alone");
  }
  if (names.includes("retire") && !names.includes("review")) {
    faults.push("review is missing: name the review to retire");
  }
  for (const [one, other] of exclusiveFields) {
    if (names.includes(one) && names.includes(other)) faults.push(`${one} and ${other} exclude each other`);
  }
  if (faults.length > 0) throw new EventError(`Cannot read the event: ${faults.join("; ")}`);
  // Half an emoji in a name or reason has no UTF-8 form: no hash and no file could hold it.
  const wellFormed = (value: unknown): unknown => (typeof value === "string" ? value.toWellFormed() : value);
  const parsed = Object.fromEntries(entries.map(([name, value]) => [name, wellFormed(value)])) as StageEvent;
  return parsed.approve === undefined ? parsed : { ...parsed, approve: hashOfText(parsed.approve) };
}
