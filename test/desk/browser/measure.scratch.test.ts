// biome-ignore-all lint: scratch
// biome-ignore-all format: scratch
import { createServer } from "node:http";
import { afterAll, it } from "vitest";
import type { ReviewModel } from "../../../functions/desk/model.ts";
import { pageOf } from "../../../functions/desk/pages/page-of.ts";
import { launchBrowser } from "../../report/open-browser.ts";
import { endLives, openLife, sourceId } from "../../review-life/open-life.ts";
import { planReview } from "../../review-life/run-review.ts";
import { busiestReviewer, openDesk } from "../open-desk.ts";

afterAll(endLives);
it("measures", async () => {
  const life = await openLife();
  life.config.policy.decideWithinDays = 14;
  life.config.policy.rules.push({ id: "each-quarter", when: 'holder.status == "active"', then: "flag", noticeDays: 0, overridable: true, onNoDecision: "keep", reason: { en: "Each is confirmed once a quarter", zh: "每季度逐项确认" } });
  const { review } = await planReview(life);
  const desk = openDesk(life);
  const me = desk.as({ subject: "on_manager", name: "王芳", people: { [sourceId]: [await busiestReviewer(life, review)] } });
  const model = (await (await me.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
  const rows = Array.from({ length: 2000 }, (_, at) => { const row = model.rows[at % model.rows.length]!; return { ...row, grantId: at.toString(16).padStart(16, "0"), holder: { ...row.holder, id: `u-${at}`, name: `${row.holder.name}${at}` } }; });
  const context = { viewer: { name: "王芳", csrf: "x", isOperator: false, isApprover: false, isPerson: true }, language: "zh" as const, timezone: "Asia/Shanghai", now: model.request.takenAt, basePath: "", path: "/r", requestId: "abcdefgh", sent: null, asked: { byPerson: false, asSuggested: false, allRows: false } };
  const started = performance.now();
  const big = pageOf({ page: "review", model: { ...model, rows, progress: { toDecide: 2000, decided: 0, others: 0 } } }, context).html;
  const rendered = performance.now() - started;
  const empty = pageOf({ page: "review", model: { ...model, rows: [], progress: { toDecide: 0, decided: 0, others: 0 } } }, context).html;
  const one = pageOf({ page: "review", model: { ...model, rows: rows.slice(0, 1), progress: { toDecide: 1, decided: 0, others: 0 } } }, context).html;
  console.log({ rendered, big: big.length, empty: empty.length, one: one.length, row: JSON.stringify(rows[0]).length });
  const pages: Record<string, string> = { "/big": big, "/empty": empty, "/one": one };
  const json = JSON.stringify({ rows });
  const server = createServer((q, a) => { if (q.url!.startsWith("/reviews")) { a.setHeader("content-type", "application/json"); return a.end(json); } a.setHeader("content-type", "text/html; charset=utf-8"); a.end(pages[q.url!] ?? ""); });
  await new Promise<void>((r) => server.listen(0, r));
  const port = (server.address() as any).port;
  const browser = await launchBrowser();
  const ctx = await browser.newContext({ viewport: { width: 390, height: 844 } });
  await ctx.addInitScript(`addEventListener("DOMContentLoaded", () => { window.dcl = performance.now(); }); new MutationObserver(() => { const c = document.documentElement.classList; if (c.contains("ready") && !window.readyAt) window.readyAt = performance.now(); if (c.contains("whole") && !window.wholeAt) window.wholeAt = performance.now(); }).observe(document, { subtree: true, attributes: true, attributeFilter: ["class"] });`);
  const page = await ctx.newPage();
  const time = () => page.evaluate(`(() => { const list = document.getElementById("asking"); const rows = [...list.children].slice(0, 150); const t0 = performance.now(); const html = rows.map((r) => r.outerHTML).join(""); const t1 = performance.now(); const t = document.createElement("template"); t.innerHTML = html; const t2 = performance.now(); list.append(t.content); const t3 = performance.now(); document.body.offsetHeight; const t4 = performance.now(); const i = list.querySelector("input[type=radio]"); i.checked = !i.checked; document.body.offsetHeight; const t5 = performance.now(); return { parse: t2 - t1, append: t3 - t2, layout: t4 - t3, check: t5 - t4, n: list.children.length }; })()`);
  for (const drop of ["", "report", "has"]) {
    await page.goto(`http://127.0.0.1:${port}/big`);
    await page.locator("html.whole").waitFor({ state: "attached" });
    if (drop === "report") await page.evaluate(`document.querySelectorAll("style")[0].remove()`);
    if (drop === "has") await page.evaluate(`(() => { const st = document.querySelectorAll("style"); for (const x of st) x.textContent = x.textContent.replace(/[^}]*:has[^}]*}/g, ""); })()`);
    await page.evaluate("document.body.offsetHeight");
    console.log(drop, JSON.stringify(await time()), JSON.stringify(await time()));
  }
  await browser.close(); server.close();
});
