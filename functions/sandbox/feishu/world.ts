import type { BlindRepeats } from "../calls.ts";
import type { Company, Grant, Scopes } from "../company/company.ts";
import type { CompanyEvent, WriteCall } from "../company/events.ts";
import type { MemberScope } from "../company/functional-books.ts";
import { noQuirks, type Quirks } from "../quirks.ts";
import { openWithheldAnswers, type WithheldAnswers } from "../withheld-answers.ts";
import type { App } from "./apps.ts";
import { type Endpoint, endpointNames } from "./endpoints.ts";
import type { MessageBook } from "./message-book.ts";

/** A change of a grant that the API carried out. `at` is ISO 8601. */
type Write = {
  call: WriteCall;
  holderId: string;
  roleId: string;
  appId: string | null;
  at: string;
  /** The scopes of the grant after the write; absent of a removal. */
  scopes?: Scopes | null;
};

/** A change of functional roles that one API call carried out. `holderIds` are employment ids. */
type FunctionalWrite = { call: string; roleId: string; holderIds: string[]; appId: string | null; at: string };

/** The calls that the server got. `refusals` counts calls beyond a limit, not refusals by a quirk. */
export type CallLog = {
  byEndpoint: Record<Endpoint, { calls: number; refusals: number }>;
  writes: Write[];
  functionalWrites: FunctionalWrite[];
  withheld: WithheldAnswers;
};

/** The log of a server that has been asked nothing. */
export function emptyCallLog(): CallLog {
  return {
    byEndpoint: Object.fromEntries(
      endpointNames.map((name) => [name, { calls: 0, refusals: 0 }]),
    ) as CallLog["byEndpoint"],
    writes: [],
    functionalWrites: [],
    withheld: openWithheldAnswers(),
  };
}

/** Notes an event in the log if a caller of the API brought it about. */
export function noteWrite(calls: CallLog, event: CompanyEvent): void {
  if (!("by" in event) || event.by !== "api") return;
  const at = new Date(event.at).toISOString();
  if (event.op === "functional" && event.change.kind !== "account") {
    const { change, appId } = event;
    const holderIds = "holderIds" in change ? change.holderIds : [];
    calls.functionalWrites.push({ call: change.kind, roleId: change.roleId, holderIds, appId, at });
  }
  if (event.op !== "grant" && event.op !== "remove") return;
  const { holderId, roleId } = event.op === "grant" ? event.grant : event;
  const call = event.op === "grant" ? (event.call ?? "addRoleAssign") : "removeRoleAssign";
  const scopes = event.op === "grant" ? { scopes: event.grant.scopes } : {};
  calls.writes.push({ call, holderId, roleId, appId: event.appId, at, ...scopes });
}

/** A grant as it was before a write, which reads still show for a while: removed, or (`isFormer`) with its former scopes. */
type Ghost = { grant: Grant; readsLeft: number; isFormer?: true };

/** A removed member of a functional role that reads still show for a while. */
type FunctionalGhost = { holderId: string; scope: MemberScope; readsLeft: number };

/** A list that is derived from the company and kept until the company changes. */
type Derived = { version: number; ids: string[] };

/** The state that handlers answer from. `now` gives epoch milliseconds. */
export type World = {
  company: Company;
  quirks: Quirks;
  now(): number;
  /** Writes events to the journal, then applies them. */
  record(events: CompanyEvent[]): void;
  ghostsByHolder: Map<string, Ghost[]>;
  functionalGhosts: Map<string, FunctionalGhost[]>;
  derivedByKey: Map<string, Derived>;
  /** Grants whose first removal the quirk `loseRemovalBefore` has lost already. */
  lostRemovals: Set<string>;
  /** Grants whose first update the quirk `loseUpdateBefore` has lost already. */
  lostUpdates: Set<string>;
  /** Keys are `holderId:roleId`, or the id of a functional role to be deleted. */
  repeats: BlindRepeats;
  pageTokensSeen: number;
  messages: MessageBook;
  /** Who to be, for whoever tries the sign-in: they stand first on its page. */
  suggested: SuggestedPerson[];
};

/** A person by any id of theirs, and why one would sign in as them. */
export type SuggestedPerson = { id: string; why: { zh: string; en: string } };

/** A world in which nothing has been asked yet. */
export function openWorld(
  parts: Pick<World, "company" | "record" | "now" | "repeats" | "messages"> & { quirks: Partial<Quirks> },
): World {
  return {
    ...parts,
    quirks: { ...noQuirks(), ...parts.quirks },
    ghostsByHolder: new Map(),
    functionalGhosts: new Map(),
    derivedByKey: new Map(),
    lostRemovals: new Set(),
    lostUpdates: new Set(),
    pageTokensSeen: 0,
    suggested: [],
  };
}

/** One request that has passed the gateway. */
export type Call = {
  endpoint: Endpoint;
  app: App;
  query: URLSearchParams;
  /** The parameters within the path. */
  parameters: Record<string, string>;
  body: Record<string, unknown>;
};

/** Answers one endpoint: gives the `data` of the answer, or throws a `Refusal` or `DroppedConnection`. */
export type Handler = (world: World, call: Call) => unknown;

/** A list of ids, which is computed anew only after the company has changed. */
export function derived(world: World, key: string, compute: () => string[]): string[] {
  const known = world.derivedByKey.get(key);
  if (known?.version === world.company.version) return known.ids;
  const ids = compute();
  world.derivedByKey.set(key, { version: world.company.version, ids });
  return ids;
}
