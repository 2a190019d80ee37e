import type { Scopes } from "../review/grant.ts";

/** Names of departments by id, as far as scopes tell them: a provider names what grants hold for, not where holders work. */
export function departmentNamesIn(all: Iterable<Scopes | null>): Map<string, string> {
  const nameById = new Map<string, string>();
  for (const { dimension, ids, names } of [...new Set(all)].flatMap((scopes) => (scopes ?? []).flat())) {
    if (dimension !== "department") continue;
    for (const [at, id] of ids.entries()) {
      const name = names[at];
      if (name) nameById.set(id, name);
    }
  }
  return nameById;
}
