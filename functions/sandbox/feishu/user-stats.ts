import { createHash } from "node:crypto";
import { dayMs, type Employee, employeeOf } from "../company/company.ts";
import { holderIn, userIdFor } from "./contact.ts";
import { emptyPage, pageOf, pageSizeInQuery, positionOf, requiredQuery, sliceAfter } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import type { Call, World } from "./world.ts";

/** A day's figures are ready at 9:30 of the next day, in UTC+8. */
const readyAfterMs = dayMs + 1.5 * 3_600_000;

const mostDays = 31;

function placeOf({ id }: Employee): number {
  return Number.parseInt(createHash("sha256").update(`active ${id}`).digest("hex").slice(0, 8), 16);
}

/** Every twentieth person opened nothing of Feishu's in the months before the company began: who is on long leave, or whom everybody forgot. */
export function idleSince(employee: Employee, companyBeganMs: number): number | null {
  const place = placeOf(employee);
  return place % 20 === 7 ? companyBeganMs - (60 + (place % 100)) * dayMs : null;
}

function dayIn(call: Call, field: string): number {
  const value = requiredQuery(call, field);
  const ms = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw faulty(call.endpoint, "type", field);
  return ms;
}

/** The day and the time as the vendor writes them. */
function written(ms: number): { date: string; time: string } {
  const [date = "", time = ""] = new Date(ms).toISOString().slice(0, 19).split("T");
  return { date, time: `${date} ${time}` };
}

/** What one person did on one day; null where the person was not there. */
function dayOf(world: World, call: Call, { employee, atMs }: { employee: Employee; atMs: number }): object | null {
  const { date } = written(atMs);
  if (date < employee.hiredOn || (employee.lastDay !== null && date > employee.lastDay)) return null;
  const idleMs = idleSince(employee, world.company.createdAt);
  const isActive = idleMs === null || atMs < idleMs;
  const activeMs = isActive ? atMs + 9 * 3_600_000 + (placeOf(employee) % 3_600) * 1_000 : idleMs;
  const id = userIdFor(call, employee.id);
  return {
    date,
    ...(id === undefined ? {} : { user_id: id }),
    user_name: employee.name,
    create_time: `${employee.hiredOn} 08:00:00`,
    register_time: `${employee.hiredOn} 09:00:00`,
    user_active_flag: 1,
    suite_active_flag: isActive ? 1 : 0,
    last_active_time: written(activeMs).time,
  };
}

/** `GET admin/v1/admin_user_stats`: what people did, a day and a person an item; of one person, or of everybody. */
export function listUserStats(world: World, call: Call): unknown {
  const [from, until] = [dayIn(call, "start_date"), dayIn(call, "end_date")];
  if (until < from || until - from >= mostDays * dayMs) throw faulty(call.endpoint, "range", "end_date");
  const size = pageSizeInQuery(call, 10, 60);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const asked = call.query.get("user_id");
  const holderId = asked === null ? null : holderIn(world, call, asked);
  const people = asked === null ? world.company.employees : [employeeOf(world.company, holderId ?? "")];
  const lastReady = world.now() - readyAfterMs;
  const items: object[] = [];
  for (let atMs = from; atMs <= until && atMs <= lastReady; atMs += dayMs) {
    for (const employee of people) {
      const day = employee && !employee.isUnreadable ? dayOf(world, call, { employee, atMs }) : null;
      if (day) items.push(day);
    }
  }
  const { page, next } = sliceAfter(items, position.cursor, size);
  return pageOf(world, { token, items: page, next });
}
