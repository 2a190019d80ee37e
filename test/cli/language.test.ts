import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliRun, jsonOf, reasons, runCli } from "./cli-process.ts";
import { configText, disabledRule, makeFolder, openGuard } from "./reviewed-company.ts";

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

/** Whether a line says something, and nothing of it in Chinese. Ids, paths, hashes and commands are the same in every language. */
const isUnsaid = (line: string): boolean => {
  const words = line
    .replaceAll(/npx access-review.*|\S*[\d/_.:=]\S*|--[a-z-]+/g, "")
    .replaceAll(/people|leaver|disabled/g, "");
  return /\p{L}/u.test(words) && !/\p{Script=Han}/u.test(line);
};

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

  it("prints no line without Chinese but ids, paths and commands, whatever command it is", async () => {
    const tried = join(place.folder, "tried.yaml");
    writeFileSync(tried, configText({ rules: [disabledRule] }));
    writeFileSync(join(place.folder, "bad.csv"), "grant_id,decision\nx,keep\n");
    const first = "2026-01-01T020000Z";
    const lines: readonly (readonly [code: number, ...words: string[]])[] = [
      [0, "snapshot"],
      [0, "assess"],
      [0, "expire"],
      [0, "send"],
      [0, "seal"],
      [0, "restore", "--review", review, "--all", ...reasons],
      [0, "report", "--review", review],
      [0, "report", "--review", review, "--link"],
      [0, "export", "--review", review, join(place.folder, "q4.zip")],
      [0, "verify", "q4.zip", "--language", "zh"],
      [0, "open", "--print"],
      [0, "simulate", "--policy", tried, "--review", review, "--list"],
      [0, "status"],
      [0, "list"],
      [0, "check"],
      [2, "decide", "bad.csv"],
      [2, "decide", "absent.csv"],
      [2, "approve"],
      [2, "approve", "--plan", "00", ...reasons],
      [2, "stop", ...reasons, "--store", "typo"],
      [2, "resume", "--by", " ", "--reason", "x"],
      [2, "acknowledge", ...reasons],
      [2, "retire-review", "--review", review, ...reasons],
      [2, "review", "--review", first],
      [2, "diff", "--from", review, "--to", "yesterday"],
      [2, "review", "--frobnicate"],
      [2, "frobnicate"],
      [2, "serve"],
      [2, "listen"],
      [2, "sandbox", "--pace", "0"],
      [2, "verify", "absent.zip"],
    ];
    const faults: object[] = [];
    for (const [code, ...words] of lines) {
      const run = await runCli(place, ...words);
      const unsaid = `${run.stdout}\n${run.stderr}`.split("\n").filter((line) => isUnsaid(line));
      if (run.code !== code || unsaid.length > 0) faults.push({ words, unsaid, ended: run });
    }
    expect(faults).toEqual([]);
    const { sources } = jsonOf(await runCli(place, "list", "--json"));
    const [newest] = sources[0].reviews as { review: string }[];
    const compared = await runCli(place, "diff", "--from", review, "--to", newest!.review);
    expect([compared.code, compared.stdout.split("\n").filter((line) => isUnsaid(line))]).toEqual([0, []]);
  });

  it("keeps codes and keys as they are under --json", async () => {
    const { sources } = jsonOf(await runCli(place, "status", "--json"));
    expect(sources[0]).toMatchObject({ source: "people", state: "sealed" });
    expect(jsonOf(await runCli(place, "list", "--json")).sources[0].reviews[0].state).toBe("sealed");
  });
});
