import { createHash, createHmac } from "node:crypto";
import type * as z from "zod/mini";
import type { JsonReply } from "../../http/json-call.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import {
  type ApiOptions,
  decodeAs,
  type LimitOverrides,
  limitsWith,
  openProviderApi,
  type ProviderApi,
  type ProviderCall,
  type ProviderRequest,
  type Vendor,
} from "../provider-call.ts";
import { decodeEnvelope } from "./envelope.ts";
import { type Action, callLimits, callWords, cloudHosts } from "./limits.ts";

/** An access key. A temporary key has a `token`. */
export type CloudCredentials = { secretId: string; secretKey: string; token?: string };

type Sent = { name: Action; parameters: Readonly<Record<string, unknown>> };

type Response = Record<string, unknown>;

/** One call: its action and parameters, how it may be repeated, and how the `Response` of the reply is decoded. */
export type CloudRequest<Data> = Sent & ProviderRequest<Data, Response>;

/** Any call to Tencent Cloud Organization, given its request. */
export type CloudCall = ProviderCall<Sent, Response>;

/** One access key's API of Tencent Cloud Organization. */
export type CloudApi = ProviderApi<CloudCall>;

export type CloudOptions = Omit<ApiOptions, "caller" | "limits"> & {
  credentials: CloudCredentials;
  limits: LimitOverrides;
  /** The actions that the key calls, and so the limits that are opened. */
  actions: readonly Action[];
};

/** Opens the API of one key. Throws where the address is none of the vendor's, as signed requests go nowhere else. */
export function openCloud({ credentials, actions, ...options }: CloudOptions): CloudApi {
  const { hostname } = vendorUrl(options.baseUrl);
  const limits = limitsWith(callLimits, options.limits, actions);
  // The vendor counts calls by account, and a key does not name its account: each key is held to half of the limit.
  return openProviderApi(
    { ...options, limits, caller: credentials.secretId, secrets: [credentials.secretKey, credentials.token ?? ""] },
    () => cloudVendor(credentials, hostname, options.clock.now),
  );
}

function vendorUrl(baseUrl: string): URL {
  const url = new URL(baseUrl);
  const isVendor = cloudHosts.includes(url.host) && url.protocol === "https:" && url.pathname === "/";
  if (isVendor || isLoopback(url.hostname)) return url;
  throw new Error(
    `Cannot open ${baseUrl} as Tencent Cloud's addresses are https://${cloudHosts.join(" and https://")}`,
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** `hostname` is the host that is signed: without a port. */
function cloudVendor(
  credentials: CloudCredentials,
  hostname: string,
  now: () => number,
): Vendor<CloudRequest<unknown>, Response, CloudCredentials> {
  return {
    authorize: async () => credentials,
    toHttp: (request, key) => {
      const headers = signedHeaders(request, { key, hostname, timestamp: Math.floor(now() / 1000) });
      return { name: request.name, method: "POST", path: "/", headers, body: request.parameters };
    },
    describeRead,
    openEnvelope: (callName, reply) => {
      const { response, requestId } = decodeEnvelope(callName, reply);
      return { body: response, requestId };
    },
  };
}

function describeRead(
  { parameters: { NextToken: page, ...parameters } }: CloudRequest<unknown>,
  { json }: JsonReply,
): Pick<ReadLine, "parameters" | "page" | "items" | "logId"> {
  const response = (json as { Response?: Response } | null)?.Response ?? {};
  return {
    parameters,
    page: typeof page === "string" ? page : null,
    items: countItems(response),
    logId: typeof response.RequestId === "string" ? response.RequestId : null,
  };
}

/** Each listing's reply has one list, whose name differs from call to call. */
function countItems(response: Response): number {
  return Object.values(response).reduce<number>((count, value) => count + (Array.isArray(value) ? value.length : 0), 0);
}

/** A request that reads, and so may always be repeated. `schema` is the schema of the `Response`. */
export function readRequest<Schema extends z.ZodMiniType>(
  name: Action,
  parameters: Sent["parameters"],
  schema: Schema,
): CloudRequest<z.infer<Schema>> {
  const decode = decodeAs(name, schema, "Response");
  return { name, words: callWords[name], parameters, repeatable: "always", decode };
}

const apiVersion = "2021-03-31";
const contentType = "application/json; charset=utf-8";

function signedHeaders(
  { name, parameters }: CloudRequest<unknown>,
  { key, hostname, timestamp }: { key: CloudCredentials; hostname: string; timestamp: number },
): Record<string, string> {
  const headers = { "content-type": contentType, host: hostname, "x-tc-action": name };
  // The body is JSON.stringify of the same parameters, so the bytes are the same.
  const payload = JSON.stringify(parameters);
  return {
    authorization: authorization({ service: "organization", headers, payload, timestamp }, key),
    "content-type": contentType,
    "x-tc-action": name,
    "x-tc-version": apiVersion,
    "x-tc-timestamp": String(timestamp),
    ...(key.token ? { "x-tc-token": key.token } : {}),
  };
}

/** A POST to `/` that is to be signed. Exactly these `headers` are signed; their names are in lower case. */
export type Signable = {
  service: string;
  headers: Readonly<Record<string, string>>;
  /** The body, byte for byte as it is sent. */
  payload: string;
  /** Unix seconds. The vendor refuses a time stamp that is more than five minutes off. */
  timestamp: number;
};

/** The `Authorization` header (TC3-HMAC-SHA256, "signature v3"): https://www.tencentcloud.com/document/product/614/42761 */
export function authorization(request: Signable, credentials: { secretId: string; secretKey: string }): string {
  const signature = hmac(signingKey(credentials.secretKey, request), stringToSign(request)).toString("hex");
  const credential = `Credential=${credentials.secretId}/${scopeOf(request)}`;
  return `TC3-HMAC-SHA256 ${credential}, SignedHeaders=${namesOf(request.headers)}, Signature=${signature}`;
}

/** The text whose hash is signed. Header values are in lower case, whatever the case of the header that is sent. */
export function canonicalRequest({ headers, payload }: Signable): string {
  const lines = Object.keys(headers)
    .sort()
    .map((name) => `${name}:${headers[name]?.trim().toLowerCase()}\n`);
  return ["POST", "/", "", lines.join(""), namesOf(headers), sha256(payload)].join("\n");
}

/** The text that the key signs. */
export function stringToSign(request: Signable): string {
  return ["TC3-HMAC-SHA256", request.timestamp, scopeOf(request), sha256(canonicalRequest(request))].join("\n");
}

/** The key of one service for one UTC day. */
export function signingKey(secretKey: string, request: Signable): Buffer {
  return hmac(hmac(hmac(`TC3${secretKey}`, dateOf(request.timestamp)), request.service), "tc3_request");
}

function scopeOf({ service, timestamp }: Signable): string {
  return `${dateOf(timestamp)}/${service}/tc3_request`;
}

function dateOf(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().slice(0, 10);
}

function namesOf(headers: Signable["headers"]): string {
  return Object.keys(headers).sort().join(";");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}
