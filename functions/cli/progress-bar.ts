import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../review/ports.ts";

/** Progress on stderr: a bar where a person watches, a line now and then where nobody does. */
export type ProgressBar = { update: Progress; end(): void };

const LINE_EVERY_MS = 5_000;
const STEPS = 1_000;

const countsText = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");

export const openProgressBar = (source: string): ProgressBar =>
  process.stderr.isTTY ? watchedBar(source) : plainLines(source);

const watchedBar = (source: string): ProgressBar => {
  let bar: SingleBar | null = null;
  let current = "";
  const end = (): void => {
    bar?.stop();
    bar = null;
    current = "";
  };
  const begin = (stage: string): SingleBar => {
    const format = `${source}  ${stage.padEnd(8)} {bar} {text}  {left}`;
    const begun = new SingleBar({ format, stream: process.stderr, hideCursor: true, fps: 8 }, Presets.shades_classic);
    begun.start(STEPS, 0, { text: "", left: "" });
    return begun;
  };
  const startedAtByStage = new Map<string, number>();
  return {
    end,
    update({ stage, counts, share }) {
      if (stage !== current) {
        end();
        bar = begin(stage);
        current = stage;
        startedAtByStage.set(stage, Date.now());
      }
      const left = share ? timeLeft(Date.now() - startedAtByStage.get(stage)!, share) : "";
      bar?.update(Math.round((share ?? 0) * STEPS), { text: countsText(counts), left });
    },
  };
};

const timeLeft = (spentMs: number, share: number): string =>
  `${Math.ceil((spentMs * (1 - share)) / share / 1000)} s left`;

const plainLines = (source: string): ProgressBar => {
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
    update({ stage, counts, share }) {
      if (stage === current && Date.now() - printedAt < LINE_EVERY_MS && share !== 1) return;
      current = stage;
      const text = countsText(counts);
      print(
        `${source}: ${stage}${text ? `: ${text}` : ""}${share === undefined ? "" : ` (${Math.round(share * 100)} %)`}`,
      );
    },
  };
};
