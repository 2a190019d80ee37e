import type { Scopes } from "../../review/grants/grant.ts";

/** Names of departments by id: those known, and what scopes tell. A provider names what grants hold for, and where holders work only where it is asked. */
export function departmentNamesIn(
  all: Iterable<Scopes | null>,
  known: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const nameById = new Map(Object.entries(known));
  for (const { dimension, ids, names } of [...new Set(all)].flatMap((scopes) => (scopes ?? []).flat())) {
    if (dimension !== "department") continue;
    for (const [at, id] of ids.entries()) {
      const name = names[at];
      if (name) nameById.set(id, name);
    }
  }
  return nameById;
}
