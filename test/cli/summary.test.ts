import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { jsonOf, runCli } from "./cli-process.ts";
import { makeFolder, shippedText } from "./reviewed-company.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const openFolder = () => {
  const place = makeFolder(shippedText);
  ends.push(place.remove);
  return place;
};

describe("a review over several sources", () => {
  it("ends with one page over all of them, says where it is, and labels progress with each source", async () => {
    const place = openFolder();
    const run = await runCli(place, "review", "--json");
    const { sources, summary } = jsonOf(run);
    const page = readFileSync(summary, "utf8");
    for (const { source, review, evidenceSha256 } of sources) {
      for (const text of [source, review, evidenceSha256 ?? ""]) expect(page).toContain(text);
      expect(run.stderr).toContain(`${source}：读取快照`);
    }
    const reports = new Set([...page.matchAll(/href="([^"#]+)"/g)].map(([, href]) => href!));
    expect(reports.size).toBe(sources.length);
    for (const href of reports) expect(existsSync(join(dirname(summary), href))).toBe(true);
    // The embedded company has people who left one system and hold something in another.
    expect(page.match(/在该系统中：在职/g)?.length).toBeGreaterThan(0);
  });

  it("prints the page's path after the tables, and writes none over a single source", async () => {
    const place = openFolder();
    const all = await runCli(place, "review", "--mode", "report");
    const path = /^汇总：(.+)$/m.exec(all.stdout.split("报告：").at(-1) ?? "")?.[1] ?? "";
    expect(existsSync(path)).toBe(true);
    const one = await runCli(place, "review", "--source", "cloud", "--json");
    expect(jsonOf(one)).not.toHaveProperty("summary");
  });
});
