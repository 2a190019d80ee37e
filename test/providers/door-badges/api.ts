import { createHash } from "node:crypto";
import type * as z from "zod/mini";
import { NoReplyError } from "../../../functions/http/errors.ts";
import type { JsonCaller } from "../../../functions/http/json-call.ts";
import type { Limits } from "../../../functions/http/throttles.ts";
import type { OpenOptions } from "../../../functions/providers/provider.ts";
import {
  decodeAs,
  limitsWith,
  openProviderApi,
  PermissionError,
  type ProviderApi,
  type ProviderCall,
  type ProviderRequest,
  toApiError,
  type Vendor,
} from "../../../functions/providers/provider-call.ts";
import { registerAt } from "./register.ts";

const perMinute = [{ calls: 100, perMs: 60_000 }];

/** The documented limit of every call. */
export const documentedLimits = {
  listDoors: perMinute,
  listBadges: perMinute,
  showBadges: perMinute,
  showPeople: perMinute,
  giveBadge: perMinute,
  takeBadge: [{ calls: 20, perMs: 60_000 }],
} satisfies Limits;

export type CallName = keyof typeof documentedLimits;

export const readCalls: CallName[] = ["listDoors", "listBadges", "showBadges", "showPeople"];
/** The calls that change something. The key that writes makes no others. */
export const writeCalls: CallName[] = ["giveBadge", "takeBadge"];

export type BadgeOptions = OpenOptions<{ key: string }, { building: string }>;

type Sent = { name: CallName; parameters: Record<string, unknown> };

/** One call: its name and parameters, how it may be repeated, and how its reply is decoded. */
export type BadgeRequest<Data> = Sent & ProviderRequest<Data>;

export type BadgeCall = ProviderCall<Sent>;

/** The register's API with one key, and with the limits of these calls. */
export function openBadgeApi(options: BadgeOptions, key: string, callNames: CallName[]): ProviderApi<BadgeCall> {
  const limits = limitsWith(documentedLimits, options.limits, callNames);
  // A real provider leaves `connectToRegister` out: its calls go over HTTP then.
  return openProviderApi({ ...options, caller: key, limits }, () => badgeVendor(key), connectToRegister);
}

function badgeVendor(key: string): Vendor<BadgeRequest<unknown>, unknown, string> {
  return {
    authorize: async () => key,
    toHttp: ({ name, parameters }, authorization) => ({
      name,
      method: "POST",
      path: `/${name}`,
      headers: { authorization },
      body: parameters,
    }),
    describeRead: ({ parameters }) => ({
      parameters,
      page: typeof parameters.page === "string" ? parameters.page : null,
      items: 1,
      logId: null,
    }),
    openEnvelope: (callName, { status, json }) => {
      const refusal = { call: callName, code: String(status), status, reason: "refused", requestId: null };
      if (status === 403) throw new PermissionError(refusal, [`badges:${callName}`]);
      if (status !== 200) throw toApiError("request", refusal);
      return { body: json, requestId: null };
    },
  };
}

/** What each call is to do, as errors say it after "Cannot". */
const callWords: Readonly<Record<CallName, string>> = {
  listDoors: "list the doors",
  listBadges: "list who has a badge",
  showBadges: "read badges",
  showPeople: "read facts of people",
  takeBadge: "take a badge away",
  giveBadge: "give a badge back",
};

/** A request that reads, and so may always be repeated. */
export function readRequest<Schema extends z.ZodMiniType>(
  name: CallName,
  parameters: Sent["parameters"],
  schema: Schema,
): BadgeRequest<z.infer<Schema>> {
  return { name, words: callWords[name], parameters, repeatable: "always", decode: decodeAs(name, schema) };
}

/** A request that changes something: it is sent once, and sent again only where it was surely not carried out. */
export function writeRequest(name: CallName, parameters: Sent["parameters"]): BadgeRequest<null> {
  return { name, words: callWords[name], parameters, repeatable: "if-not-executed", decode: () => null };
}

/** The network of this example. A reply with status 0 is a connection that broke. */
function connectToRegister({ baseUrl }: { baseUrl: string }): JsonCaller {
  return {
    call: async ({ name, headers, body }, onAnswer) => {
      const key = headers?.authorization ?? "";
      const { status, text } = registerAt(baseUrl).answer(key, name, body as Record<string, unknown>);
      onAnswer?.();
      if (status === 0) throw new NoReplyError(name, { code: "ECONNRESET" });
      return { status, headers: {}, json: JSON.parse(text), sha256: createHash("sha256").update(text).digest("hex") };
    },
    close: async () => {},
  };
}
