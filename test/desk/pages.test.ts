import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedDecisionsOf } from "../../functions/ledger/signed-decisions.ts";
import { buildPageScript, deskScript, standingPageScript } from "../report/build-page-script.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { type Browser, busiestReviewer, type OpenDesk, openDesk } from "./open-desk.ts";

let life: Life;
let desk: OpenDesk;
let review: string;
let manager: Browser;

beforeAll(async () => {
  life = await openLife();
  life.config.policy.decideWithinDays = 14;
  ({ review } = await planReview(life));
  desk = openDesk(life);
  manager = desk.as({ subject: "on_manager", people: { [sourceId]: [await busiestReviewer(life, review)] } });
});
afterAll(endLives);

const html = { accept: "text/html" };
const pathOf = (more = ""): string => `/reviews/${sourceId}/${review}${more}`;
const pageAt = async (path: string, headers = {}): Promise<string> =>
  await (await manager.get(path, { ...html, ...headers })).text();

/** The fields of a page's form that decides, as a browser without a script sends them. */
function fieldsIn(page: string): URLSearchParams {
  const form = /<form class="deciding"[\s\S]*?<\/form>/.exec(page)![0];
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const attribute = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
    if (attribute("type") === "radio" && !tag.includes(" checked")) continue;
    fields.append(attribute("name"), attribute("value"));
  }
  for (const [, name, options] of form.matchAll(/<select name="([^"]+)">([\s\S]*?)<\/select>/g))
    fields.append(name!, /value="([^"]+)" selected/.exec(options!)![1]!);
  return fields;
}

async function send(fields: URLSearchParams, headers = {}): Promise<Response> {
  const sent = { cookie: manager.cookie, origin: "http://127.0.0.1:8443", accept: "text/html", ...headers };
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return await desk.app.request(`http://127.0.0.1:8443${pathOf("/decisions")}`, {
    method: "POST",
    body: fields.toString(),
    headers: { ...sent, ...type },
  });
}

const firstGrant = (page: string): string => /name="decision\.([0-9a-f]{16})" value="keep"/.exec(page)![1]!;

describe("the page of a review", () => {
  it("says whose request it is, until when and what silence does, in the language of the browser", async () => {
    const en = await pageAt(pathOf(), { "accept-language": "en-GB,en;q=0.9" });
    expect(en).toContain('<html lang="en">');
    expect(en).toMatch(/grants? for you to decide on[\s\S]*Until[\s\S]*days left[\s\S]*Otherwise/);
    const zh = await pageAt(pathOf(), { "accept-language": "fr,zh-CN;q=0.9" });
    expect(zh).toContain('<html lang="zh-CN">');
    expect(zh).toMatch(/请您决定 \d+ 项权限[\s\S]*截止[\s\S]*若不处理/);
  });

  it("names who asks, as what the reader is asked and whom to ask; where nobody is named, the company asks", async () => {
    const pagesOf = async (browser: Browser): Promise<[en: string, zh: string]> => {
      const inLanguage = async (language: string): Promise<string> => {
        const page = await (await browser.get(pathOf(), { ...html, "accept-language": language })).text();
        return `${/<section class="request">[\s\S]*?<\/p>/.exec(page)?.[0]}${/<footer[\s\S]*<\/footer>/.exec(page)?.[0]}`;
      };
      return [await inLanguage("en"), await inLanguage("zh")];
    };
    const [en, zh] = await pagesOf(manager);
    expect(en).toMatch(
      /<p>Your company asks whether [^<]* in people-hq on [^<]* You review them in place of a colleague and as BP of their location\.</,
    );
    expect(zh).toMatch(
      /<p>公司请您确认：[^<]* 在 people-hq 持有的角色。由您审阅，因为您代其他审阅人决定，您是其属地 BP。</,
    );
    expect(en).not.toContain("Questions?");
    const contact = { en: "IT Security (it@example.com)", zh: "信息安全组" };
    const named = openDesk(life, { desk: { contact } });
    const people = { [sourceId]: [await busiestReviewer(life, review)] };
    const [english, chinese] = await pagesOf(named.as({ subject: "on_manager", people }));
    expect(english).toContain(
      "<p>IT Security (it@example.com) asks whether these people still need what they had in people-hq on",
    );
    expect(english).toContain("<p>Questions? Ask IT Security (it@example.com).</p>");
    expect(chinese).toContain("<p>信息安全组请您确认：");
    expect(chinese).toContain("<p>如有疑问，请联系信息安全组。</p>");
    const refused = await (
      await named.as({ subject: "on_stranger" }).get("/", { ...html, "accept-language": "en" })
    ).text();
    expect(refused).toContain("Questions? Ask IT Security");
  });

  it("keeps to the language that was chosen", async () => {
    const response = await manager.get(pathOf("?language=zh"), { ...html, "accept-language": "en" });
    const [cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^desk-language=zh;/);
    const page = await pageAt(pathOf(), { "accept-language": "en", cookie: `${manager.cookie}; desk-language=zh` });
    expect(page).toContain('<html lang="zh-CN">');
  });

  it("never says a state with the word of an action", async () => {
    const zh = await pageAt(pathOf("?rows=all"), { "accept-language": "zh" });
    const states = [...zh.matchAll(/<p class="state">([^<]*)</g)].map(([, state]) => state!);
    expect(states).toContain("现状：未变");
    expect(states.filter((state) => /保留|收回|不归我管|不清楚/.test(state))).toEqual([]);
  });

  it("has no company's verdict, no command and no inline style", async () => {
    const page = await pageAt(pathOf());
    expect(page).not.toMatch(/class="(verdict|figures)"|node functions|cli\.ts| style="/);
  });

  it("is a form that decides without a script, and answers with a receipt that names what was decided", async () => {
    const page = await pageAt(pathOf(), { "accept-language": "en" });
    const fields = fieldsIn(page);
    const grantId = firstGrant(page);
    fields.set(`decision.${grantId}`, "keep");
    const response = await send(fields, { "accept-language": "en" });
    expect(response.status).toBe(201);
    const receipt = await response.text();
    const [stored] = (await signedDecisionsOf({ store: life.store, sourceId, review })).slice(-1);
    expect(receipt).toContain("1 decision is recorded");
    expect(receipt).toContain(stored!.number);
    expect(stored!.decisions).toMatchObject([{ grantId, decision: "keep", reason: "Still needed for their work" }]);
    expect(receipt).toMatch(/Can be changed[\s\S]*until [\s\S]*decide on it again/);
    expect(await pageAt(pathOf(`?receipt=${stored!.number}`))).toContain(stored!.number);
  });

  it("marks every suggestion without a script, as one act", async () => {
    const fields = fieldsIn(await pageAt(pathOf("?marks=suggested&rows=all")));
    expect(fields.get("oneAct")).toBe("true");
  });
});

describe("deskScript", () => {
  it("is what its sources make", async () => {
    expect(standingPageScript(deskScript)).toBe(await buildPageScript(deskScript));
  });
});

describe("the page of a refusal", () => {
  it("gives the marks back where a grant has changed: the others can be sent at once", async () => {
    const page = await pageAt(pathOf("?rows=all"), { "accept-language": "en" });
    const ids = [...page.matchAll(/name="decision\.([0-9a-f]{16})" value="keep"/g)].map(([, id]) => id!).slice(0, 2);
    const fields = fieldsIn(page);
    for (const id of ids) fields.set(`decision.${id}`, "keep");
    fields.set(`seen.${ids[0]}`, "0".repeat(64));
    const response = await send(fields, { "accept-language": "en" });
    expect(response.status).toBe(409);
    const refusal = await response.text();
    expect(refusal).toContain("Something has changed since you looked");
    expect(refusal).toMatch(
      /It is not as it was shown to you\. Now: (active|leaving|has left), [^<]*, granted (\d{4}-\d\d-\d\d|–), for \d+/,
    );
    expect(refusal).toContain("Submit the other decision");
    expect(refusal).toContain(`name="decision.${ids[1]}" value="keep"`);
    expect(refusal).not.toContain(`name="decision.${ids[0]}"`);
  });

  it("offers the same form again where the store failed", async () => {
    const broken = openDesk(life, {
      store: { ...life.store, create: () => Promise.reject(new Error("no store")) },
      stageOf: (source, of) => ({
        ...life.stageWith({ sourceId: source, review: of }),
        store: { ...life.store, create: () => Promise.reject(new Error("no store")) },
      }),
    });
    const fields = fieldsIn(await pageAt(pathOf()));
    fields.set(`decision.${firstGrant(await pageAt(pathOf()))}`, "revoke");
    const response = await broken.app.request(`http://127.0.0.1:8443${pathOf("/decisions")}`, {
      method: "POST",
      body: fields.toString(),
      headers: {
        cookie: manager.cookie,
        origin: "http://127.0.0.1:8443",
        accept: "text/html",
        "accept-language": "zh",
        "content-type": "application/x-www-form-urlencoded",
      },
    });
    expect(response.status).toBe(503);
    const refusal = await response.text();
    expect(refusal).toContain("您的选择已保留");
    expect(refusal).toContain(`name="requestId" value="${fields.get("requestId")}"`);
    expect(refusal).toContain(">重试<");
  });

  it("exists in both languages for every status, and leads on", async () => {
    for (const [language, title] of [
      ["en", "There is no such page"],
      ["zh", "没有这个页面"],
    ] as const) {
      const response = await manager.get("/nowhere", { ...html, "accept-language": language });
      expect(response.status).toBe(404);
      const page = await response.text();
      expect(page).toContain(title);
      expect(page).toContain('href="/"');
    }
  });
});
