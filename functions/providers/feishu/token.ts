import type { Call, Timer } from "../../http/call.ts";
import { ApiError, toldOf, UnexpectedReplyError } from "../../http/errors.ts";
import type { JsonReply, JsonRequest } from "../../http/json-call.ts";
import { type Patience, retryPolicy, withRetry } from "../../http/retry.ts";
import { decodeEnvelope } from "./envelope.ts";

export type FeishuCredentials = { appId: string; appSecret: string };

/** A tenant access token, fetched at the first `get` and again before it expires. */
export type TenantToken = {
  get(): Promise<string>;
  /** For a token that the vendor refused: the next `get` fetches another one. */
  discard(token: string): void;
};

type TokenOptions = {
  pace: number;
  clock: Timer;
  random?: () => number;
  patience?: Patience;
  /** Where the call goes, as errors say it. */
  place?: string;
  signal?: AbortSignal;
};

/** The token of one app, fetched through `call` with retries. */
export function openTenantToken(
  call: Call<JsonRequest, JsonReply>,
  credentials: FeishuCredentials,
  { pace, clock, random = Math.random, patience, place, signal }: TokenOptions,
): TenantToken {
  const { mostMs: _mostMs, ...stopping } = patience ?? {};
  const fetchToken = withRetry(tokenCall(call, place), {
    policy: retryPolicy(pace, patience),
    ...stopping,
    timer: clock,
    random,
    repeatable: () => "always",
    ...(signal ? { signal } : {}),
  });
  return createTenantToken(() => fetchToken(credentials), clock);
}

// A token that expired on its way would fail the call. The vendor's own SDKs take three minutes too (node-sdk#14).
const marginMs = 3 * 60_000;

export type GrantedToken = { token: string; expireSeconds: number };

/** Keeps a token for its lifetime. Callers that need a token while one is being fetched share that request. */
export function createTenantToken(fetchToken: () => Promise<GrantedToken>, timer: Timer): TenantToken {
  let current: { token: string; expiresAt: number } | null = null;
  let fetching: Promise<string> | null = null;

  async function renewToken(): Promise<string> {
    const askedAt = timer.now();
    const { token, expireSeconds } = await fetchToken();
    current = { token, expiresAt: askedAt + expireSeconds * 1000 - marginMs };
    return token;
  }

  return {
    get() {
      if (current && timer.now() < current.expiresAt) return Promise.resolve(current.token);
      fetching ??= renewToken().finally(() => {
        fetching = null;
      });
      return fetching;
    },
    discard(token) {
      if (current?.token === token) current = null;
    },
  };
}

/** The name of the token request in errors. */
const tokenCallName = "tenantAccessToken";

/**
 * Fetches a token: https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal
 * The lifetime is what the reply says, in seconds. It may be less than the documented two hours, as the vendor gives a
 * token that another process fetched with the rest of its lifetime.
 */
export function tokenCall(call: Call<JsonRequest, JsonReply>, place?: string): Call<FeishuCredentials, GrantedToken> {
  const act = { words: "get the app's token", ...(place ? { place } : {}) };
  return async (credentials) => {
    try {
      return decodeToken(await call(tokenRequest(credentials)));
    } catch (error) {
      // A secret that is being rotated is refused for some minutes.
      if (error instanceof ApiError) error.trouble ??= "CredentialsRefused";
      throw toldOf(error, tokenCallName, act);
    }
  };
}

function tokenRequest({ appId, appSecret }: FeishuCredentials): JsonRequest {
  return {
    name: tokenCallName,
    method: "POST",
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    body: { app_id: appId, app_secret: appSecret },
  };
}

function decodeToken(reply: JsonReply): GrantedToken {
  // Unlike every other reply, the fields are beside `code` and not in `data`. An error has neither field, so the code is
  // looked at first.
  const { whole } = decodeEnvelope(tokenCallName, reply);
  const { tenant_access_token: token, expire } = whole;
  if (typeof token !== "string" || token === "" || typeof expire !== "number" || !(expire > 0)) {
    throw new UnexpectedReplyError(tokenCallName, reply.status, "no token or no lifetime");
  }
  return { token, expireSeconds: expire };
}
