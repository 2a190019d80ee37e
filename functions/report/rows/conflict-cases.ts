import type { Grant } from "../../review/grants/grant.ts";
import { type ConflictingGrant, isConflictRule } from "../../review/rules/conflicts.ts";
import type { Finding } from "../../review/rules/finding.ts";

/**
 * A grant of a person who holds too much. `settled`: why it asks nobody any more, null while it asks; left out where these
 * rows do not tell, as the grant is of another source or another reviewer's.
 */
export type ConflictPart = Pick<ConflictingGrant, "source" | "grantId" | "role" | "since"> & {
  settled?: Finding["suppressedBy"];
};

/** What one person holds together against one conflict. `more`: grants of it that the findings do not name. */
export type ConflictCase = {
  rule: string;
  reason: Finding["reason"];
  holder: { id: string; name: string | null };
  parts: ConflictPart[];
  more: number;
};

/** A row with what is said of its grant, as both the page's list and the desk have it. */
export type ConflictRow = {
  grant: Pick<Grant, "id" | "role" | "grantedAt" | "firstSeenAt"> & { holder: { id: string; name: string | null } };
  findings: readonly Pick<Finding, "rule" | "reason" | "suppressedBy" | "conflict">[];
};

/** The conflicts among the rows of a source, each person of each conflict once, in the order of the rows. */
export function conflictCases(rows: Iterable<ConflictRow>, source: string): ConflictCase[] {
  const cases = new Map<string, ConflictCase & { byGrant: Map<string, ConflictPart> }>();
  for (const { grant, findings } of rows) {
    for (const { rule, reason, suppressedBy, conflict } of findings) {
      if (!conflict || !isConflictRule(rule)) continue;
      const { id, name } = grant.holder;
      const key = `${rule}\n${id}`;
      const own = cases.get(key) ?? { rule, reason, holder: { id, name }, parts: [], more: 0, byGrant: new Map() };
      cases.set(key, own);
      const since = grant.grantedAt ?? grant.firstSeenAt;
      own.byGrant.set(`${source}/${grant.id}`, {
        source,
        grantId: grant.id,
        role: grant.role,
        since,
        settled: suppressedBy,
      });
      for (const { source: of, grantId, role, since: from } of conflict.with) {
        const other = `${of}/${grantId}`;
        if (!own.byGrant.has(other)) own.byGrant.set(other, { source: of, grantId, role, since: from });
      }
      own.more = Math.max(own.more, conflict.all - conflict.with.length);
    }
  }
  return [...cases.values()].map(({ byGrant, ...each }) => ({ ...each, parts: [...byGrant.values()] }));
}
