import { openIdSet } from "../../basics/id-set.ts";
import { type Grant, type Holder, worksHere } from "../grants/grant.ts";
import type { Policy } from "../rules/policy.ts";

/** By what people are peers: the same department, or the same manager. */
export type PeersBy = NonNullable<Policy["peers"]>["by"];

/** The peers of a holder: how many active holders there are, the holder among them, and how many of them have the role. */
export type Peers = { by: PeersBy; count: number; have: number };

/** Counts the active holders of a snapshot. Memory holds a count for each department (or manager) and role, and eight bytes a holder. */
export type PeerCount = {
  /** Takes every grant of the snapshot. */
  add(grant: Grant): void;
  /** The peers of a grant's holder; null where the department (or the manager) is not known, or has nobody active. */
  of(grant: { holder: Pick<Holder, "departmentId" | "managerId">; role: { id: string } }): Peers | null;
  /** Whether the holder of a grant is another peer of this holder. */
  isPeer(holder: Holder, other: Holder): boolean;
};

/** By what the holders of a policy are compared. */
export function peersBy({ peers }: Pick<Policy, "peers">): PeersBy {
  return peers?.by ?? "department";
}

export function openPeerCount(by: PeersBy): PeerCount {
  const groups = new Map<string, { holders: number; byRole: Map<string, number> }>();
  const counted = openIdSet();
  const groupOf = (holder: Pick<Holder, "departmentId" | "managerId">): string | null =>
    by === "manager" ? holder.managerId : holder.departmentId;
  const counts = (holder: Holder): boolean => holder.kind === "user" && worksHere(holder);
  return {
    add({ holder, role }) {
      const id = groupOf(holder);
      if (id === null || !counts(holder)) return;
      const group = groups.get(id) ?? { holders: 0, byRole: new Map() };
      groups.set(id, group);
      const before = counted.size;
      counted.add(holder.id);
      if (counted.size > before) group.holders++;
      group.byRole.set(role.id, (group.byRole.get(role.id) ?? 0) + 1);
    },
    of({ holder, role }) {
      const id = groupOf(holder);
      const group = id === null ? undefined : groups.get(id);
      return group ? { by, count: group.holders, have: group.byRole.get(role.id) ?? 0 } : null;
    },
    isPeer: (holder, other) =>
      other.id !== holder.id && counts(other) && groupOf(other) !== null && groupOf(other) === groupOf(holder),
  };
}
