import type { Sandbox } from "../../functions/sandbox/sandbox.ts";

/** The server's answer: status, headers and text, and the body if it is JSON. */
export type Reply = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever shape the vendor documents.
  body: any;
};

/** Query parameters; a list repeats its key. */
export type Query = Record<string, string | string[]>;

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    [value].flat().map((one): [string, string] => [key, one]),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

/** A bare client for tests of the sandbox itself. It does not retry, and throws no error for a refusal. */
export type BareClient = {
  get(path: string, query?: Query, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, query?: Query, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
};

/** Fetches a token for one of the sandbox's apps. */
export async function fetchToken(sandbox: Sandbox, app: "read" | "write"): Promise<{ token: string; expire: number }> {
  const { appId, appSecret } = sandbox.apps[app];
  const response = await fetch(`${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ app_id: appId, app_secret: appSecret }),
  });
  const answer = (await response.json()) as { tenant_access_token: string; expire: number };
  return { token: answer.tenant_access_token, expire: answer.expire };
}

/** A client with the token of one of the sandbox's apps. Paths begin after `/open-apis/corehr/`. */
export async function bareClient(sandbox: Sandbox, app: "read" | "write"): Promise<BareClient> {
  const { token } = await fetchToken(sandbox, app);
  const authorized = { authorization: `Bearer ${token}` };
  const at = (path: string, query: Query): string => `${sandbox.url}/open-apis/corehr/${path}${queryText(query)}`;
  return {
    get: async (path, query = {}, headers = {}) =>
      replyOf(await fetch(at(path, query), { headers: { ...authorized, ...headers } })),
    post: async (path, query = {}, body = {}, headers = {}) =>
      replyOf(
        await fetch(at(path, query), {
          method: "POST",
          headers: { ...authorized, "content-type": "application/json; charset=utf-8", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
  };
}

/** Every page of a `GET` listing. */
export async function allPages(client: BareClient, path: string, query: Query): Promise<Reply["body"][]> {
  const pages: Reply["body"][] = [];
  let token: string | undefined;
  do {
    const reply = await client.get(path, token === undefined ? query : { ...query, page_token: token });
    if (reply.body?.code !== 0) throw new Error(`Cannot list ${path}: ${reply.status} ${reply.text.slice(0, 200)}`);
    pages.push(reply.body.data);
    token = reply.body.data.has_more ? reply.body.data.page_token : undefined;
  } while (token);
  return pages;
}
