import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { expect } from "vitest";
import { deskUrl } from "./open-desk.ts";

/** Somebody who can sign in at the issuer. */
export type Account = { sub: string; name: string; email: string; email_verified: boolean };

/** An OpenID Connect issuer on loopback, by another hand than ours: oidc-provider, certified by the OpenID Foundation. */
export type Issuer = {
  url: string;
  credentials: { clientId: string; clientSecret: string };
  accounts: Map<string, Account>;
  /** What goes wrong at an endpoint: it fails, never answers, repeats the client's secret, or names another person. */
  faults: {
    token: "500" | "late" | "html" | "echo" | "endless" | null;
    userInfoSub: string | null;
    closesIdle: boolean;
  };
  /** How many connections were closed as a further call was sent over them. */
  closed(): number;
  /** Follows the issuer's pages as a browser does, signs in as the account (null: refuses), and gives the way back. */
  signIn(page: string, sub: string | null): Promise<string>;
  close(): Promise<void>;
};

const mostHops = 6;

/** Starts the issuer. */
export async function openIssuer(): Promise<Issuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, Account>();
  const faults: Issuer["faults"] = { token: null, userInfoSub: null, closesIdle: false };
  let closed = 0;
  const used = new WeakSet<object>();
  const credentials = { clientId: "access-review-desk", clientSecret: "a-secret-of-the-issuer-of-this-test" };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(url, {
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "1" }] },
    cookies: { keys: ["of-this-test"] },
    clients: [
      {
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        redirect_uris: [`${deskUrl}/signed-in`],
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    interactions: { url: (_ctx, { uid }) => `/choose/${uid}` },
    findAccount: (_ctx, sub) => {
      const account = accounts.get(sub);
      return account && { accountId: sub, claims: () => ({ ...account }) };
    },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    const isIdle = used.has(ctx.req.socket);
    used.add(ctx.req.socket);
    if (faults.closesIdle && isIdle && ["/token", "/me", "/jwks"].includes(ctx.path)) {
      closed += 1;
      ctx.respond = false;
      ctx.req.socket.destroy();
      return;
    }
    if (ctx.path.startsWith("/choose/")) {
      const accountId = ctx.query.as;
      const result =
        typeof accountId === "string" && accountId !== ""
          ? { login: { accountId } }
          : { error: "access_denied", error_description: "refused" };
      return await provider.interactionFinished(ctx.req, ctx.res, result);
    }
    if (ctx.path === "/token" && faults.token === "500") {
      ctx.status = 500;
      ctx.body = { error: "server_error" };
      return;
    }
    if (ctx.path === "/token" && faults.token === "echo") {
      ctx.status = 400;
      // Within 200 characters, which is what an error quotes.
      ctx.body = {
        error: `${ctx.get("authorization")} ${credentials.clientSecret} ${encodeURIComponent(credentials.clientSecret)}`,
      };
      return;
    }
    if (ctx.path === "/token" && faults.token === "endless") {
      ctx.type = "json";
      ctx.body = "[".repeat(300 * 1024);
      return;
    }
    if (ctx.path === "/token" && faults.token === "html") {
      ctx.status = 502;
      ctx.body = "<html>bad gateway</html>";
      return;
    }
    if (ctx.path === "/token" && faults.token === "late") {
      await new Promise<void>((resolve) => ctx.res.once("close", resolve));
      return;
    }
    await next();
    if (ctx.path === "/me" && faults.userInfoSub !== null)
      ctx.body = { ...(ctx.body as object), sub: faults.userInfoSub };
  });
  server.on("request", provider.callback());
  return {
    url,
    credentials,
    accounts,
    faults,
    closed: () => closed,
    async signIn(page, sub) {
      const cookies = new Map<string, string>();
      let at = page;
      for (let hops = 0; at.startsWith(url) && hops < mostHops; hops += 1) {
        const next = new URL(at);
        if (next.pathname.startsWith("/choose/")) next.searchParams.set("as", sub ?? "");
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
        const response = await fetch(next, { redirect: "manual", headers: { cookie } });
        for (const line of response.headers.getSetCookie()) {
          const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        const location = response.headers.get("location");
        if (location === null) throw new Error(`The issuer leads nowhere from ${next.pathname}: ${response.status}`);
        at = new URL(location, url).href;
      }
      expect(at).toMatch(deskUrl);
      return at;
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
