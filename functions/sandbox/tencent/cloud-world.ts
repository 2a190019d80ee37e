import type { BlindRepeats } from "../calls.ts";
import type { CloudAssignment, CloudBooks, CloudChange } from "../company/cloud-books.ts";
import { type Company, employeeOf } from "../company/company.ts";
import type { CompanyEvent } from "../company/events.ts";
import type { Action } from "./actions.ts";
import type { CloudQuirks } from "./cloud-quirks.ts";

/** A change that a caller asked for. `key` is `assignmentKey`; `at` is ISO 8601. */
type CloudWrite = {
  call: "DeleteRoleAssignment" | "CreateRoleAssignment";
  key: string;
  secretId: string;
  at: string;
  /** A task of the same assignment was under way when the change was asked for. */
  isDoubled: boolean;
};

/** The calls that the zone got. `refusals` counts calls beyond a limit, not refusals by a quirk. */
export type CloudCallLog = { byAction: Record<Action, { calls: number; refusals: number }>; writes: CloudWrite[] };

/** The state that handlers answer from. `now` gives epoch milliseconds. */
export type CloudWorld = {
  company: Company;
  quirks: CloudQuirks;
  calls: CloudCallLog;
  pace(): number;
  now(): number;
  /** Writes events to the journal, then applies them. */
  record(events: CompanyEvent[]): void;
  lostRemovals: Set<string>;
  /** Keys are `assignmentKey`. */
  repeats: BlindRepeats;
  tokensSeen: number;
};

/** One request that has passed the gateway: its parameters are declared and of the declared types. */
export type CloudCall = { action: Action; secretId: string; parameters: Record<string, unknown> };

/** Answers one action: gives the `Response` without its RequestId, or throws a `CloudRefusal`. */
export type CloudHandler = (world: CloudWorld, call: CloudCall) => Record<string, unknown>;

export function booksOf({ company }: CloudWorld): CloudBooks {
  return company.cloud;
}

/** Writes a change to the journal, then applies it. */
export function recordChange(world: CloudWorld, secretId: string | null, what: CloudChange): void {
  world.record([{ op: "cloud", by: secretId === null ? "company" : "api", at: world.now(), secretId, change: what }]);
}

/** A time in the vendor's form: `YYYY-MM-DD HH:MM:SS`, without a time zone. */
export function vendorTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** A parameter as text; empty if it is absent. */
export function textOf({ parameters }: CloudCall, name: string): string {
  return String(parameters[name] ?? "");
}

/** Refuses a call that names another zone. */
export function refuseOtherZone(world: CloudWorld, call: CloudCall): void {
  if (call.parameters.ZoneId === undefined || call.parameters.ZoneId === booksOf(world).zoneId) return;
  throw new CloudRefusal("FailedOperation.ZoneIdNotExist", "The zone does not exist.");
}

const defaultSize = 10;
const largestSize = 100;

function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString("base64");
}

function offsetOf(world: CloudWorld, token: string): number {
  if (token === "") return 0;
  if (world.quirks.expiredToken) world.tokensSeen += 1;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, "base64").toString())?.[1];
  const isExpired = world.quirks.expiredToken && world.tokensSeen === 3;
  if (isExpired) world.quirks.expiredToken = false;
  if (offset === undefined || isExpired) {
    throw new CloudRefusal("InvalidParameter.NextTokenInvalid", "The NextToken is invalid.");
  }
  return Number(offset);
}

/** A page of `items` under `name`. `total` is the `TotalCounts` to show instead of the number of items. */
export function pageOf<Item>(
  world: CloudWorld,
  { parameters }: CloudCall,
  listed: { name: string; items: Item[]; total?: number },
): Record<string, unknown> {
  const { quirks } = world;
  const { MaxResults: size = defaultSize, NextToken = "" } = parameters;
  if (typeof size !== "number" || size < 1 || size > largestSize) {
    throw new CloudRefusal("InvalidParameterValue", "MaxResults is out of range.");
  }
  const from = offsetOf(world, String(NextToken));
  const to = from + size;
  const isTruncated = to < listed.items.length;
  const token = quirks.repeatedToken && from > 0 ? String(NextToken) : tokenOf(to);
  return {
    TotalCounts: listed.total ?? listed.items.length,
    MaxResults: size,
    ...(quirks.missingIsTruncated ? {} : { IsTruncated: isTruncated }),
    ...(isTruncated && !quirks.truncatedWithoutToken ? { NextToken: token } : {}),
    [listed.name]: listed.items.slice(from, to),
  };
}

/** An answer with `Response.Error`, always HTTP 200. */
export class CloudRefusal extends Error {
  override readonly name = "CloudRefusal";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The principal, configuration and account of an assignment. A former account keeps its name. */
export function describeAssignment(world: CloudWorld, assignment: CloudAssignment) {
  const books = booksOf(world);
  const { configurationId, uin, principalId } = assignment;
  const user = books.usersById.get(principalId);
  const account = books.accountsByUin.get(uin) ?? books.formerAccountsByUin.get(uin);
  return {
    RoleConfigurationId: configurationId,
    RoleConfigurationName: books.configurationsById.get(configurationId)?.name ?? "",
    TargetUin: uin,
    TargetType: uin === books.managerUin ? "ManagerUin" : "MemberUin",
    TargetName: uin === books.managerUin ? books.managerName : (account?.name ?? ""),
    PrincipalId: principalId,
    PrincipalType: principalId.startsWith("g-") ? "Group" : "User",
    PrincipalName:
      books.groupsById.get(principalId)?.name ?? employeeOf(world.company, user?.holderId ?? "")?.name ?? "",
  };
}
