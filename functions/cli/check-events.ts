import { proxiesOf } from "../basics/proxies.ts";
import { eventTypes } from "../events/asked.ts";
import { type FeishuRequest, openFeishu } from "../providers/feishu/call.ts";
import { openEventApp } from "../runtime/open-events.ts";
import type { CommandSession } from "./session.ts";

/** As `PermissionCheck`. `said`: what `missing` says in English, as a code; `why` is the vendor's answer, or null. */
type EventCheck = {
  call: string;
  passed: boolean;
  missing: string | null;
  said?: { code: "not-subscribed" } | { code: "try-it"; why: string | null };
};

/** The permissions by which the vendor sends each event; any one suffices. As in the developer console, they take effect with a published version. */
const scopesOf: Readonly<Record<keyof typeof eventTypes, readonly string[]>> = {
  leaver: [
    "corehr:offboarding:read",
    "corehr:offboarding:write",
    "corehr:offboarding.status_message_v2:read",
    "corehr:employment:readonly",
    "corehr:employment",
  ],
  mover: ["corehr:job_change.status_update_event:read"],
  deleted: ["contact:contact.base:readonly", "contact:contact:readonly_as_app", "contact:contact:access_as_app"],
  narrowed: ["contact:contact.base:readonly", "contact:contact:readonly_as_app", "contact:contact:access_as_app"],
  drift: ["corehr:authorization:read", "corehr:corehr:readonly"],
};

/** The vendor publishes no limit for either call. */
const limits = { listScopes: [{ calls: 100, perMs: 60_000 }], listVersions: [{ calls: 100, perMs: 60_000 }] };

const tryIt = "whether events arrive only an event shows: let somebody leave in a test tenant (docs/events.md)";

/**
 * What is known of the events' subscriptions: which permissions they lack, and, where the app may read its own versions, which
 * events the published one does not subscribe to. Throws where the app is refused, or does not answer.
 */
export async function checkEvents(session: CommandSession, signal: AbortSignal): Promise<EventCheck[]> {
  const { config, company, clock, env } = session;
  const { events } = config;
  if (!events) return [];
  const { appId, appSecret, baseUrl } = await openEventApp(events, { env, company: company?.events });
  const api = openFeishu({
    ...{
      baseUrl,
      credentials: { appId, appSecret },
      pace: 1,
      limits,
      clock,
      random: Math.random,
      proxies: proxiesOf(env),
      signal,
    },
    patience: { mostMs: 0 },
  });
  try {
    const granted = new Set((await api.call(listScopes)).data);
    const subscribed = await api.call(listVersions(appId)).then(
      ({ data }) => data,
      (error: Error) => error,
    );
    const checks = Object.entries(eventTypes).map(([kind, type]) => {
      const scopes = scopesOf[kind as keyof typeof eventTypes];
      return checkOf(type, {
        isAllowed: scopes.some((scope) => granted.has(scope)),
        scopes,
        subscribed: subscribed instanceof Error ? null : subscribed,
      });
    });
    const why = subscribed instanceof Error ? subscribed.message : null;
    const missing = `${why === null ? "" : `not looked at (${why}); `}${tryIt}`;
    const last: EventCheck = { call: "events", passed: true, missing, said: { code: "try-it", why } };
    return [...checks, last].map((check) => ({ ...check, call: `events: ${check.call}` }));
  } finally {
    await api.close();
  }
}

type Known = { isAllowed: boolean; scopes: readonly string[]; subscribed: ReadonlySet<string> | null };

function checkOf(type: string, { isAllowed, scopes, subscribed }: Known): EventCheck {
  if (!isAllowed) return { call: type, passed: false, missing: scopes.join(" | ") };
  if (subscribed === null || subscribed.has(type)) return { call: type, passed: true, missing: null };
  return {
    call: type,
    passed: false,
    missing: "the app's published version does not subscribe to it: add it in the console, and publish a version",
    said: { code: "not-subscribed" },
  };
}

function read<Data>(name: string, words: string, path: string, decode: (data: unknown) => Data): FeishuRequest<Data> {
  return { name, words, method: "GET", path, query: [], repeatable: "always", decode };
}

/** The permissions that the tenant granted the app. https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/application-v6/scope/list */
const listScopes = read("listScopes", "list the app's permissions", "/open-apis/application/v6/scopes", (data) =>
  listIn(data, "scopes").flatMap(({ scope_name, grant_status }) =>
    grant_status === 1 && typeof scope_name === "string" ? [scope_name] : [],
  ),
);

/** The vendor's status of a version that was approved. */
const approved = 1;

/**
 * The events of the newest approved version of the app. It takes `application:application.app_version:readonly`.
 * https://open.feishu.cn/document/server-docs/application-v6/application/list
 */
function listVersions(appId: string): FeishuRequest<ReadonlySet<string>> {
  const path = `/open-apis/application/v6/applications/${encodeURIComponent(appId)}/app_versions`;
  const request = read("listVersions", "list the app's versions", path, (data) => {
    const published = listIn(data, "items").filter(({ status }) => status === approved);
    const newest = published.sort((a, b) => publishedAt(b) - publishedAt(a))[0];
    return new Set(listIn(newest, "event_infos").map(({ event_type: type }) => String(type)));
  });
  return {
    ...request,
    query: [
      ["lang", "zh_cn"],
      ["page_size", "50"],
    ],
  };
}

/** Epoch seconds, as text. */
function publishedAt({ publish_time: published, create_time: created }: Record<string, unknown>): number {
  return Number(published ?? created ?? 0);
}

function listIn(data: unknown, name: string): Record<string, unknown>[] {
  const list = (data as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(list) ? (list as Record<string, unknown>[]) : [];
}
