import { plainLine } from "../../basics/plain-text.ts";
import type { PermissionCheck, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

const longestShownRole = 256;

/**
 * Checks that the source has every role that the configuration names. The grants of a misspelt role would go to another reviewer, and
 * a guard or a conflict of it would be about nothing: the snapshot is incomplete then.
 */
export async function checkNamedRoles(stage: Stage, source: Reader): Promise<PermissionCheck[]> {
  const places = placesByRole(stage);
  if (places.size === 0) return [];
  const call = "roles of the configuration";
  try {
    const known = new Set((await source.readRoles()).flatMap(({ id, code }) => [id, code ?? id]));
    const faults = [...places].flatMap(([role, at]): PermissionCheck[] =>
      known.has(role) ? [] : [{ call: [...at].join(", "), passed: false, missing: faultOf(role) }],
    );
    return faults.length === 0 ? [{ call, passed: true, missing: null }] : faults;
  } catch (error) {
    return [{ call, passed: false, missing: (error as Error).message }];
  }
}

function faultOf(role: string): string {
  return `no role has the id or code ${plainLine(role, longestShownRole)}: write a role's id or code, as this source's role list has it`;
}

/** Where the configuration names each role of the source. */
function placesByRole({ reviewers, policy: { guard, conflicts = [] }, sourceId }: Stage): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const name = (role: string, at: string): void => void places.set(role, (places.get(role) ?? new Set()).add(at));
  for (const role of Object.keys(reviewers?.roleOwners ?? {}))
    name(role, `reviewers.roleOwners.${plainLine(role, longestShownRole)}`);
  for (const role of guard.protectedRoles) name(role, "guard.protectedRoles");
  for (const { role } of guard.canaries) name(role, "guard.canaries");
  for (const { between } of conflicts) {
    for (const { source, roles } of between.flat())
      if (source === sourceId) for (const role of roles) name(role, "policy.conflicts");
  }
  return places;
}
