import type { Finding } from "../review/finding.ts";
import type { Role } from "../review/grant.ts";
import { createDictionary } from "./dictionary.ts";
import type { ReportRow } from "./review-view.ts";

/** The rows that something is said of, as they are streamed. What many share is held once: there may be tens of thousands. */
export type NotableRows = { readonly rows: ReportRow[]; add(row: ReportRow): void };

/** Whether a rule, the plan or an outcome says something of a grant. */
export const isNotable = ({ findings, item, outcome }: ReportRow): boolean =>
  findings.length > 0 || item !== null || outcome !== null;

/** Ready to take rows of one snapshot, in which a role's id says all of it. */
export function createNotableRows(): NotableRows {
  const rows: ReportRow[] = [];
  const roles = createDictionary<Role>(({ id }) => id);
  const reasons = createDictionary<Finding["reason"]>(({ en, zh }) => `${en}\n${zh}`);
  const shared = <T>(dictionary: ReturnType<typeof createDictionary<T>>, value: T): T =>
    dictionary.values[dictionary.numberOf(value)]!;
  return {
    rows,
    add(row) {
      const grant = { ...row.grant, role: shared(roles, row.grant.role) };
      const findings = row.findings.map((found) => ({ ...found, reason: shared(reasons, found.reason) }));
      rows.push({ ...row, grant, findings });
    },
  };
}
