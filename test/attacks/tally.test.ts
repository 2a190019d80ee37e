import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tallyFaults, withTally } from "./tally.ts";

const text = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

it("has every file of attacks in the tally of docs/security.md, and no other", () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith(".test.ts") && name !== "tally.test.ts",
  );
  const said = [...text.matchAll(/^\| `([a-z-]+\.test\.ts)` \| \d+ \| \d+ \|$/gm)].map(([, file]) => file);
  expect(said).toEqual(files.sort());
});

it("adds up, and every attack that was tried is held", () => {
  const rows = [...text.matchAll(/^\| `[a-z-]+\.test\.ts` \| (\d+) \| (\d+) \|$/gm)].map(([, ...figures]) =>
    figures.map(Number),
  );
  const sum = (at: number): number => rows.reduce((total, figures) => total + figures[at]!, 0);
  expect(sum(1)).toBe(sum(0));
  expect(text).toContain(`| all | ${sum(0)} | ${sum(1)} |`);
});

it("is compared with what a run counts: a file that counts otherwise is named, and written anew where that is asked for", () => {
  const tally = "before\n| file | tried | held |\n|---|---|---|\n| `a.test.ts` | 2 | 2 |\n| all | 2 | 2 |\nafter\n";
  const counted = new Map([
    ["a.test.ts", { tried: 3, held: 2 }],
    ["b.test.ts", { tried: 1, held: 1 }],
  ]);
  expect(tallyFaults(tally, new Map([["a.test.ts", { tried: 2, held: 2 }]]))).toEqual([]);
  expect(tallyFaults(tally, counted)).toEqual([
    "a.test.ts: 3 tried, 2 held; docs/security.md says 2 and 2",
    "b.test.ts: 1 tried, 1 held; docs/security.md says nothing of it",
  ]);
  expect(withTally(tally, counted)).toBe(
    "before\n| file | tried | held |\n|---|---|---|\n| `a.test.ts` | 3 | 2 |\n| `b.test.ts` | 1 | 1 |\n| all | 4 | 3 |\nafter\n",
  );
});
