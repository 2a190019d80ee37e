import { reviewKeys } from "../../functions/review/keys.ts";
import { standingGrants } from "./company.ts";
import type { LifeRecord } from "./run-stage.ts";
import { idOf, sourceId, type World } from "./world.ts";

/** What no two lives share: what depends on the minute, on how often something was tried, and hashes over such things. */
const attemptDependent = new Set(["requestId", "detail", "because", "reads", "by"]);

const instant = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?/g;
const hash = /[0-9a-f]{64}/g;

/** A text in which an instant is only its day, and a hash only a hash; that of a plan is the plan's number. */
const plainText = (text: string, planNames: Map<string, string>): string =>
  text.replace(hash, (found) => planNames.get(found) ?? "#").replace(instant, (found) => found.slice(0, 10));

const withoutAttempts = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutAttempts);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !attemptDependent.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutAttempts(each)]));
};

const planNamesIn = ({ objects }: World): Map<string, string> => {
  const names = new Map<string, string>();
  for (const [key, body] of objects) {
    const [, review, number] = /([^/]+)\/assessments\/(\d+)\/plan\.json$/.exec(key) ?? [];
    if (review)
      names.set(
        (JSON.parse(new TextDecoder().decode(body)) as { planHash: string }).planHash,
        `plan ${number} of ${review}`,
      );
  }
  return names;
};

const sortedLists = (text: string): string => {
  const value = JSON.parse(text) as { objects?: unknown[]; restored?: unknown[] };
  for (const list of [value.objects, value.restored])
    list?.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return JSON.stringify(value);
};

const plainObject = (key: string, body: Uint8Array, planNames: Map<string, string>): string => {
  const text = new TextDecoder().decode(body);
  // Which calls were answered depends on what went wrong; that is told by other properties.
  if (key.endsWith("/reads.jsonl.gz")) return "";
  // Reports tell how it went, down to the request: what they are made of is compared instead.
  if (/\/report\.(html|csv)$/.test(key)) return "";
  const lines = /\.jsonl(\.gz)?$/.test(key)
    ? text
        .trim()
        .split("\n")
        .filter((line) => line !== "")
    : [text];
  if (!/\.json(l|l\.gz)?$/.test(key)) return plainText(text, planNames);
  const plain = lines.map((line) => plainText(JSON.stringify(withoutAttempts(JSON.parse(line))), planNames));
  return key.endsWith("/evidence.json") ? sortedLists(plain[0]!) : plain.join("\n");
};

/** Everything that a life leaves behind, but for the minute and the attempts: equal however it was disturbed. */
export const endStateOf = ({ world, results }: LifeRecord): Record<string, string> => {
  const planNames = planNamesIn(world);
  const state: Record<string, string> = {};
  for (const [key, body] of [...world.objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key.startsWith("reviews/")) state[plainText(key, planNames)] = plainObject(key, body, planNames);
  }
  state["the company"] = standingGrants(world.company, world.clock.now())
    .map((given) => `${idOf(given)} ${JSON.stringify(given.scopes)}`)
    .join("\n");
  state["the roles"] = world.company.roles.map(({ id }) => id).join(" ");
  state["the stages"] = results.map(({ review, work, result }) => `${review} ${work}: ${result}`).join("\n");
  return state;
};

/** Where two end states differ first, in words; null if nowhere. */
export const differenceOf = (disturbed: Record<string, string>, undisturbed: Record<string, string>): string | null => {
  for (const key of new Set([...Object.keys(undisturbed), ...Object.keys(disturbed)])) {
    const [is, was] = [disturbed[key], undisturbed[key]];
    if (is === was) continue;
    if (is === undefined) return `${key} is missing after the disturbances`;
    if (was === undefined) return `${key} is there only after the disturbances`;
    const at = [...is].findIndex((letter, index) => letter !== was[index]);
    const around = (text: string): string => text.slice(Math.max(0, at - 80), at + 120);
    return `${key} differs:\n  disturbed:   …${around(is)}\n  undisturbed: …${around(was)}`;
  }
  return null;
};

/** Whether a review was sealed in this life. */
export const isSealed = ({ world }: LifeRecord, review: string): boolean =>
  world.objects.has(reviewKeys(sourceId, review).evidence);
