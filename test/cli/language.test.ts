import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliRun, jsonOf, reasons, runCli } from "./cli-process.ts";
import { configText, makeFolder, openGuard } from "./reviewed-company.ts";

// A plan that its brake stops, in the company of a configuration in Chinese.
const chinese = (more: object = {}): string =>
  JSON.stringify({ ...JSON.parse(configText({ guard: { ...openGuard, maxExpiries: 1 } })), language: "zh", ...more });

let place: ReturnType<typeof makeFolder>;
let held: CliRun;
let planHash: string;
let review: string;
beforeAll(async () => {
  place = makeFolder(chinese());
  held = await runCli(place, "review");
  [, planHash = "", review = ""] = /--plan ([0-9a-f]{64}) .*--review (\S+)$/ms.exec(held.stdout) ?? [];
});
afterAll(() => place.remove());

/** Words of English that no key and no path has. */
const english = /\b(the|of|by|until|is|are|grants?|holders?|removed|waiting|planned|passed|nothing|done|go on|then)\b/i;

const englishIn = (said: string): string | null =>
  english.exec(said.replaceAll(/npx access-review .*|--[a-z]+/g, ""))?.[0] ?? null;

const saidBy = async (...words: string[]): Promise<string> => {
  const { code, stdout } = await runCli(place, ...words);
  expect([code, englishIn(stdout)]).toEqual([0, null]);
  return stdout;
};

describe("a command under language: zh", () => {
  it("tells a held review and how to let it go on in Chinese, its commands as they are typed", async () => {
    expect([held.code, held.stdout, held.stderr]).toEqual([3, expect.any(String), expect.any(String)]);
    expect(englishIn(held.stdout)).toBeNull();
    for (const text of [
      /复核 .* people \S+：已熔断：计划等待批准/,
      /规模 .* \d+ 项授权，\d+ 名持有人，\d+ 个角色/,
      /发现 .* \d+ 项 leaver（收回）/,
      /熔断 .* 单个计划的条目数（maxExpiries）：\d+，允许 1/,
      /^报告：\/.*report\.html$/m,
      /^放行：npx access-review approve --plan [0-9a-f]{64} --by NAME --reason TEXT$/m,
      /^然后继续：npx access-review review --source people --review \S+$/m,
    ]) {
      expect(held.stdout).toMatch(text);
    }
  });

  it("says how sources stand, which reviews there are and what was checked", async () => {
    const status = await saidBy("status");
    expect(status).toMatch(/^people \S+：已熔断，等待批准$/m);
    expect(status).toMatch(/^ {2}暂缓 +\d+ 项，已被熔断，等待批准：批准计划 [0-9a-f]{64}$/m);
    expect(await saidBy("list")).toMatch(/^ {2}\S+ {2}进行中 +\d+ 项授权$/m);
    const checked = await saidBy("check");
    expect(checked).toMatch(/^通过 people：/m);
    expect(checked).toMatch(/^\d+ 项检查全部通过。下一步：npx access-review review$/m);
  });

  it("confirms what somebody did", async () => {
    expect(await saidBy("stop", ...reasons)).toMatch(/^已叫停：people（.+）\n$/);
    expect(await saidBy("resume", ...reasons)).toMatch(/^已恢复：people（.+）\n$/);
    const approved = await saidBy("approve", "--plan", planHash, ...reasons);
    expect(approved).toBe(`已批准。继续：npx access-review review --source people --review ${review}\n`);
    const sealed = await saidBy("review", "--review", review);
    expect(sealed).toMatch(/复核 .* people \S+：已封存/);
    expect(await saidBy("verify", "--review", review)).toContain("与封存时一致");
    expect(await saidBy("restore", "--review", review)).toMatch(/将恢复.*尚未执行任何操作/s);
  });

  it("keeps codes and keys as they are under --json", async () => {
    const { sources } = jsonOf(await runCli(place, "status", "--json"));
    expect(sources[0]).toMatchObject({ source: "people", state: "sealed" });
    expect(jsonOf(await runCli(place, "list", "--json")).sources[0].reviews[0].state).toBe("sealed");
  });
});
