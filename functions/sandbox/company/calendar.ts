import type { Company, Employee } from "./company.ts";

/** Milliseconds of a day. */
export const dayMs = 86_400_000;
const shanghaiOffsetMs = 8 * 3_600_000;

/** The calendar date in Shanghai at an instant, `YYYY-MM-DD`. */
export const dateAt = (ms: number): string => new Date(ms + shanghaiOffsetMs).toISOString().slice(0, 10);

/** An instant in epoch seconds as UTC, ISO 8601 without fractions. */
export const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** Whether the last day is over: status is `hired` on that day and flips after midnight, Shanghai time. */
export const hasLeft = (employee: Employee, nowMs: number): boolean =>
  employee.lastDay !== null && employee.lastDay < dateAt(nowMs);

/** Whether a later employment of the same person is running. */
export function isEmployedAgain(company: Company, employee: Employee, nowMs: number): boolean {
  const position = company.positionById.get(company.newEmploymentByOld.get(employee.id) ?? "");
  const later = position === undefined ? undefined : company.employees[position];
  return later !== undefined && !hasLeft(later, nowMs);
}
