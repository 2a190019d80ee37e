import { createHash } from "node:crypto";
import * as oauth from "oauth4webapi";
import { Agent, EnvHttpProxyAgent, fetch as undiciFetch } from "undici";
import type { Proxies } from "../../basics/proxies.ts";
import { isClosing, quoteOf } from "../../http/errors.ts";
import { hideSecrets } from "../../http/secrets-in-replies.ts";
import type { Clock } from "../../review/ports.ts";
import { type Identity, type SignIn, type SignInAttempt, SignInError } from "./sign-in.ts";

export type OidcSignInOptions = {
  /** The issuer, letter by letter as its discovery document has it. */
  issuer: string;
  credentials: { clientId: string; clientSecret: string };
  clock: Clock;
  /** Who of each source has an e-mail that the issuer has verified. */
  peopleByEmail(email: string): Promise<Identity["people"]>;
  /** How long an answer may take: somebody waits. */
  timeoutMs?: number;
  /** The proxies of the environment; left out: none. */
  proxies?: Proxies;
};

/** An issuer's addresses and methods are looked up again after this long. */
const discoveredForMs = 60 * 60_000;

/** Codes of a token endpoint that concern this one sign-in: the code is too old, was used, or was given to another. */
const spentCodes = ["invalid_grant"];
const refusedCodes = [
  "access_denied",
  "unauthorized_client",
  "interaction_required",
  "login_required",
  "consent_required",
];

/**
 * Signs people in at an OpenID Connect issuer: discovery, code flow with PKCE (S256), state, nonce, the signature of the
 * ID token. Tokens are used once, to ask who somebody is, and forgotten. An issuer tells nothing of anybody afterwards:
 * `isStillHere` looks at the newest snapshots.
 * https://openid.net/specs/openid-connect-core-1_0.html
 */
export function openOidcSignIn(options: OidcSignInOptions): SignIn {
  const { issuer, credentials, clock, peopleByEmail, timeoutMs = 5_000, proxies = {} } = options;
  const client: oauth.Client = { client_id: credentials.clientId };
  // The configuration allows http on loopback alone.
  const isPlain = issuer.startsWith("http:");
  const send = fetchBy(proxies);
  const http = () => ({
    [oauth.allowInsecureRequests]: isPlain,
    signal: AbortSignal.timeout(timeoutMs),
    [oauth.customFetch]: (url: string, init: object) => send(url, init),
  });
  let discovered: { server: oauth.AuthorizationServer; atMs: number } | null = null;

  async function server(): Promise<oauth.AuthorizationServer> {
    if (discovered && clock.now() - discovered.atMs < discoveredForMs) return discovered.server;
    const url = new URL(issuer);
    const response = await oauth.discoveryRequest(url, { ...http(), algorithm: "oidc" });
    const found = await oauth.processDiscoveryResponse(url, response);
    discovered = { server: found, atMs: clock.now() };
    return found;
  }

  function clientAuth({ token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer): oauth.ClientAuth {
    // Left out, the methods are `client_secret_basic` alone.
    const isPosted = methods !== undefined && !methods.includes("client_secret_basic");
    return (isPosted ? oauth.ClientSecretPost : oauth.ClientSecretBasic)(credentials.clientSecret);
  }

  /** What the ID token and, where there is one, the user-info endpoint say of who signed in. */
  async function claimsOf(attempt: SignInAttempt, parameters: URLSearchParams): Promise<Record<string, unknown>> {
    const as = await server();
    const code = oauth.validateAuthResponse(as, client, parameters, attempt.state);
    const { redirectUri, verifier, nonce } = attempt;
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      clientAuth(as),
      code,
      redirectUri,
      verifier,
      http(),
    );
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected);
    await oauth.validateApplicationLevelSignature(as, response, http());
    const claims = oauth.getValidatedIdTokenClaims(tokens)!;
    if (!as.userinfo_endpoint) return claims;
    const told = await oauth.userInfoRequest(as, client, tokens.access_token, http());
    return { ...claims, ...(await oauth.processUserInfoResponse(as, client, claims.sub, told)) };
  }

  return {
    async begin({ state, nonce, verifier, redirectUri }) {
      const { authorization_endpoint: endpoint } = await saying("find the sign-in", server);
      if (!endpoint) throw new SignInError("unavailable", `Cannot sign anybody in as ${issuer} names no page for it`);
      const url = new URL(endpoint);
      const query = {
        client_id: credentials.clientId,
        response_type: "code",
        redirect_uri: redirectUri,
        scope: "openid profile email",
        state,
        nonce,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },

    async finish(attempt, parameters) {
      const secrets = [attempt.verifier, attempt.nonce, parameters.get("code") ?? ""];
      const identity = identityOf(await saying("sign somebody in", () => claimsOf(attempt, parameters), secrets));
      return { ...identity, people: identity.email === null ? {} : await peopleByEmail(identity.email) };
    },

    provesForHours: 1,

    // The issuer is asked again with the next sign-in, within the hour; a snapshot may have shown them as gone meanwhile.
    async isStillHere({ email, people }) {
      const wasKnown = email !== null && Object.keys(people).length > 0;
      return !wasKnown || Object.keys(await peopleByEmail(email)).length > 0;
    },
  };

  /** Says what went wrong with a step. `secrets`: those of this sign-in that no error may hold, though the issuer echoes them. */
  async function saying<T>(doing: string, step: () => Promise<T>, secrets: string[] = []): Promise<T> {
    try {
      return await step();
    } catch (error) {
      // What discovery finds wrong is the configuration's or the issuer's, and nobody's who signs in.
      throw signInError(error, {
        cannot: `Cannot ${doing} at ${new URL(issuer).host}`,
        isDiscovered: discovered !== null,
        hide: (text) => hideSecrets(text, [credentials.clientSecret, ...secrets]),
      });
    }
  }
}

/** How often a call is sent again over connections that the issuer has given up. */
const mostIdle = 16;

/**
 * Calls by way of the environment's proxies. A call that met the closing of an idle connection is sent again. Should the issuer
 * have seen the call after all, it refuses the code the second time, and nothing worse comes of it.
 */
function fetchBy({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy, NO_PROXY: noProxy = "" }: Proxies) {
  const dispatcher =
    httpProxy || httpsProxy
      ? new EnvHttpProxyAgent({
          ...(httpProxy ? { httpProxy } : {}),
          ...(httpsProxy ? { httpsProxy } : {}),
          noProxy,
          // By a tunnel in any case: a proxy that forwards a plain request would see the secret.
          proxyTunnel: true,
        })
      : new Agent();
  // undici's own fetch, as Node's may be of another version than its agent.
  return async function send(url: string, init: object, left = mostIdle): Promise<Response> {
    try {
      return await bounded((await undiciFetch(url, { ...init, dispatcher })) as unknown as Response);
    } catch (error) {
      if (left > 0 && isClosing((error as Error).cause)) return await send(url, init, left - 1);
      throw error;
    }
  };
}

/** More than any issuer has to say, and so little that JSON of brackets alone fits into memory. */
const mostBytes = 256 * 1024;

/** The answer, read to its end. Throws where it has no end. */
async function bounded(answer: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const { status, headers } = answer;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  return new Response(hasNoBody ? null : Buffer.concat(chunks), { status, headers });
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function identityOf({ sub, name, email, email_verified: isVerified }: Record<string, unknown>): Identity {
  const subject = String(sub);
  // Some issuers write the word instead of the value.
  const hasEmail = isVerified === true || isVerified === "true";
  return {
    provider: "oidc",
    subject,
    tenant: null,
    name: textOf(name) ?? subject,
    email: hasEmail ? textOf(email) : null,
    people: {},
  };
}

/** What could not be done, whether the issuer was found, and what takes the secrets out of a text of the issuer's. */
type Failed = { cannot: string; isDiscovered: boolean; hide: (text: string) => string };

/** Why nobody was signed in. Messages of the library name checks, codes and addresses, and no person. */
function signInError(error: unknown, { cannot, isDiscovered, hide }: Failed): SignInError {
  const { message } = error as Error;
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const { error: code } = error;
    const why = `${cannot} as the issuer answered ${quoteOf(hide(code))}`;
    if (spentCodes.includes(code)) return new SignInError("expired", why);
    return new SignInError(
      refusedCodes.includes(code) ? "refused" : "unavailable",
      `${why}: look at the client's registration there`,
    );
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new SignInError("unavailable", `${cannot} as the issuer refuses the desk's clientId and clientSecret`);
  }
  const isCheck = error instanceof oauth.OperationProcessingError;
  const { code } = error as { code?: unknown };
  // What was proved is not what was asked for: another nonce, issuer, audience, subject or signature.
  const isLie = isDiscovered && isCheck && lies.includes(String(code));
  return new SignInError(isLie ? "refused" : "unavailable", `${cannot}: ${quoteOf(hide(message))}`);
}

const lies: readonly string[] = [
  oauth.JWT_CLAIM_COMPARISON,
  oauth.JWT_TIMESTAMP_CHECK,
  oauth.JSON_ATTRIBUTE_COMPARISON,
  oauth.KEY_SELECTION,
  oauth.INVALID_RESPONSE,
];
