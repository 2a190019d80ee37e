import type { DriftScope } from "../review/grants/diff.ts";
import type { FeishuEvent } from "./envelope.ts";

/** A person by the ids that an event has of them, by the vendor's names of those ids. */
export type PersonIds = Partial<Record<"people_corehr_id" | "user_id" | "open_id" | "union_id", string>>;

/**
 * What an event asks to be looked at. It says what to look at, never what is true. `leaver` and `mover`: one person. `narrowed`:
 * the app sees less of the company than before. `drift`: the holders whom a role now has at objects of the organisation.
 * `unreadable`: an event of a kind that is known, without what makes it one.
 */
export type EventAsk =
  | { asks: "leaver"; person: PersonIds }
  | { asks: "mover"; person: PersonIds; effectiveDate: string | null }
  | { asks: "narrowed"; removed: { departments: number; users: number; groups: number } }
  | { asks: "drift"; roleId: string; scopes: DriftScope[]; holderIds: string[] }
  | { asks: "nothing" }
  | { asks: "unreadable"; field: string };

const nothing: EventAsk = { asks: "nothing" };

type Values = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): value is Values => typeof value === "object" && value !== null;
const isPerson = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);

const fits: Record<EventAsk["asks"], (ask: Values) => boolean> = {
  leaver: ({ person }) => isPerson(person),
  mover: ({ person, effectiveDate }) => isPerson(person) && (effectiveDate === null || isText(effectiveDate)),
  narrowed: ({ removed }) => isObject(removed) && Object.values(removed).every((count) => typeof count === "number"),
  drift: ({ roleId, scopes, holderIds }) =>
    isText(roleId) &&
    [scopes, holderIds].every(Array.isArray) &&
    (scopes as unknown[]).every(isObject) &&
    (holderIds as unknown[]).every(isText),
  nothing: () => true,
  unreadable: ({ field }) => isText(field),
};

/** Whether a stored value is what an event asks. */
export function isEventAsk(value: unknown): value is EventAsk {
  return isObject(value) && Object.hasOwn(fits, String(value.asks)) && fits[value.asks as EventAsk["asks"]](value);
}

/** The kinds of events that ask for something, by the vendor's names: what is to be subscribed to. */
export const eventTypes = {
  leaver: "corehr.offboarding.status_updated_v2",
  mover: "corehr.job_change.status_updated_v2",
  deleted: "contact.user.deleted_v3",
  narrowed: "contact.scope.updated_v3",
  drift: "corehr.org_role_authorization.updated_v1",
} as const;

/** The status of a leaving, and of a transfer, that has taken effect. */
const leftStatus = "3";
const movedStatus = "5";

/**
 * What an event asks.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/offboarding/events/status_updated
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/job_change/events/status_updated
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/org_role_authorization/events/updated
 */
export function askedBy({ type, body }: Pick<FeishuEvent, "type" | "body">): EventAsk {
  switch (type) {
    case eventTypes.leaver:
      return textOf(body.status) === leftStatus ? ofEmployee(body, (person) => ({ asks: "leaver", person })) : nothing;
    case eventTypes.mover: {
      const effectiveDate = textOf(body.effective_date);
      return textOf(body.status) === movedStatus
        ? ofEmployee(body, (person) => ({ asks: "mover", person, effectiveDate }))
        : nothing;
    }
    case eventTypes.deleted:
      return deletedAccount(body);
    case eventTypes.narrowed:
      return narrowedRange(body);
    case eventTypes.drift:
      return changedHolders(body);
    default:
      return nothing;
  }
}

function ofEmployee(body: Record<string, unknown>, ask: (person: PersonIds) => EventAsk): EventAsk {
  const employmentId = textOf(body.employment_id);
  if (employmentId === null) return { asks: "unreadable", field: "employment_id" };
  return ask({ people_corehr_id: employmentId, ...accountIds(body.target_user_id) });
}

/** An account without any id of the person it was is of nobody. */
function deletedAccount(body: Record<string, unknown>): EventAsk {
  const person = accountIds(body.object);
  return Object.keys(person).length > 0 ? { asks: "leaver", person } : { asks: "unreadable", field: "object" };
}

function accountIds(value: unknown): PersonIds {
  const ids = fieldsOf(value);
  const found = (["user_id", "open_id", "union_id"] as const).flatMap((name) => {
    const id = textOf(ids[name]);
    return id === null ? [] : [[name, id] as const];
  });
  return Object.fromEntries(found);
}

function narrowedRange({ removed: value }: Record<string, unknown>): EventAsk {
  const fields = fieldsOf(value);
  const count = (name: string): number => (Array.isArray(fields[name]) ? fields[name].length : 0);
  const removed = { departments: count("departments"), users: count("users"), groups: count("user_groups") };
  return Object.values(removed).some((many) => many > 0) ? { asks: "narrowed", removed } : nothing;
}

/** The whole new set of holders. Only null, or an empty list, says that nobody is left: a list that is missing was not read. */
function changedHolders({
  role_id: role,
  management_scope_list: where,
  employment_id_list: list,
}: FeishuEvent["body"]): EventAsk {
  const roleId = textOf(role);
  if (roleId === null) return { asks: "unreadable", field: "role_id" };
  const scopes = (Array.isArray(where) ? where : []).map(scopeOf);
  if (scopes.length === 0 || scopes.some((scope) => scope === null)) {
    return { asks: "unreadable", field: "management_scope_list" };
  }
  if (list !== null && !(Array.isArray(list) && list.every((id) => typeof id === "string"))) {
    return { asks: "unreadable", field: "employment_id_list" };
  }
  const sorted = (scopes as DriftScope[]).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { asks: "drift", roleId, scopes: sorted, holderIds: idsIn(list ?? []) };
}

function scopeOf(value: unknown): DriftScope | null {
  const { management_dimension: dimension, obj_id: object } = fieldsOf(value);
  const [name, id] = [textOf(dimension), textOf(object)];
  return name === null || id === null ? null : { dimension: name, id };
}

function keyOf({ dimension, id }: DriftScope): string {
  return `${dimension} ${id}`;
}

/** The vendor's sample has two ids in one text, with a comma between them. */
function idsIn(list: readonly string[]): string[] {
  const ids = list.flatMap((text) => text.split(",")).map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))].sort();
}

function textOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
