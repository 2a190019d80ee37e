import * as z from "zod/mini";
import { ApiError } from "../../http/errors.ts";
import type { JsonReply, JsonRequest } from "../../http/json-call.ts";
import { createPageChains, eachPage, type PageMarks } from "../../http/pages.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import { ExpiredPageTokenError, type TenantReply } from "../../review/ports.ts";
import {
  type ApiOptions,
  createProviderCall,
  decodeAs,
  isRequestRefused,
  openProviderApi,
  PermissionError,
  type Placed,
  type ProviderApi,
  type ProviderCall,
  type ProviderCallOptions,
  type ProviderRequest,
  placeIn,
  placeOf,
  type Vendor,
} from "../provider-call.ts";
import { decodeEnvelope, logIdOf } from "./envelope.ts";
import { tenantWords } from "./limits.ts";
import { type FeishuCredentials, openTenantToken, type TenantToken } from "./token.ts";

/** What a request sends. A repeated key of `query` is sent repeatedly. */
type Sent = {
  method: JsonRequest["method"];
  path: string;
  query: readonly (readonly [string, string])[];
  body?: unknown;
};

/** One call: what is sent, how it may be repeated, and how the `data` of the reply is decoded. */
export type FeishuRequest<Data> = Sent & ProviderRequest<Data>;

/** Any call to the Feishu open platform, given its request. */
export type FeishuCall = ProviderCall<Sent>;

/** One app's API of the open platform. */
export type FeishuApi = ProviderApi<FeishuCall>;

export type FeishuOptions = Omit<ApiOptions, "caller"> & { credentials: FeishuCredentials };

/** Opens the API of one app; the first call fetches the app's token. */
export function openFeishu({ credentials, ...options }: FeishuOptions): FeishuApi {
  return openProviderApi({ ...options, caller: credentials.appId, secrets: [credentials.appSecret] }, (call) =>
    feishuVendor(openTenantToken(call, credentials, { ...options, place: placeOf(options) })),
  );
}

/** Calls over connections and throttles that are open already. */
export function createFeishuCall({ token, ...options }: ProviderCallOptions & { token: TenantToken }): FeishuCall {
  return createProviderCall(feishuVendor(token), options);
}

function feishuVendor(token: TenantToken): Vendor<FeishuRequest<unknown>, unknown, string> {
  return {
    authorize: token.get,
    toHttp: ({ name, method, path, query, body }, bearer) => {
      const headers = { authorization: `Bearer ${bearer}` };
      return { name, method, path, query, headers, ...(body === undefined ? {} : { body }) };
    },
    describeRead,
    openEnvelope: (callName, reply) => {
      const { data, logId } = decodeEnvelope(callName, reply);
      return { body: data, requestId: logId };
    },
    discardAuth: token.discard,
  };
}

function describeRead(
  request: FeishuRequest<unknown>,
  reply: JsonReply,
): Pick<ReadLine, "parameters" | "page" | "items" | "logId"> {
  const body = typeof request.body === "object" && request.body !== null ? request.body : {};
  const { page_token: page, ...parameters }: Record<string, unknown> = { ...groupByKey(request.query), ...body };
  return {
    parameters,
    page: typeof page === "string" ? page : null,
    items: countItems(reply.json),
    logId: logIdOf(reply.headers, null),
  };
}

function groupByKey(query: Sent["query"]): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const [key, value] of query) {
    const known = values[key];
    if (Array.isArray(known)) known.push(value);
    else values[key] = known === undefined ? value : [known, value];
  }
  return values;
}

/** The names of the lists in the replies of the calls that this product makes. */
const itemLists = ["items", "members", "employment_direct_bps", "hrbp_list"];

function countItems(json: unknown): number {
  const data = (json as { data?: Record<string, unknown> | null } | null)?.data;
  const items = itemLists.map((name) => data?.[name]).find(Array.isArray);
  return items?.length ?? 0;
}

/** What names a call in errors: its name, and what it is to do in words. */
export type CallNames = { name: string; words: string };

/** A request that reads, and so may always be repeated. `schema` is the schema of the reply's `data`. */
export function readRequest<Schema extends z.ZodMiniType>(
  names: CallNames,
  schema: Schema,
  sent: Sent,
): FeishuRequest<z.infer<Schema>> & CallNames {
  return { ...names, repeatable: "always", decode: decodeAs(names.name, schema), ...sent };
}

/** The marks of every paged reply. Their types are looked at where it is decided what follows the page. */
export const pageMarks = { has_more: z.optional(z.unknown()), page_token: z.optional(z.unknown()) };

/** What every paged reply has. */
export type PagedReply = { has_more?: unknown; page_token?: unknown };

/** One page of a listing: the request, and what tells the items of the reply apart, and from items that were not asked for. */
export type PageRequest<Data extends PagedReply> = FeishuRequest<Data> &
  CallNames & {
    idsOf: (data: Data) => readonly string[];
    /** In words, an item of another role or person than was asked for; null where there is none. */
    strangerOf?: (data: Data) => string | null;
  };

/** Every reply of a listing, from the first page to the last. `fetch` sends the request of a page. */
export async function* eachReply<Data extends PagedReply>(
  request: (token: string | null) => PageRequest<Data>,
  fetch: ((request: PageRequest<Data>, token: string | null) => Promise<{ data: Data }>) & Placed,
): AsyncGenerator<Data> {
  const first = request(null);
  const fetchPage = async (token: string | null) => (await fetch(request(token), token)).data;
  yield* eachPage({ call: first.name, words: first.words, ...placeIn(fetch) }, fetchPage, (data) =>
    marksOf(data, first),
  );
}

/**
 * Reads one page of the listing `id`; gives the reply and the token of the next page, which is null at the end. Throws
 * ExpiredPageTokenError where the vendor no longer knows the token, and IncompleteListingError where tokens go in a circle.
 */
export type ReadPageOf = <Data extends PagedReply>(
  asked: { id: string; token: string | null },
  request: (token: string | null) => PageRequest<Data>,
) => Promise<{ data: Data; next: string | null }>;

/** Follows any number of listings. */
export function openPageReader(call: FeishuCall): ReadPageOf {
  const pages = createPageChains();
  return async ({ id, token }, request) => {
    const { name, words, ...asked } = request(token);
    const fetchPage = async (from: string | null) => {
      const fetched = await call(request(from)).catch((error) =>
        blameToken(error, { id, token: from }, () => call(request(null))),
      );
      return fetched.data;
    };
    const listing = { id, call: name, words, ...placeIn(call) };
    const { page, next } = await pages.read({ listing, token }, fetchPage, (data) => marksOf(data, asked));
    return { data: page, next };
  };
}

/**
 * The vendor says `has_more` with every page, and `page_token` "when has_more is true, else it is not returned":
 * https://open.feishu.cn/document/server-docs/corehr-v1/authorization/search. An empty token is none.
 */
function marksOf<Data extends PagedReply>(
  data: Data,
  { idsOf, strangerOf }: Pick<PageRequest<Data>, "idsOf" | "strangerOf">,
): PageMarks {
  const { has_more: hasMore, page_token: token } = data;
  return {
    hasMore: typeof hasMore === "boolean" ? hasMore : null,
    pageToken: typeof token === "string" && token !== "" ? token : null,
    ids: idsOf(data),
    stranger: strangerOf?.(data) ?? null,
  };
}

// The vendor does not document how an old token is refused. These codes mean that a parameter is bad.
const parameterCodes = new Set(["1161401", "1161402", "1161404", "1160102", "99992402", "40001"]);

/** The token is at fault only where the same call without a token passes. Any other error is thrown as it is. */
async function blameToken(
  error: unknown,
  { id, token }: { id: string; token: string | null },
  readFirstPage: () => Promise<unknown>,
): Promise<never> {
  if (!(error instanceof ApiError) || token === null || !parameterCodes.has(error.code)) throw error;
  await readFirstPage().catch(() => {
    throw error;
  });
  throw new ExpiredPageTokenError(`Cannot go on with listing ${id} as its page token was refused: ${error.message}`, {
    cause: error,
  });
}

const tenantReply = z.object({ tenant: z.object({ tenant_key: z.string().check(z.minLength(1)) }) });

/**
 * The `tenant_key` of the tenant that an app reads; null with what is missing, where the app may not know. Needs
 * `tenant:tenant:readonly`.
 * https://open.feishu.cn/document/server-docs/tenant-v2/query
 */
export async function readTenant(call: FeishuCall): Promise<TenantReply> {
  const names = { name: "queryTenant", words: tenantWords.queryTenant };
  const sent = { method: "GET", path: "/open-apis/tenant/v2/tenant/query", query: [] } as const;
  try {
    const { data } = await call(readRequest(names, tenantReply, sent));
    return { tenant: data.tenant.tenant_key };
  } catch (error) {
    if (error instanceof PermissionError || isRequestRefused(error)) return { tenant: null, missing: error.message };
    throw error;
  }
}
