import { endOfDay } from "../../basics/time.ts";
import type { Holder, LocalText, Role, Scopes } from "../grants/grant.ts";
import { grantedSince } from "../grants/grant-comparison.ts";
import { type PersonFacts, unknownPerson } from "../people/person.ts";
import type { Facts } from "./facts.ts";
import { celTypes } from "./rule-vocabulary.ts";

/** The language of role names, and the time zone in which a holder's last day ends. */
export type ViewContext = { language: "zh" | "en"; timezone: string };

/** The facts of one grant in CEL's types. Built once per grant by `viewOf`, and used for every rule. */
export type View = Readonly<{
  grant: object;
  holder: object;
  role: object;
  previous: object;
  decision: object;
  person: { readonly known: boolean };
  peers: object;
  now: Date;
  /** One object of a scope; for `keepScope` alone. */
  scope?: object;
}>;

const lastDayEnds = new Map<string, Date>();

/**
 * The end of a holder's last day. Cached: many holders leave on the same few days, and Intl is the slowest part of a
 * view.
 */
function lastDayEnd(date: string | null, timezone: string): Date | undefined {
  if (date === null) return undefined;
  const key = `${date} ${timezone}`;
  const known = lastDayEnds.get(key);
  if (known) return known;
  const end = new Date(endOfDay(date, timezone));
  lastDayEnds.set(key, end);
  return end;
}

/**
 * A CEL time; undefined, which cel-js treats as an absent field, for null. Throws on a malformed instant, which would
 * compare as false.
 */
function instant(text: string | null): Date | undefined {
  if (text === null) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError("a fact holds an instant that is not ISO 8601");
  return date;
}

function present(text: string): Date {
  return instant(text)!;
}

function nameIn(name: LocalText, language: "zh" | "en"): string {
  const other = language === "zh" ? name.en : name.zh;
  return name[language] ?? other ?? "";
}

function scopeList(scopes: Scopes | null): object[] {
  return (scopes ?? []).flat().map(({ dimension, ids }) => ({ constructor: celTypes.scope, dimension, ids }));
}

function holderView(holder: Holder, timezone: string, roles: readonly string[] | undefined): object {
  return {
    constructor: celTypes.holder,
    id: holder.id,
    kind: holder.kind,
    status: holder.status,
    name: holder.name ?? "",
    email: holder.email ?? "",
    departmentId: holder.departmentId ?? "",
    managerId: holder.managerId ?? "",
    lastDay: lastDayEnd(holder.lastDay, timezone),
    employedAgain: holder.employedAgain ?? undefined,
    lastActiveAt: instant(holder.lastActiveAt ?? null),
    roles,
  };
}

/**
 * The view for `keepScope`: one object of a scope beside the other facts. A text of the holder that is not known is absent here,
 * and not "": whoever compares departments must not take an unknown department for another one.
 */
export function scopeViewOf(view: View, holder: Holder, object: { dimension: string; id: string }): View {
  const { name, email, departmentId, managerId } = holder;
  const known = Object.fromEntries(
    Object.entries({ name, email, departmentId, managerId }).map(([field, text]) => [field, text || undefined]),
  );
  return {
    ...view,
    holder: { ...view.holder, ...known },
    scope: { constructor: celTypes.object, ...object },
  };
}

function roleView(role: Role, holders: number, language: "zh" | "en"): object {
  return {
    constructor: celTypes.role,
    id: role.id,
    code: role.code ?? "",
    name: nameIn(role.name, language),
    kind: role.kind ?? "",
    status: role.status ?? "",
    holders: BigInt(holders),
  };
}

/** Of a person who is not known every other field is absent: a comparison with it does not match. */
function personView(person: PersonFacts, timezone: string): { known: boolean } {
  if (!person.known) return { ...{ constructor: celTypes.person }, known: false };
  return {
    ...{ constructor: celTypes.person },
    known: true,
    status: person.status,
    lastDay: lastDayEnd(person.lastDay, timezone),
    departmentId: person.departmentId ?? "",
    departmentIds: person.departmentIds,
    movedAt: instant(person.movedAt),
    employedAgain: person.employedAgain,
  } as { known: boolean };
}

function peersView(peers: Facts["peers"]): object {
  return peers ? { count: BigInt(peers.count), share: peers.share } : {};
}

/** The facts of one grant in CEL's types. Throws RangeError on a malformed date or instant. */
export function viewOf(facts: Facts, reading: ViewContext): View {
  const { grant, previous, decision } = facts;
  return {
    grant: {
      constructor: celTypes.grant,
      id: grant.id,
      grantedAt: instant(grantedSince(grant)),
      firstSeenAt: present(grant.firstSeenAt),
      scopes: scopeList(grant.scopes),
    },
    holder: holderView(grant.holder, reading.timezone, facts.roles),
    role: roleView(grant.role, facts.roleHolders, reading.language),
    previous: {
      constructor: celTypes.previous,
      exists: previous.exists,
      scopesChanged: previous.scopesChanged,
      departmentId: previous.departmentId ?? "",
      revokedAt: instant(previous.revokedAt),
    },
    decision: {
      constructor: celTypes.decision,
      made: decision.made,
      keep: decision.keep,
      revoke: decision.revoke,
      reviewer: decision.reviewer,
      until: instant(decision.until),
      decidedAt: instant(decision.decidedAt),
    },
    person: personView(facts.person ?? unknownPerson, reading.timezone),
    peers: { constructor: celTypes.peers, ...peersView(facts.peers) },
    now: present(facts.now),
  };
}
