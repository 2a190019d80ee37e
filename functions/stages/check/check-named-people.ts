import { plainLine } from "../../basics/plain-text.ts";
import { namedReviewers } from "../../review/people/routing.ts";
import type { PermissionCheck, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

const longestShownId = 256;

/**
 * Checks that the source has everybody whom the configuration names: as a reviewer, else grants would be routed to nobody; as who
 * somebody at the desk is, else they would be nobody.
 */
export async function checkNamedPeople(stage: Stage, source: Reader): Promise<PermissionCheck[]> {
  const { reviewers, deskPeople = [], policy, clock } = stage;
  const now = { timezone: policy.timezone, nowMs: clock.now() };
  const named = [...(reviewers ? namedReviewers(reviewers, now) : []), ...deskPeople];
  const places = Map.groupBy(named, ({ id }) => id);
  if (places.size === 0) return [];
  const call = named.length > deskPeople.length ? "reviewers" : "desk.people";
  try {
    const found = await readPeople(source, [...places.keys()]);
    const missing = [...places].filter(([id]) => (found.get(id)?.status ?? "unknown") === "unknown");
    return missing.length === 0
      ? [{ call, passed: true, missing: null }]
      : missing.map(([id, at]) => ({
          call: at.map((named) => named.at).join(", "),
          passed: false,
          missing: `nobody has the id ${plainLine(id, longestShownId)}: write a person's id, as this source's holders have them`,
        }));
  } catch (error) {
    return [{ call, passed: false, missing: (error as Error).message }];
  }
}

async function readPeople(source: Reader, ids: string[]): ReturnType<Reader["readHolders"]> {
  const found: Awaited<ReturnType<Reader["readHolders"]>> = new Map();
  for (let from = 0; from < ids.length; from += source.holdersPerRead) {
    const read = await source.readHolders(ids.slice(from, from + source.holdersPerRead));
    for (const [id, holder] of read) found.set(id, holder);
  }
  return found;
}
