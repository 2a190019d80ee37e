import { checkpointKey, reviewKeys, stopKey } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { ExpireState } from "../../functions/stages/removal/under-way.ts";
import type { Objects } from "./fake-store.ts";
import { sourceId } from "./world.ts";

/** An object of JSON as it lies in the store; null where there is none. */
export const readStored = <T>(objects: Objects, key: string): T | null => {
  const body = objects.get(key);
  return body ? (JSON.parse(new TextDecoder().decode(body)) as T) : null;
};

/** Which invocations the leases name. */
export const leasesIn = (objects: Objects): string[] =>
  [...objects.keys()]
    .filter((key) => key.startsWith("checkpoints/_leases/"))
    .map((key) => readStored<{ invocation: string }>(objects, key)!.invocation);

/** The newest plan of a review, as it lies in the store. */
export const newestPlanIn = (objects: Objects, review: string): Plan | null => {
  const root = reviewKeys(sourceId, review).assessments;
  const key = [...objects.keys()]
    .filter((each) => each.startsWith(root) && each.endsWith("/plan.json"))
    .sort()
    .at(-1);
  return key === undefined ? null : readStored<Plan>(objects, key);
};

/** Whether the operator has said stop. */
export const isStoppedIn = (objects: Objects): boolean =>
  readStored<{ isStopped: boolean }>(objects, stopKey(sourceId))?.isStopped === true;

/** The removals, of whichever review, of which it is written down that they have begun, and not that they have ended. */
export const tasksWrittenDown = (objects: Objects): { review: string; grantId: string; task: string }[] => {
  const written: { review: string; grantId: string; task: string }[] = [];
  for (const key of objects.keys()) {
    const [, review] = /^checkpoints\/[^/]+\/([^/]+)\/expire\.json$/.exec(key) ?? [];
    if (review === undefined) continue;
    const { tasks = {} } = readStored<Partial<ExpireState>>(objects, key)!;
    for (const [grantId, { task }] of Object.entries(tasks)) written.push({ review, grantId, task });
  }
  return written;
};

type OpenListings = { open: { listing: { id: string }; token: string | null }[] };

const offsetOf = (token: string | null): number => (token === null ? 0 : Number(token.slice(1)));

/** Which pages the checkpoint of a snapshot counts as read. */
export const openKeptPages = (objects: Objects) => {
  const everOpen = new Set<string>();
  return {
    has(review: string, listingId: string, token: string | null): boolean {
      const state = readStored<OpenListings>(objects, checkpointKey(sourceId, review, "snapshot.json"));
      for (const { listing } of state?.open ?? []) everOpen.add(`${review} ${listing.id}`);
      const open = state?.open.find(({ listing }) => listing.id === listingId);
      if (open) return offsetOf(token) < offsetOf(open.token);
      return everOpen.has(`${review} ${listingId}`);
    },
  };
};
