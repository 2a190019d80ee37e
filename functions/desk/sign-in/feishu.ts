import { createHash } from "node:crypto";
import type { Proxies } from "../../basics/proxies.ts";
import { ApiError, NoReplyError, quoteOf } from "../../http/errors.ts";
import { type JsonReply, type JsonRequest, openJsonCall } from "../../http/json-call.ts";
import { withoutSecrets } from "../../http/secrets-in-replies.ts";
import { decodeEnvelope } from "../../providers/feishu/envelope.ts";
import { createTenantToken, tokenCall } from "../../providers/feishu/token.ts";
import type { Clock } from "../../review/ports.ts";
import { type Identity, type SignIn, type SignInAttempt, SignInError } from "./sign-in.ts";

/** A source whose people are accounts of the same tenant: by which id it knows them. */
export type AccountSource = { id: string; idType: "people_corehr_id" | "user_id" };

export type FeishuSignInOptions = {
  /** The vendor's API, as https://open.feishu.cn. */
  baseUrl: string;
  credentials: { appId: string; appSecret: string };
  /** The one tenant whose people may sign in. */
  tenant: string;
  sources: readonly AccountSource[];
  clock: Clock;
  /** What evidence calls it. */
  provider: "feishu" | "sandbox";
  /** How long an answer may take: somebody waits. */
  timeoutMs?: number;
  /** The proxies of the environment; left out: none. */
  proxies?: Proxies;
};

/** Account codes that say that somebody has left, or may not sign in: resigned, frozen, not registered, no such user. */
const goneCodes = ["20021", "20022", "20023", "20008", "20066"];

/** The page where people sign in is on another host than the API. A local stand-in serves both. */
function accountsOrigin(baseUrl: string): string {
  const url = new URL(baseUrl);
  url.host = url.host.replace(/^open\./, "accounts.");
  return url.origin;
}

const connections = 16;

/**
 * Signs people of one Feishu tenant in: OAuth 2 with PKCE (S256). The person's token is used once, to ask who they are, and
 * forgotten. E-mail and telephone are not looked at, as Feishu verifies neither.
 * https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code,
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token
 */
export function openFeishuSignIn(options: FeishuSignInOptions): SignIn {
  const { baseUrl, credentials, tenant, sources, clock, provider, timeoutMs = 5_000, proxies = {} } = options;
  const connection = openJsonCall({ baseUrl, connections, timeoutMs, proxies });
  const hiding = (secrets: string[]) =>
    withoutSecrets((request: JsonRequest) => send(request), [credentials.appSecret, ...secrets]);
  const call = hiding([]);
  const fetchToken = tokenCall(call);
  const appToken = createTenantToken(() => fetchToken(credentials), clock);

  /**
   * Sends a call, and again where it met the closing of a connection, as often as there may be idle ones that the other side has
   * given up. Should it have seen the call after all, it refuses the code the second time, and nothing worse comes of it.
   */
  async function send(request: JsonRequest, left = connections): Promise<JsonReply> {
    try {
      return await connection.call(request);
    } catch (error) {
      if (left > 0 && error instanceof NoReplyError && error.metClosing) return await send(request, left - 1);
      throw error;
    }
  }

  /** Asks. `secrets`: those of this request that no error may hold, though the reply echoes them. */
  async function ask(request: JsonRequest, secrets: string[] = []): Promise<JsonReply> {
    try {
      return await hiding(secrets)(request);
    } catch (error) {
      throw new SignInError("unavailable", `${(error as Error).message}: try again, or look at the sign-in's host`);
    }
  }

  async function tokenOf({ verifier, redirectUri }: SignInAttempt, code: string): Promise<string> {
    const body = {
      grant_type: "authorization_code",
      client_id: credentials.appId,
      client_secret: credentials.appSecret,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const path = "/open-apis/authen/v2/oauth/token";
    const reply = await ask({ name: "exchange the code of a sign-in", method: "POST", path, body }, [code, verifier]);
    const { code: result, access_token: token } = fieldsOf(reply.json);
    if (result === 0 && typeof token === "string" && token !== "") return token;
    throw exchangeError(reply, result);
  }

  async function personOf(token: string): Promise<Record<string, unknown>> {
    const reply = await ask({
      name: "ask who signed in",
      method: "GET",
      path: "/open-apis/authen/v1/user_info",
      headers: { authorization: `Bearer ${token}` },
    });
    const { code, data } = fieldsOf(reply.json);
    if (code === 0) return fieldsOf(data);
    const reason = goneCodes.includes(String(code)) ? "left" : Number(reply.status) >= 500 ? "unavailable" : "refused";
    throw new SignInError(
      reason,
      `Cannot ask who signed in as the provider answered ${quoteOf(code)}, HTTP ${reply.status}`,
    );
  }

  /** Asks as the app. A failure for good is the configuration's: the message names the missing permission. */
  async function askAsApp(request: JsonRequest): Promise<Record<string, unknown>> {
    try {
      const reply = await call({ ...request, headers: { authorization: `Bearer ${await appToken.get()}` } });
      return fieldsOf(decodeEnvelope(request.name, reply).data);
    } catch (error) {
      throw new SignInError("unavailable", (error as Error).message);
    }
  }

  /** The employment of an account; null where CoreHR knows none: whom it does not know it leaves out, or gives no id. */
  async function employmentOf(unionId: string): Promise<string | null> {
    const { items } = await askAsApp({
      name: "convert the id of an account to an employment",
      method: "POST",
      path: "/open-apis/corehr/v1/common_data/id/convert",
      query: [
        ["id_transform_type", "2"],
        ["id_type", "user_id"],
        ["feishu_user_id_type", "union_id"],
      ],
      body: { ids: [unionId] },
    });
    const found = (Array.isArray(items) ? items : []).map(fieldsOf).find(({ id }) => id === unionId)?.target_id;
    return typeof found === "string" && found !== "" ? found : null;
  }

  async function peopleOf(unionId: string, userId: string | null): Promise<Identity["people"]> {
    const isAsked = sources.some(({ idType }) => idType === "people_corehr_id");
    const employment = isAsked ? await employmentOf(unionId) : null;
    const known = sources.flatMap(({ id, idType }): [string, string[]][] => {
      const person = idType === "user_id" ? userId : employment;
      return person === null ? [] : [[id, [person]]];
    });
    return Object.fromEntries(known);
  }

  /** Whether an account is open; null where the app may not know. */
  async function isAccountOpen(unionId: string): Promise<boolean | null> {
    const reply = await ask({
      name: "ask whether an account is open",
      method: "GET",
      path: "/open-apis/contact/v3/users/batch",
      query: [
        ["user_ids", unionId],
        ["user_id_type", "union_id"],
      ],
      headers: { authorization: `Bearer ${await appToken.get()}` },
    });
    try {
      const { items } = fieldsOf(decodeEnvelope("ask whether an account is open", reply).data);
      const status = fieldsOf(
        (Array.isArray(items) ? items : []).map(fieldsOf).find((each) => each.union_id === unionId)?.status,
      );
      if (typeof status.is_resigned !== "boolean") return null;
      return status.is_resigned !== true && status.is_exited !== true && status.is_frozen !== true;
    } catch (error) {
      if (error instanceof ApiError && !error.isTransient) return null;
      throw new SignInError("unavailable", (error as Error).message);
    }
  }

  return {
    async begin({ state, verifier, redirectUri }) {
      const url = new URL(`${accountsOrigin(baseUrl)}/open-apis/authen/v1/authorize`);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      const query = {
        client_id: credentials.appId,
        response_type: "code",
        redirect_uri: redirectUri,
        state,
        code_challenge: challenge,
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },

    async finish(attempt, parameters) {
      const code = parameters.get("code");
      if (code === null) throw new SignInError("refused", "Nobody was signed in as the provider gave no code");
      const person = await personOf(await tokenOf(attempt, code));
      const { tenant_key: tenantKey, union_id: unionId, user_id: userId, name } = person;
      if (tenantKey !== tenant)
        throw new SignInError("wrong-tenant", "Nobody was signed in as the account is of another tenant");
      if (typeof unionId !== "string" || unionId === "")
        throw new SignInError("refused", "Nobody was signed in as the provider named no union_id");
      return {
        provider,
        subject: unionId,
        tenant,
        name: typeof name === "string" && name !== "" ? name : unionId,
        email: null,
        people: await peopleOf(unionId, typeof userId === "string" && userId !== "" ? userId : null),
      };
    },

    async isStillHere({ subject, people }) {
      const employed = sources.find(({ id, idType }) => idType === "people_corehr_id" && Object.hasOwn(people, id));
      if (employed && people[employed.id]?.[0] !== (await employmentOf(subject))) return false;
      return (await isAccountOpen(subject)) !== false;
    },
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** 20003 and 20004: the code is unknown or too old; 20065: it was used; 20010: the person may not use the app. */
function exchangeError({ status }: JsonReply, code: unknown): SignInError {
  const message = `Nobody was signed in as the provider answered ${quoteOf(code)} to the code, HTTP ${status}`;
  if (status >= 500 || code === 20050 || code === 20072) return new SignInError("unavailable", message);
  if (code === 20003 || code === 20004 || code === 20065) return new SignInError("expired", message);
  return new SignInError(goneCodes.includes(String(code)) ? "left" : "refused", message);
}
