import type { Call, Timer } from "../../http/call.ts";
import { UnexpectedReplyError } from "../../http/errors.ts";
import type { JsonReply, JsonRequest } from "../../http/json-call.ts";
import { decodeEnvelope } from "./envelope.ts";

export type FeishuCredentials = { appId: string; appSecret: string };

/** A tenant access token that is asked for when it is first needed, and anew before it expires. */
export type TenantToken = {
  get(): Promise<string>;
  /** The provider refused this one; the next `get` asks for another. */
  discard(token: string): void;
};

// A token that expires on its way would fail the call; the official SDKs take three minutes too (node-sdk#14).
const marginMs = 3 * 60_000;

export type GrantedToken = { token: string; expireSeconds: number };

/** A token from `ask`, kept for as long as the reply says; whoever needs one meanwhile waits for the same request. */
export function createTenantToken(ask: () => Promise<GrantedToken>, timer: Timer): TenantToken {
  let current: { token: string; expiresAt: number } | null = null;
  let asking: Promise<string> | null = null;

  async function fetchToken(): Promise<string> {
    const askedAt = timer.now();
    const { token, expireSeconds } = await ask();
    current = { token, expiresAt: askedAt + expireSeconds * 1000 - marginMs };
    return token;
  }

  return {
    get() {
      if (current && timer.now() < current.expiresAt) return Promise.resolve(current.token);
      asking ??= fetchToken().finally(() => {
        asking = null;
      });
      return asking;
    },
    discard(token) {
      if (current?.token === token) current = null;
    },
  };
}

/** The name under which errors speak of the token request. */
export const tokenCallName = "tenantAccessToken";

/**
 * Asks for a token: https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal
 * Its lifetime is what the reply says, not two hours: a token that another process fetched comes back with its rest.
 */
export function tokenCall(call: Call<JsonRequest, JsonReply>): Call<FeishuCredentials, GrantedToken> {
  return async (credentials) => decodeToken(await call(tokenRequest(credentials)));
}

const tokenRequest = ({ appId, appSecret }: FeishuCredentials): JsonRequest => ({
  name: tokenCallName,
  method: "POST",
  path: "/open-apis/auth/v3/tenant_access_token/internal",
  body: { app_id: appId, app_secret: appSecret },
});

function decodeToken(reply: JsonReply): { token: string; expireSeconds: number } {
  // Not wrapped in `data`, unlike every other reply; on an error neither field is there, so the code comes first.
  const { whole } = decodeEnvelope(tokenCallName, reply);
  const { tenant_access_token: token, expire } = whole;
  if (typeof token !== "string" || token === "" || typeof expire !== "number" || !(expire > 0)) {
    throw new UnexpectedReplyError(tokenCallName, reply.status, "no token or no lifetime");
  }
  return { token, expireSeconds: expire };
}
