import { createHash } from "node:crypto";
import {
  allGrants,
  type Company,
  dateAt,
  employeeOf,
  type Grant,
  grantOf,
  type Pair,
  type Scopes,
} from "../company/company.ts";
import type { CompanyEvent } from "../company/events.ts";
import { toIdType } from "../company/ids.ts";
import { deskApp } from "../feishu/apps.ts";
import { sandboxTenant } from "../feishu/sign-in.ts";

/** By what the company proves its events, and encrypts them for a webhook. */
export const sandboxEventKeys = {
  encryptKey: "sandbox-encrypt-key",
  verificationToken: "sandbox-verification-token",
};

/** An event as the vendor's envelope has it (version 2). */
export type SentEvent = {
  schema: "2.0";
  header: {
    event_id: string;
    event_type: string;
    create_time: string;
    token: string;
    app_id: string;
    tenant_key: string;
  };
  event: Record<string, unknown>;
};

/**
 * Makes the vendor's events of what happens in the company. Asked before something happens, as an event of drift speaks of the
 * objects at which a grant was held; what it gives is to be called once it has happened.
 */
export function openEventFeed(company: Company): (events: readonly CompanyEvent[]) => () => SentEvent[] {
  let serial = 0;
  const envelope = (type: string, atMs: number, event: Record<string, unknown>): SentEvent => {
    serial += 1;
    const id = createHash("sha256").update(`${company.seed} ${type} ${atMs} ${serial}`).digest("hex").slice(0, 32);
    const { verificationToken: token } = sandboxEventKeys;
    const header = { event_id: id, event_type: type, create_time: String(atMs), token };
    return { schema: "2.0", header: { ...header, app_id: deskApp.appId, tenant_key: sandboxTenant }, event };
  };
  return (events) => {
    const makers = events.map((event) => makerOf(company, event, envelope));
    return () => makers.flatMap((make) => make());
  };
}

type Envelope = (type: string, atMs: number, event: Record<string, unknown>) => SentEvent;

function makerOf(company: Company, event: CompanyEvent, envelope: Envelope): () => SentEvent[] {
  switch (event.op) {
    case "leave":
      return () => leaving(company, event, envelope);
    case "move":
      return () => [moving(event, envelope)];
    case "grant":
    case "remove": {
      // The vendor speaks of changes in its product, not of those that its API was asked for.
      if (event.by === "api") return () => [];
      const pair: Pair = event.op === "grant" ? event.grant : event;
      const before = grantOf(company, pair);
      return () => drift(company, { pair, atMs: event.at, grants: [before, grantOf(company, pair)] }, envelope);
    }
    default:
      return () => [];
  }
}

function accountOf(holderId: string): Record<string, string> {
  return {
    union_id: toIdType(holderId, "union_id"),
    user_id: toIdType(holderId, "user_id"),
    open_id: toIdType(holderId, "open_id"),
  };
}

function leaving(company: Company, { holderId, at }: CompanyEvent & { op: "leave" }, envelope: Envelope): SentEvent[] {
  const account = accountOf(holderId);
  const departmentId = employeeOf(company, holderId)?.departmentId ?? "";
  return [
    envelope("corehr.offboarding.status_updated_v2", at, {
      employment_id: holderId,
      target_user_id: account,
      offboarding_id: `7095${holderId.slice(4)}`,
      process_id: "",
      status: 3,
    }),
    envelope("contact.user.deleted_v3", at, {
      object: { ...account, status: { is_frozen: false, is_resigned: true, is_activated: false } },
      old_object: { open_id: account.open_id, department_ids: [toIdType(departmentId, "open_department_id")] },
    }),
  ];
}

function moving({ holderId, at }: CompanyEvent & { op: "move" }, envelope: Envelope): SentEvent {
  return envelope("corehr.job_change.status_updated_v2", at, {
    employment_id: holderId,
    target_user_id: accountOf(holderId),
    job_change_id: `7094${holderId.slice(4)}`,
    transfer_mode: 1,
    transfer_type_unique_identifier: "internal_transfer",
    transfer_reason_unique_identifier: "",
    process_id: "",
    effective_date: dateAt(at),
    status: 5,
  });
}

type Changed = { pair: Pair; atMs: number; grants: (Grant | undefined)[] };

/** An event for each combination of objects at which the grant was held, or is: the whole set of who holds the role there now. */
function drift(company: Company, { pair, atMs, grants }: Changed, envelope: Envelope): SentEvent[] {
  const role = company.roles.find(({ id }) => id === pair.roleId);
  if (role?.kind !== "organisational") return [];
  const places = new Map(
    grants.flatMap((grant) => combinationsOf(grant?.scopes ?? null)).map((place) => [JSON.stringify(place), place]),
  );
  return [...places.values()].map((place) => {
    const holders = allGrants(company)
      .filter(({ roleId, scopes }) => roleId === pair.roleId && isHeldAt(scopes, place))
      .map(({ holderId }) => holderId);
    return envelope("corehr.org_role_authorization.updated_v1", atMs, {
      role_id: pair.roleId,
      management_scope_list: place.map(([dimension, id]) => ({ management_dimension: dimension, obj_id: id })),
      // As the vendor's sample has it: two ids in one text.
      employment_id_list: holders.length === 0 ? null : [holders.join(",")],
    });
  });
}

type Place = (readonly [dimension: string, id: string])[];

function combinationsOf(scopes: Scopes | null): Place[] {
  return (scopes ?? []).flatMap((parts) => {
    let places: Place[] = [[]];
    for (const { dimension, ids } of parts) {
      places = places.flatMap((place) => ids.map((id) => [...place, [dimension, id] as const]));
    }
    return places;
  });
}

function isHeldAt(scopes: Scopes | null, place: Place): boolean {
  return (scopes ?? []).some((parts) =>
    place.every(([dimension, id]) => parts.some((part) => part.dimension === dimension && part.ids.includes(id))),
  );
}
