import { createHash } from "node:crypto";
import type { HttpAnswer, HttpRequest } from "../calls.ts";
import { type Company, type Employee, employeeOf, hasLeft } from "../company/company.ts";
import { fromIdType, toIdType } from "../company/ids.ts";
import type { App } from "./apps.ts";
import type { Endpoint } from "./endpoints.ts";
import { Refusal } from "./refusal.ts";
import type { SuggestedPerson, World } from "./world.ts";

/** The company's tenant, as every sign-in proves it. */
export const sandboxTenant = "736588c9260f175e";

/** Which company an app is of. */
export function queryTenant(): object {
  const tenant = { name: "Sandbox", display_id: "F0000000001", tenant_tag: 0, tenant_key: sandboxTenant, avatar: {} };
  return { tenant };
}

/** The endpoints of a person's sign-in, which no token of an app opens. */
export type SignInEndpoint = Extract<Endpoint, "authorizePerson" | "oauthToken" | "userInfo">;

export function isSignInEndpoint(endpoint: Endpoint): endpoint is SignInEndpoint {
  return endpoint === "authorizePerson" || endpoint === "oauthToken" || endpoint === "userInfo";
}

/** What a code is good for. Instants are epoch milliseconds. */
type Issued = {
  app: App;
  holderId: string;
  redirectUri: string;
  challenge: string | null;
  expiresAt: number;
  isUsed: boolean;
};

const codeLifetimeMs = 5 * 60_000;
const tokenLifetimeMs = 7_200_000;
const jsonHeaders = { "content-type": "application/json; charset=utf-8" };

/** A failure of the token endpoint: its own form, HTTP 400. */
function tokenFailure(code: number, error: string, description: string): HttpAnswer {
  return answerJson({ code, error, error_description: description }, 400);
}

function answerJson(body: object, status = 200): HttpAnswer {
  return { status, headers: jsonHeaders, body: JSON.stringify(body) };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** People whom a review is likely to ask, those who are responsible for most others first. */
function likelyReviewers(company: Company, now: number): { employee: Employee; others: number }[] {
  const others = new Map<string, number>();
  const count = (id: string | null): void => {
    if (id !== null) others.set(id, (others.get(id) ?? 0) + 1);
  };
  for (const { managerId } of company.employees) count(managerId);
  for (const { departmentId } of company.employees) company.partners.byDepartment.get(departmentId)?.forEach(count);
  return [...others]
    .map(([id, number]) => ({ employee: employeeOf(company, id), others: number }))
    .filter((each): each is { employee: Employee; others: number } => each.employee !== undefined)
    .filter(({ employee }) => !hasLeft(employee, now))
    .sort((a, b) => b.others - a.others)
    .slice(0, 60);
}

/** The people whom somebody suggested to be, with why; those who have left cannot sign in. */
function suggestedPeople({ company, suggested, now }: World): { employee: Employee; why: SuggestedPerson["why"] }[] {
  return suggested.flatMap(({ id, why }) => {
    const employee = employeeOf(company, fromIdType(id, "union_id") ?? id);
    return employee && !hasLeft(employee, now()) ? [{ employee, why }] : [];
  });
}

/** The page on which one chooses who to be. Only a sandbox has it: the vendor's page asks for a password. */
function chooserPage(world: World, query: URLSearchParams): string {
  const { company, now } = world;
  const kept = [...query].filter(([name]) => name !== "person");
  const inputs = kept
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("");
  const rowOf = (employee: Employee, why: string): string => {
    const department = company.departmentById.get(employee.departmentId)?.name;
    const where = department ? `${department.zh} · ${department.en}` : "";
    return `<li><button name="person" value="${employee.id}">${escapeHtml(employee.name)}</button> ${escapeHtml(where)} · ${escapeHtml(why)} · <code>${toIdType(employee.id, "union_id")}</code></li>`;
  };
  const first = suggestedPeople(world).map(({ employee, why }) => rowOf(employee, `${why.zh} / ${why.en}`));
  const others = likelyReviewers(company, now()).map((each) =>
    rowOf(each.employee, `负责 / responsible for ${each.others}`),
  );
  const rows = [...first, ...others];
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>示例公司：选择登录身份 · The embedded company: who are you?</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}button{font:inherit;padding:.4rem .8rem}li{margin:.4rem 0}</style></head>
<body><h1>示例公司：选择登录身份<br>The embedded company: who are you?</h1>
<form method="get" action="/open-apis/authen/v1/authorize">${inputs}<ul>${rows.join("\n")}</ul></form>
<form method="get" action="/open-apis/authen/v1/authorize">${inputs}<label>其他人（雇佣 ID） / Anybody else (employment id) <input name="person" required></label> <button>登录 / Sign in</button></form>
<form method="get" action="/open-apis/authen/v1/authorize">${inputs}<button name="person" value="">拒绝 / Refuse</button></form>
</body></html>
`;
}

/** The sign-in of people: the page that gives codes, the endpoint that takes them for tokens, and who somebody is. */
export function openSignIn(world: World, apps: readonly App[]) {
  const codes = new Map<string, Issued>();
  const tokens = new Map<string, { app: App; holderId: string; expiresAt: number }>();
  let serial = 0;
  const secretOf = (prefix: string): string => {
    serial += 1;
    const text = `${prefix} ${serial} ${process.pid} ${world.now()}`;
    return `${prefix}${createHash("sha256").update(text).digest("hex").repeat(2)}`;
  };

  function authorize({ query }: HttpRequest): HttpAnswer {
    const app = apps.find(({ appId }) => appId === query.get("client_id"));
    const redirect = URL.parse(query.get("redirect_uri") ?? "");
    if (!app || query.get("response_type") !== "code") throw new Refusal(400, 20028, "The request is invalid");
    // The app's list of addresses holds those of this machine.
    if (!redirect || !["localhost", "127.0.0.1", "[::1]"].includes(redirect.hostname))
      throw new Refusal(400, 20029, "redirect_uri is not in the list of the app");
    const person = query.get("person");
    if (person === null) {
      return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: chooserPage(world, query) };
    }
    const back = new URL(redirect);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    if (employeeOf(world.company, person) === undefined) {
      back.searchParams.set("error", "access_denied");
      return { status: 302, headers: { location: back.href }, body: "" };
    }
    const code = secretOf("");
    codes.set(code, {
      app,
      holderId: person,
      redirectUri: query.get("redirect_uri")!,
      challenge: query.get("code_challenge_method") === "S256" ? query.get("code_challenge") : null,
      expiresAt: world.now() + codeLifetimeMs,
      isUsed: false,
    });
    back.searchParams.set("code", code);
    return { status: 302, headers: { location: back.href }, body: "" };
  }

  function exchange({ body, headers }: HttpRequest): HttpAnswer {
    if (!(headers["content-type"] ?? "").startsWith("application/json"))
      return tokenFailure(20067, "invalid_request", "the body must be JSON");
    const asked = JSON.parse(body) as Record<string, unknown>;
    if (asked.grant_type !== "authorization_code")
      return tokenFailure(20036, "unsupported_grant_type", "The grant type is not supported");
    const app = apps.find(({ appId }) => appId === asked.client_id);
    if (!app) return tokenFailure(20048, "invalid_client", "The app does not exist");
    if (app.appSecret !== asked.client_secret)
      return tokenFailure(20002, "invalid_client", "The client secret is invalid");
    const issued = codes.get(String(asked.code));
    if (!issued) return tokenFailure(20003, "invalid_grant", "The authorization code is not found");
    if (issued.isUsed) return tokenFailure(20065, "invalid_grant", "The authorization code has been used");
    if (issued.expiresAt <= world.now()) return tokenFailure(20004, "invalid_grant", "The authorization code expired");
    if (issued.app !== app) return tokenFailure(20024, "invalid_grant", "The code was issued to another app");
    if (issued.redirectUri !== asked.redirect_uri)
      return tokenFailure(20071, "invalid_grant", "The redirect URI differs");
    const verifier = typeof asked.code_verifier === "string" ? asked.code_verifier : "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (issued.challenge !== null && issued.challenge !== challenge)
      return tokenFailure(20049, "invalid_grant", "PKCE verification failed");
    issued.isUsed = true;
    const employee = employeeOf(world.company, issued.holderId);
    if (!employee || hasLeft(employee, world.now()))
      return tokenFailure(20066, "invalid_grant", "The user status is invalid");
    const token = secretOf("u-");
    tokens.set(token, { app, holderId: issued.holderId, expiresAt: world.now() + tokenLifetimeMs });
    return answerJson({
      code: 0,
      access_token: token,
      expires_in: tokenLifetimeMs / 1000,
      token_type: "Bearer",
      scope: "auth:user.id:read",
    });
  }

  function describe({ headers }: HttpRequest): HttpAnswer {
    const token = (headers.authorization ?? "").replace(/^Bearer /, "");
    const issued = tokens.get(token);
    // This endpoint refuses with HTTP 200.
    if (!issued || issued.expiresAt <= world.now()) return answerJson({ code: 20005, msg: "invalid access token" });
    const { signInAs, signInTenant } = world.quirks;
    const employee = employeeOf(world.company, signInAs ?? issued.holderId);
    if (!employee) return answerJson({ code: 20008, msg: "user not exist" });
    if (hasLeft(employee, world.now())) return answerJson({ code: 20021, msg: "user resigned" });
    const may = (scope: string): boolean => issued.app.scopes.has(`contact:user.${scope}:readonly`);
    const data = {
      name: employee.name,
      en_name: "",
      avatar_url: "",
      open_id: toIdType(employee.id, "open_id"),
      union_id: toIdType(employee.id, "union_id"),
      tenant_key: signInTenant ?? sandboxTenant,
      ...(may("employee_id") ? { user_id: toIdType(employee.id, "user_id") } : {}),
      ...(may("email") ? { email: employee.email } : {}),
    };
    return answerJson({ code: 0, msg: "success", data });
  }

  const answers: Record<SignInEndpoint, (request: HttpRequest) => HttpAnswer> = {
    authorizePerson: authorize,
    oauthToken: exchange,
    userInfo: describe,
  };
  return (endpoint: SignInEndpoint, request: HttpRequest): HttpAnswer => answers[endpoint](request);
}
