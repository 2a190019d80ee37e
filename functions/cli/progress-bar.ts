import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../review/ports.ts";

/** Progress on stderr, each line under its source: a bar where a person watches, a line now and then where nobody does. */
export type ProgressBar = { of(source: string): Progress; end(): void };

const LINE_EVERY_MS = 5_000;
const STEPS = 1_000;

function countsText(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

export function openProgressBar(): ProgressBar {
  return process.stderr.isTTY ? watchedBar() : plainLines();
}

function watchedBar(): ProgressBar {
  let bar: SingleBar | null = null;
  let current = "";
  let startedAtMs = 0;
  const end = (): void => {
    bar?.stop();
    bar = null;
    current = "";
  };
  const begin = (source: string, stage: string): SingleBar => {
    const format = `${source}  ${stage.padEnd(8)} {bar} {text}  {left}`;
    const begun = new SingleBar({ format, stream: process.stderr, hideCursor: true, fps: 8 }, Presets.shades_classic);
    begun.start(STEPS, 0, { text: "", left: "" });
    return begun;
  };
  return {
    end,
    of:
      (source) =>
      ({ stage, counts, share }) => {
        if (`${source} ${stage}` !== current) {
          end();
          bar = begin(source, stage);
          current = `${source} ${stage}`;
          startedAtMs = Date.now();
        }
        const left = share ? timeLeft(Date.now() - startedAtMs, share) : "";
        bar?.update(Math.round((share ?? 0) * STEPS), { text: countsText(counts), left });
      },
  };
}

function timeLeft(spentMs: number, share: number): string {
  return `${Math.ceil((spentMs * (1 - share)) / share / 1000)} s left`;
}

function plainLines(): ProgressBar {
  let current = "";
  let printedAt = 0;
  let last = "";
  const print = (line: string): void => {
    if (line !== last) process.stderr.write(`${line}\n`);
    last = line;
    printedAt = Date.now();
  };
  return {
    end() {},
    of:
      (source) =>
      ({ stage, counts, share }) => {
        if (`${source} ${stage}` === current && Date.now() - printedAt < LINE_EVERY_MS && share !== 1) return;
        current = `${source} ${stage}`;
        const text = countsText(counts);
        print(
          `${source}: ${stage}${text ? `: ${text}` : ""}${share === undefined ? "" : ` (${Math.round(share * 100)} %)`}`,
        );
      },
  };
}
