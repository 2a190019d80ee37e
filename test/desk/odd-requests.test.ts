import { globSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeskRow, RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import { endLives, type Life, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { type Browser, busiestReviewer, deskUrl, type OpenDesk, openDesk } from "./open-desk.ts";

let life: Life;
let desk: OpenDesk;
let path: string;
let reviewer: string;
let rows: DeskRow[];

beforeAll(async () => {
  life = await openLife({ people: 100, onDisk: true });
  life.config.policy.decideWithinDays = 14;
  const { review } = await planReview(life);
  reviewer = await busiestReviewer(life, review);
  path = `/reviews/${sourceId}/${review}`;
  desk = openDesk(life);
  ({ rows } = (await (await manager().get(path)).json()) as ReviewModel);
});
afterAll(endLives);

/** The reviewer, each time a second later: the desk admits 30 requests a second. */
const manager = (): Browser => desk.as({ subject: "on_manager", people: { [sourceId]: [reviewer] } });
const signedFiles = (): string[] => globSync("decisions/**/*.json", { cwd: rootOf(life) });

const page = { accept: "text/html" };

/** A request that somebody signed in makes, whatever it holds. */
const ask = async (to: string, init: RequestInit = {}): Promise<Response> => {
  await life.clock.sleep(1_000);
  const { cookie } = manager();
  return await desk.app.request(`${deskUrl}${to}`, { ...init, headers: { ...page, cookie, ...init.headers } });
};

describe("an odd address", () => {
  it.each([
    "//evil.example/",
    "///evil.example/%2e%2e",
    "/\\evil.example/",
    "/reviews/people-hq/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/reviews/people-hq%2f..%2fcheckpoints/2026-10-01T020000Z",
    "/reviews/__proto__/constructor",
    "/reviews/nobody/2026-10-01T020000Z",
    "/reviews/people-hq/2026-13-41T990000Z",
    "/reviews/people-hq/2026-10-01T020000Z%00",
    "/reviews/people-hq/2026-10-01T020000Z?receipt=../../x",
    "/%E0%A4%A",
    "/?language=xx&language=zh&order[]=person&__proto__[x]=1",
    `/${"a".repeat(10_000)}`,
  ])("is a page of the desk's, or none, and no way out of it: %.60s", async (to) => {
    const response = await ask(to);
    expect([200, 404]).toContain(response.status);
    const html = await response.text();
    expect(html).not.toMatch(/(href|action)="(\/\/|\/\\|https?:)/);
    expect(desk.notes).toEqual([]);
  });

  it("leads nobody elsewhere after a sign-in", async () => {
    for (const to of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/sign-out",
      "",
      "javascript:alert(1)",
    ]) {
      const response = await desk.app.request(`${deskUrl}${to.startsWith("/") ? to : "/"}`, { headers: page });
      expect(response.headers.get("refresh") ?? "").not.toContain("evil");
      expect((await desk.app.request(`${deskUrl}/sign-in?to=${encodeURIComponent(to)}`)).status).toBe(302);
    }
  });
});

describe("an odd method", () => {
  it.each(["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])("%s changes nothing, and is answered", async (method) => {
    const before = signedFiles();
    for (const to of ["/", path, `${path}/decisions`, "/sign-out", `/sources/${sourceId}/stop`]) {
      const { status } = await ask(to, { method });
      expect([to, [200, 404].includes(status)]).toEqual([to, true]);
    }
    expect(signedFiles()).toEqual(before);
    expect((await ask("/")).status).toBe(200);
  });
});

describe("an odd header", () => {
  it.each([
    "desk=%",
    "desk=%E0%A4%A",
    "desk==",
    "desk=a.b.c",
    "desk=.",
    "; ;=;",
    `desk=${"x".repeat(9_000)}`,
    "desk=e30.e30",
  ])("is no session: Cookie %.30s", async (cookie) => {
    expect((await ask("/", { headers: { cookie } })).status).toBe(401);
    expect(desk.notes).toEqual([]);
  });

  it("chooses a language that the desk speaks, or its own", async () => {
    const languages: [string, string][] = [
      ["zh-Hant-TW;q=0.1", "zh-CN"],
      ["ZH", "zh-CN"],
      ["fr, EN-gb", "en"],
      [",,;q=;*", life.config.language === "zh" ? "zh-CN" : "en"],
      ["x".repeat(20_000), life.config.language === "zh" ? "zh-CN" : "en"],
    ];
    for (const [header, lang] of languages) {
      const html = await (await ask("/", { headers: { "accept-language": header } })).text();
      expect([header.slice(0, 20), /<html lang="([\w-]+)"/.exec(html)?.[1]]).toEqual([header.slice(0, 20), lang]);
    }
  });
});

describe("an odd body", () => {
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    type: string | null,
    more: Record<string, string> = {},
  ): Promise<Response> => {
    await life.clock.sleep(1_000);
    const { cookie, csrf } = manager();
    const headers = {
      ...{ cookie, accept: "application/json", origin: deskUrl, "x-csrf-token": csrf },
      ...(type === null ? {} : { "content-type": type }),
      ...more,
    };
    return await desk.app.request(`${deskUrl}${path}/decisions`, { method: "POST", body, headers });
  };
  const form = "application/x-www-form-urlencoded";
  const fieldsOf = (row: DeskRow): string =>
    `requestId=request-1&decision.${row.grantId}=revoke&seen.${row.grantId}=${row.seen}&reason=x`;

  it("is refused by what is wrong with it, and nothing is stored", async () => {
    const before = signedFiles();
    const [row] = rows as [DeskRow];
    const bodies: [string | Uint8Array<ArrayBuffer>, string | null, number][] = [
      ["", null, 400],
      ["null", "application/json", 400],
      ["[]", "application/json", 400],
      ['{"decisions":[null,5,"x",{}]}', "application/json", 400],
      [`{"decisions":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, "application/json", 400],
      ["{", "application/json; charset=utf-7", 400],
      ['{"__proto__":{"decisions":[]}}', "application/json", 400],
      ["--x\r\ncontent-disposition: form-data; name=a\r\n\r\nb\r\n--x--", "multipart/form-data; boundary=x", 400],
      [new Uint8Array([0xff, 0xfe, 0x00]), form, 400],
      // The same grant twice, decided otherwise: nobody knows which was meant.
      [`${fieldsOf(row)}&decision.${row.grantId}=keep`, form, 400],
      [`${fieldsOf(row)}&decision.__proto__=keep`, form, 400],
      [`${fieldsOf(row)}&until=${"9".repeat(300)}`.replace("=revoke", "=keep"), form, 400],
      [`reason=${"x".repeat(2_000_000)}&${fieldsOf(row)}`, form, 400],
      [`x=${"x".repeat(5_000_000)}`, form, 413],
    ];
    for (const [at, [body, type, status]] of bodies.entries())
      expect([at, (await post(body, type)).status]).toEqual([at, status]);
    expect(signedFiles()).toEqual(before);
    expect(desk.notes).toEqual([]);
  });

  it("is believed by the token of this session alone, wherever else a token stands", async () => {
    const [row] = rows as [DeskRow];
    const foreign = desk.as({ subject: "on_other" }).csrf;
    const response = await post(`${fieldsOf(row)}&csrf=${foreign}`, form, { "x-csrf-token": foreign });
    expect([response.status, ((await response.json()) as RefusalModel).code]).toEqual([403, "forged"]);
  });

  it("keeps what somebody wrote as they wrote it, and shows it as text", async () => {
    const [row] = rows.filter(({ effects }) => effects.revoke.code !== "own") as [DeskRow];
    const reason = `<img src=x onerror=alert(1)> "quoted" 'single' &amp; \u202e\u0000 =1+1 ${"工作".repeat(10)}`;
    const decisions = [{ grantId: row.grantId, seen: row.seen, decision: "revoke", reason }];
    const stored = await post(JSON.stringify({ requestId: "request-of-text", decisions }), "application/json");
    expect(stored.status).toBe(201);
    const { number } = (await stored.json()) as { number: string };
    const html = await (await ask(`${path}?receipt=${number}`)).text();
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toContain("<img");
  });
});
