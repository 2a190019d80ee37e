import { applyCloud, type CloudChange } from "./cloud-books.ts";
import { type Company, dropGrant, employeeOf, type Grant, grantOf, type Pair, pairKey, putGrant } from "./company.ts";
import { applyFunctional, type FunctionalChange } from "./functional-books.ts";

/** Who did something to a grant: a caller of the API, or the company itself. */
type Doer = "api" | "company";

/** A call that changed a grant. */
export type WriteCall = "addRoleAssign" | "updateRoleAssign" | "removeRoleAssign";

/** An event in the company: one line of the journal. `at` is epoch milliseconds. */
export type CompanyEvent =
  | ({ op: "remove"; by: Doer; at: number; appId: string | null } & Pair)
  | { op: "grant"; by: Doer; at: number; appId: string | null; call: WriteCall | null; grant: Grant }
  | ({ op: "refuse"; at: number } & Pair)
  | { op: "leave"; at: number; holderId: string; lastDay: string }
  | { op: "return"; at: number; holderId: string }
  | { op: "move"; at: number; holderId: string; departmentId: string }
  | { op: "lived"; at: number }
  | { op: "functional"; by: Doer; at: number; appId: string | null; change: FunctionalChange }
  | { op: "cloud"; by: Doer; at: number; secretId: string | null; change: CloudChange };

function removeGrant(company: Company, event: CompanyEvent & { op: "remove" }): void {
  const grant = grantOf(company, event);
  dropGrant(company, event);
  if (grant !== undefined && event.by === "api") company.removedPairs.set(pairKey(event), grant);
}

function giveGrant(company: Company, event: CompanyEvent & { op: "grant" }): void {
  const isGivenAgain = event.by === "company" && company.removedPairs.has(pairKey(event.grant));
  company.removedPairs.delete(pairKey(event.grant));
  putGrant(company, { ...event.grant, isGivenAgain });
}

function changeEmployment(company: Company, event: CompanyEvent & { op: "leave" | "return" | "move" }): void {
  const employee = employeeOf(company, event.holderId);
  if (employee === undefined) return;
  company.version += 1;
  if (event.op === "leave") employee.lastDay = event.lastDay;
  else if (event.op === "return") employee.lastDay = null;
  else {
    employee.departmentId = event.departmentId;
    company.movedInLife.add(event.holderId);
  }
}

function noteRefusal(company: Company, pair: Pair): void {
  const grant = grantOf(company, pair);
  if (grant !== undefined) grant.refusedInLife = company.lives;
}

function beginLife(company: Company): void {
  company.lives += 1;
  // Only moves since the last review count.
  company.movedInLife.clear();
}

/** Applies an event to the company. The same events in the same order always give the same company. */
export function applyEvent(company: Company, event: CompanyEvent): void {
  switch (event.op) {
    case "remove":
      removeGrant(company, event);
      break;
    case "grant":
      giveGrant(company, event);
      break;
    case "refuse":
      noteRefusal(company, event);
      break;
    case "lived":
      beginLife(company);
      break;
    case "cloud":
      applyCloud(company.cloud, event.change);
      break;
    case "functional":
      applyFunctional(company.functional, event.change);
      break;
    default:
      changeEmployment(company, event);
  }
}
