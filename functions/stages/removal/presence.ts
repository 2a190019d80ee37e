import type { Grant, GrantEntry } from "../../review/grants/grant.ts";
import { grantId, mergeEntries, normalizeScopes, sameScopes } from "../../review/grants/grant-comparison.ts";
import type { Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/** What a fresh read says of a grant beside its intent. */
export type Presence = "gone" | "there" | "different";

/** Reads grants anew and compares each with its intent; by grant id. */
export async function readPresence(stage: Stage, source: Reader, grants: Grant[]): Promise<Map<string, Presence>> {
  const entryById = await readPresent(stage, source, grants);
  return new Map(grants.map((grant) => [grant.id, presenceOf(grant, entryById.get(grant.id))]));
}

/** Reads grants anew; by grant id, those that exist now, with their scopes in the normal form, as a snapshot has them. */
export async function readPresent(
  stage: Stage,
  source: Reader,
  grants: readonly { holder: Pick<Grant["holder"], "id">; role: Pick<Grant["role"], "id"> }[],
): Promise<Map<string, GrantEntry>> {
  const entries = await source.readGrants(grants.map(({ holder, role }) => ({ holderId: holder.id, roleId: role.id })));
  const entryById = new Map<string, GrantEntry>();
  for (const entry of entries) {
    const id = grantId(stage.sourceId, entry.holderId, entry.role.id);
    const twin = entryById.get(id);
    entryById.set(id, twin ? mergeEntries(twin, entry) : { ...entry, scopes: normalizeScopes(entry.scopes) });
  }
  return entryById;
}

/** What a fresh read says of a grant beside its intent. */
export function presenceOf(grant: Grant, entry: GrantEntry | undefined): Presence {
  if (!entry) return "gone";
  return entry.grantedAt === grant.grantedAt && sameScopes(entry.scopes, grant.scopes) ? "there" : "different";
}
