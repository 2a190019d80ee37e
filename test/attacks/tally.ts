import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

// The tally of docs/security.md is true: whoever adds an attack, or has one that breaks, is told by the run itself. With TALLY=write
// the run writes it anew.

const place = new URL("../../docs/security.md", import.meta.url);
const row = /^\| `([a-z-]+\.test\.ts)` \| (\d+) \| (\d+) \|$/gm;

type Figures = { tried: number; held: number };

/** The figures of each file of attacks that ran as a whole: a run of some of its tests says nothing. */
export function figuresOf(modules: readonly Pick<TestModule, "moduleId" | "children">[]): Map<string, Figures> {
  const figures = new Map<string, Figures>();
  for (const { moduleId, children } of modules) {
    if (!/[\\/]test[\\/]attacks[\\/](?!tally)/.test(moduleId)) continue;
    const states = [...children.allTests()].map((test) => test.result().state);
    if (states.length === 0 || states.includes("skipped") || states.includes("pending")) continue;
    const held = states.filter((state) => state === "passed").length;
    figures.set(basename(moduleId), { tried: states.length, held });
  }
  return figures;
}

/** The rows of a tally that say something else than what was counted, a sentence each; and files that have no row. */
export function tallyFaults(text: string, figures: ReadonlyMap<string, Figures>): string[] {
  const said = new Map(
    [...text.matchAll(row)].map(([, file, tried, held]) => [file!, { tried: Number(tried), held: Number(held) }]),
  );
  return [...figures].flatMap(([file, { tried, held }]) => {
    const told = said.get(file);
    if (told?.tried === tried && told.held === held) return [];
    return [
      `${file}: ${tried} tried, ${held} held; docs/security.md says ${told ? `${told.tried} and ${told.held}` : "nothing of it"}`,
    ];
  });
}

/** The text with the figures that were counted, and their sum; rows are in the order of names. */
export function withTally(text: string, figures: ReadonlyMap<string, Figures>): string {
  const said = [...text.matchAll(row)].map(
    ([, file, tried, held]) => [file!, { tried: Number(tried), held: Number(held) }] as const,
  );
  const all = [...new Map([...said, ...figures])].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = all.map(([file, { tried, held }]) => `| \`${file}\` | ${tried} | ${held} |`);
  const sum = (name: keyof Figures): number => all.reduce((total, [, each]) => total + each[name], 0);
  const table = [
    "| file | tried | held |",
    "|---|---|---|",
    ...rows,
    `| all | ${sum("tried")} | ${sum("held")} |`,
  ].join("\n");
  return text.replace(/^\| file \| tried \| held \|\n(?:\|.*\n)*/m, `${table}\n`);
}

/** Holds every run against the tally, and fails it where the tally is not true. */
export function attackTally(): Reporter {
  return {
    onTestRunEnd(modules) {
      const figures = figuresOf(modules);
      const text = readFileSync(place, "utf8");
      if (process.env.TALLY === "write") return writeFileSync(place, withTally(text, figures));
      const faults = tallyFaults(text, figures);
      if (faults.length === 0) return;
      process.exitCode = 1;
      process.stderr.write(
        `The tally of attacks is not true; write it with TALLY=write npx vitest run test/attacks:\n${faults.join("\n")}\n`,
      );
    },
  };
}
