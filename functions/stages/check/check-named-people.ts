import { plainLine } from "../../basics/plain-text.ts";
import type { HolderStatus } from "../../review/grants/grant.ts";
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
    const faults = [...places].flatMap(([id, at]): PermissionCheck[] => {
      const fault = faultOf(id, found.get(id)?.status ?? "unknown");
      // Whoever is away for good may well be the one whom somebody decides for.
      const wrong = fault?.isGone ? at.filter((place) => !isStoodInFor(place)) : at;
      return fault === null || wrong.length === 0
        ? []
        : [{ call: wrong.map((place) => place.at).join(", "), passed: false, missing: fault.text }];
    });
    return faults.length === 0 ? [{ call, passed: true, missing: null }] : faults;
  } catch (error) {
    return [{ call, passed: false, missing: (error as Error).message }];
  }
}

type PersonFault = { text: string; isGone: boolean };

function faultOf(id: string, status: HolderStatus): PersonFault | null {
  const shown = plainLine(id, longestShownId);
  if (status === "unknown") {
    return {
      text: `nobody has the id ${shown}: write a person's id, as this source's holders have them`,
      isGone: false,
    };
  }
  if (status !== "left" && status !== "disabled") return null;
  const why = status === "left" ? "has left" : "is disabled";
  return { text: `${shown} ${why}, and decides on nothing: write the id of somebody who is here`, isGone: true };
}

function isStoodInFor({ at }: { at: string }): boolean {
  return /^reviewers\.delegates\[\d+\]\.from$/.test(at);
}

async function readPeople(source: Reader, ids: string[]): ReturnType<Reader["readHolders"]> {
  const found: Awaited<ReturnType<Reader["readHolders"]>> = new Map();
  for (let from = 0; from < ids.length; from += source.holdersPerRead) {
    const read = await source.readHolders(ids.slice(from, from + source.holdersPerRead));
    for (const [id, holder] of read) found.set(id, holder);
  }
  return found;
}
