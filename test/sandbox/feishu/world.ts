import type { BlindRepeats } from "../blind-repeats.ts";
import type { Company, Grant } from "../company/company.ts";
import type { CompanyEvent, WriteCall } from "../company/events.ts";
import type { MemberScope } from "../functional/books.ts";
import type { Quirks } from "../quirks.ts";
import type { WithheldAnswers } from "../withheld-answers.ts";
import type { Endpoint } from "./endpoints.ts";
import type { MessageBook } from "./message-book.ts";
import type { App } from "./tokens.ts";

/** A change of a grant that the API carried out. `at` is ISO 8601. */
export type Write = { call: WriteCall; holderId: string; roleId: string; appId: string | null; at: string };

/** A change of functional roles that the API carried out, one a call. `holderIds` are employment ids. */
export type FunctionalWrite = { call: string; roleId: string; holderIds: string[]; appId: string | null; at: string };

/** What the server was asked. `refusals` are rate-limit refusals for a full window, not those that a quirk makes up. */
export type CallLog = {
  byEndpoint: Record<Endpoint, { calls: number; refusals: number }>;
  writes: Write[];
  functionalWrites: FunctionalWrite[];
  withheld: WithheldAnswers;
};

/** A removed grant that reads still show for a while. */
export type Ghost = { grant: Grant; readsLeft: number };

/** A removed member of a functional role that reads still show for a while. */
export type FunctionalGhost = { holderId: string; scope: MemberScope; readsLeft: number };

/** A list that is derived from the company and kept until the company changes. */
export type Derived = { version: number; ids: string[] };

/** What handlers answer from. `now` gives epoch milliseconds. */
export type World = {
  company: Company;
  quirks: Quirks;
  now(): number;
  /** Writes events to the journal, then lets them happen. */
  record(events: CompanyEvent[]): void;
  ghostsByHolder: Map<string, Ghost[]>;
  functionalGhosts: Map<string, FunctionalGhost[]>;
  derivedByKey: Map<string, Derived>;
  /** Grants whose first removal was already lost on purpose. */
  lostRemovals: Set<string>;
  /** Keys are `holderId:roleId`, and the id of a functional role that is deleted. */
  repeats: BlindRepeats;
  pageTokensSeen: number;
  messages: MessageBook;
};

/** One request that has passed the gateway. */
export type Call = {
  endpoint: Endpoint;
  app: App;
  query: URLSearchParams;
  /** What stands in the path itself. */
  parameters: Record<string, string>;
  body: Record<string, unknown>;
};

/** Gives the `data` of the answer, or throws a `Refusal` or `DroppedConnection`. */
export type Handler = (world: World, call: Call) => unknown;

/** A list of ids that is computed anew only after the company has changed. */
export function derived(world: World, key: string, compute: () => string[]): string[] {
  const known = world.derivedByKey.get(key);
  if (known?.version === world.company.version) return known.ids;
  const ids = compute();
  world.derivedByKey.set(key, { version: world.company.version, ids });
  return ids;
}
