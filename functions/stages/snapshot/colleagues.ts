import type { Stage } from "../../review/stage.ts";
import type { SnapshotState } from "./snapshot-state.ts";
import type { SpooledGrant } from "./spool.ts";

/** Everybody who was listed with a grant: where they work, and whom they report to. Groups are not among them. */
export type Colleagues = {
  /** In a fixed order. */
  holderIds(): string[];
  managerIds(): Iterable<string>;
  /** Departments in which somebody holds a grant, in a fixed order. */
  departmentIds(): string[];
  /** Null where the person holds nothing, or their department is not known. */
  departmentOf(holderId: string): string | null;
  holdersIn(departmentId: string): number;
};

/** Read from what a snapshot has kept so far; holds an entry per person, none per grant. */
export async function colleaguesIn({ store }: Stage, { runs }: SnapshotState): Promise<Colleagues> {
  const departmentByHolder = new Map<string, string | null>();
  const managers = new Set<string>();
  for (const key of runs) {
    for await (const { holder } of store.readLines<SpooledGrant>(key)) {
      if (holder.kind !== "user") continue;
      departmentByHolder.set(holder.id, holder.departmentId ?? departmentByHolder.get(holder.id) ?? null);
      if (holder.managerId) managers.add(holder.managerId);
    }
  }
  const holdersByDepartment = new Map<string, number>();
  for (const id of departmentByHolder.values()) {
    if (id) holdersByDepartment.set(id, (holdersByDepartment.get(id) ?? 0) + 1);
  }
  return {
    holderIds: () => [...departmentByHolder.keys()].sort(),
    managerIds: () => managers,
    departmentIds: () => [...holdersByDepartment.keys()].sort(),
    departmentOf: (holderId) => departmentByHolder.get(holderId) ?? null,
    holdersIn: (departmentId) => holdersByDepartment.get(departmentId) ?? 0,
  };
}
