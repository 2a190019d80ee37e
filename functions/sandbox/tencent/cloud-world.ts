import type { BlindRepeats } from "../blind-repeats.ts";
import type { Company } from "../company/company.ts";
import type { CompanyEvent } from "../company/events.ts";
import type { Action } from "./actions.ts";
import type { CloudBooks, CloudChange } from "./cloud-books.ts";
import type { CloudKey } from "./cloud-keys.ts";
import type { CloudQuirks } from "./cloud-quirks.ts";
import { CloudRefusal } from "./cloud-refusal.ts";

/** A change that a caller asked for. `key` is `assignmentKey`; `at` is ISO 8601. */
export type CloudWrite = {
  call: "DeleteRoleAssignment" | "CreateRoleAssignment";
  key: string;
  secretId: string;
  at: string;
  /** It was asked for while an earlier task of the same assignment was under way. */
  isDoubled: boolean;
};

/** What the zone was asked. `refusals` are for a full window, not those that a quirk makes up. */
export type CloudCallLog = { byAction: Record<Action, { calls: number; refusals: number }>; writes: CloudWrite[] };

/** What handlers answer from. `now` gives epoch milliseconds. */
export type CloudWorld = {
  company: Company;
  quirks: CloudQuirks;
  calls: CloudCallLog;
  pace(): number;
  now(): number;
  /** Writes events to the journal, then lets them happen. */
  record(events: CompanyEvent[]): void;
  lostRemovals: Set<string>;
  /** Keys are `assignmentKey`. */
  repeats: BlindRepeats;
  tokensSeen: number;
};

/** One request that has passed the gateway: its parameters are declared and of the declared types. */
export type CloudCall = { action: Action; key: CloudKey; parameters: Record<string, unknown> };

/** Gives the `Response` without its RequestId, or throws a `CloudRefusal`. */
export type CloudHandler = (world: CloudWorld, call: CloudCall) => Record<string, unknown>;

export const booksOf = ({ company }: CloudWorld): CloudBooks => company.cloud;

/** Lets a change happen, in the journal first. */
export function change(world: CloudWorld, secretId: string | null, what: CloudChange): void {
  world.record([{ op: "cloud", by: secretId === null ? "company" : "api", at: world.now(), secretId, change: what }]);
}

/** `YYYY-MM-DD HH:MM:SS`, without a zone, as every date of the vendor's. */
export const vendorTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");

/** A parameter that is text, empty if it is not there. */
export const textOf = ({ parameters }: CloudCall, name: string): string => String(parameters[name] ?? "");

/** Throws where the zone that is asked for is not the one there is. */
export function refuseOtherZone(world: CloudWorld, call: CloudCall): void {
  if (call.parameters.ZoneId === undefined || call.parameters.ZoneId === booksOf(world).zoneId) return;
  throw new CloudRefusal("FailedOperation.ZoneIdNotExist", "The zone does not exist.");
}
