import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonOf, runCli } from "./cli-process.ts";
import { leaverRule, makeFolder, openGuard } from "./reviewed-company.ts";

/** Everybody who stays is to be decided on, and silence is taken for a revoke. */
const askedRule = {
  ...leaverRule,
  id: "to-decide",
  when: 'holder.status == "active" && grant.grantedAt < now - days(100)',
  then: "flag",
  overridable: true,
  onNoDecision: "expire",
  reason: { en: "Held for over 100 days", zh: "持有已超过 100 天" },
};

const place = makeFolder({
  mode: "report",
  rules: [leaverRule, askedRule],
  guard: { ...openGuard, allowExpireUndecided: true },
  decideWithinDays: 14,
});
afterAll(place.remove);

describe("review, where there is time to decide", () => {
  it("stays open in report mode, says who would expire, takes decisions until seal is asked for", async () => {
    const run = await runCli(place, "review");
    expect(run.code).toBe(0);
    const [, review = "", undecided, expiring] =
      /people (\S+): waiting until [\s\S]+ until \S+Z: (\d+) undecided, (\d+) of them would expire if nobody decides/.exec(
        run.stdout.replace(/ *│\n│ *│ */g, " "),
      ) ?? expect.fail(run.stdout);
    expect(Number(expiring)).toBeGreaterThan(0);
    expect(run.stdout).toContain("Decide in the report, then: npx access-review decide FILE");

    const plan = JSON.parse(
      readFileSync(join(place.folder, "store/reviews/people", review, "assessments/0001/plan.json"), "utf8"),
    ) as { items: { grantId: string; ifUndecided?: boolean; hold: unknown }[] };
    const { grantId = "" } = plan.items.find(({ ifUndecided, hold }) => ifUndecided && hold === null) ?? {};
    const [decidedAt, until] = [0, 100].map((days) => new Date(Date.now() + days * 86_400_000 - 1_000).toISOString());
    const lines = ["review,grant_id,decision,until,reviewer,reason,decided_at"];
    lines.push(`${review},${grantId},keep,${until},Li Wei,needed,${decidedAt}`);
    writeFileSync(join(place.folder, "decisions.csv"), `${lines.join("\n")}\n`);
    expect((await runCli(place, "decide", "decisions.csv")).code).toBe(0);

    const again = jsonOf(await runCli(place, "review", "--review", review, "--json")).sources[0];
    expect(again).toMatchObject({ status: "waiting", assessment: "0002" });
    const sealed = await runCli(place, "seal", "--review", review);
    expect(sealed.code).toBe(0);
    const summary = await runCli(place, "review", "--review", review);
    expect(summary.stdout.replace(/ *│\n│ *│ */g, " ")).toContain(`: ${Number(undecided) - 1} undecided`);
    expect((await runCli(place, "verify", "--review", review)).code).toBe(0);
  });
});
