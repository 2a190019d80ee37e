import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { runCli } from "../cli/cli-process.ts";
import { configText, leaverRule, makeFolder, openGuard } from "../cli/reviewed-company.ts";
import { decideRow, downloadDecisions, rowsIn } from "./decisive-reviewer.ts";
import type { OpenBrowser } from "./open-browser.ts";

const decided = {
  id: "revoke-decision",
  when: "decision.revoke",
  then: "expire",
  noticeDays: 0,
  reason: { en: "A reviewer decided to revoke it", zh: "审阅人决定收回" },
};

// The grant that is revoked is any.
const takesAnything = { ...openGuard, keepLastHolder: false, allowUnrestorable: true };

const patient = { ...leaverRule, noticeDays: 20, overridable: true };

type Place = ReturnType<typeof makeFolder>;

const review = async (place: Place, ...more: string[]) => {
  const { stdout } = await runCli(place, "review", "--json", ...more);
  const [source] = (JSON.parse(stdout) as { sources: { review: string; report: string; status: string }[] }).sources;
  return source ?? expect.fail("no source");
};

const readJson = <T>(place: Place, key: string): T =>
  JSON.parse(readFileSync(join(place.folder, "store", key), "utf8")) as T;

/** A decision from the browser through the CLI into the next plan. Called by a test file that has a browser already: two files would unpack it twice. */
export function describeRoundTrip(browser: () => OpenBrowser): void {
  let place: Place;
  beforeAll(() => {
    place = makeFolder();
    writeFileSync(
      join(place.folder, "access-review.yaml"),
      configText({ rules: [patient, decided], guard: takesAnything }),
    );
  });
  afterAll(() => place.remove());

  describe("a decision made in report.html", () => {
    it("is taken by decide, and honoured by the open review: a revoke is carried out, a keep holds", async () => {
      const open = await review(place);
      expect(open.status).toBe("waiting");
      const { page } = await browser().open(readFileSync(open.report, "utf8"));
      const until = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
      const kept = (await rowsIn(page).first().getAttribute("data-grant")) ?? "";
      await decideRow(page, kept, "keep", { reviewer: "hr-lead@example.com", until, reason: "@home until March" });
      await page.getByRole("button", { name: /^All/ }).click();
      await page.getByLabel("Holder", { exact: true }).selectOption("active");
      const revoked = (await rowsIn(page).last().getAttribute("data-grant")) ?? "";
      await decideRow(page, revoked, "revoke", { reason: "-moved on" });
      const { text, name } = await downloadDecisions(page);
      writeFileSync(join(place.folder, name), text);
      expect(await runCli(place, "decide", name)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("2 decisions"),
      });
      await review(place, "--review", open.review);
      const keys = reviewKeys("people", open.review);
      const items = readJson<Plan>(place, keys.assessment("0002").plan).items;
      expect(items.find(({ grantId }) => grantId === kept)?.hold?.by).toBe("decision");
      expect(items.find(({ grantId }) => grantId === revoked)?.rules).toEqual(["revoke-decision"]);
      expect(readJson(place, keys.outcome(revoked))).toMatchObject({ outcome: "revoked" });
    });

    it("is refused whole where one line is bad, with the line named", async () => {
      const name = "decisions-bad.csv";
      writeFileSync(
        join(place.folder, name),
        "review,grant_id,decision,until,reviewer,reason,decided_at\nx,y,keep,,,,\n",
      );
      const { code, stderr } = await runCli(place, "decide", name);
      expect(code).toBe(2);
      expect(stderr).toMatch(/decisions-bad\.csv:2: .*\n[\s\S]*Nothing was stored/);
    });
  });
}
