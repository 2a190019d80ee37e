import * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import { words } from "../providers/settings.ts";
import { type ConfigFault, faultAt, keyOf, type Path, repeatFaults } from "./fault.ts";
import { controlWords, text } from "./values.ts";

// policy.conflicts: roles that one person must not hold together.

const conflictId = text((id) =>
  /^[a-z0-9-]{1,64}$/.test(id) ? null : "must be 1 to 64 lowercase letters, digits and hyphens",
);

const sourceRoles = z.strictObject({ source: words, roles: z.array(words).min(1) });

/** A side is the roles of one source, or a list of such. */
const side = z
  .union([sourceRoles, z.array(sourceRoles).min(1)], {
    error: "must be roles of a source, { source, roles }, or a list of such",
  })
  .transform((lists) => (Array.isArray(lists) ? lists : [lists]));

/** `policy.conflicts`: every side is a list after it. */
export const conflictsSchema = z.array(
  z.strictObject({
    id: conflictId,
    between: z.array(side),
    reason: z.strictObject({ en: words, zh: words }),
    controls: controlWords,
  }),
);

/** A role of a source in a side of a conflict, and where the file has it. */
type NamedRole = { source: string; role: string; side: number; path: Path };

/** Settings of conflicts that contradict each other or name no source. Both are as the file has them, unchecked. */
export function conflictFaults(policy: Fields, sources: readonly Fields[], people: unknown): ConfigFault[] {
  const conflicts = listOf(policy.conflicts).map(fieldsOf);
  const path: Path = ["policy", "conflicts"];
  const ids = conflicts.map(({ id }) => id);
  return [
    ...repeatFaults(ids, (index) => [...path, index, "id"], "give each conflict its own id"),
    ...conflicts.flatMap(({ between }, index) => betweenFaults(between, [...path, index, "between"], sources)),
    ...(typeof fieldsOf(people).authority === "string" ? [] : conflicts.flatMap(spanFaults)),
  ];
}

/** Who is one person in two systems has to be said: by nothing else are roles of two sources one person's. */
function spanFaults({ between }: Fields, index: number): ConfigFault[] {
  const lists = listOf(between).flatMap((value, side) => listsOf(value, side, []));
  const sources = new Set(lists.flatMap(({ source }) => (typeof source === "string" ? [source] : [])));
  if (sources.size < 2) return [];
  const why = "spans sources, and nothing says who is one person in them: write people: { authority, match }";
  return [faultAt(["policy", "conflicts", index, "between"], why)];
}

function betweenFaults(between: unknown, path: Path, sources: readonly Fields[]): ConfigFault[] {
  if (!Array.isArray(between)) return [];
  if (between.length < 2)
    return [faultAt(path, "needs two sides at least: write what must not be held together with it")];
  const lists = between.flatMap((value, side) => listsOf(value, side, [...path, side]));
  return [...lists.flatMap((list) => sourceFaults(list, sources)), ...twiceFaults(lists)];
}

type RolesList = Fields & { side: number; path: Path };

function listsOf(value: unknown, side: number, path: Path): RolesList[] {
  if (!Array.isArray(value)) return [{ ...fieldsOf(value), side, path }];
  return value.map((entry, index) => ({ ...fieldsOf(entry), side, path: [...path, index] }));
}

function sourceFaults({ source, path }: RolesList, sources: readonly Fields[]): ConfigFault[] {
  if (typeof source !== "string" || sources.some(({ id }) => id === source)) return [];
  const ids = sources.map(({ id }) => String(id));
  const meant = nearest(source, ids);
  return [
    faultAt(
      [...path, "source"],
      `is no source of this file: ${meant ? `did you mean ${meant}?` : `write one of ${ids.join(", ")}`}`,
    ),
  ];
}

/** A role that stands twice in a side says nothing new; a role of two sides would be in conflict with itself. */
function twiceFaults(lists: readonly RolesList[]): ConfigFault[] {
  const first = new Map<string, NamedRole>();
  return lists.flatMap(namedRoles).flatMap((named) => {
    const { source, role, side, path } = named;
    const before = first.get(`${source}\n${role}`);
    if (!before) {
      first.set(`${source}\n${role}`, named);
      return [];
    }
    const where = keyOf(before.path);
    return before.side === side
      ? [faultAt(path, `repeats ${where}: take one out`)]
      : [faultAt(path, `is on another side too (${where}): nobody can hold a role apart from itself, take one out`)];
  });
}

function namedRoles({ source, roles, side, path }: RolesList): NamedRole[] {
  if (typeof source !== "string") return [];
  return listOf(roles).flatMap((role, index) =>
    typeof role === "string" ? [{ source, role, side, path: [...path, "roles", index] }] : [],
  );
}
