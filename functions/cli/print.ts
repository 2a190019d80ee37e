import { writeFileSync } from "node:fs";
import { Presets, SingleBar } from "cli-progress";
import Table from "cli-table3";
import wrapAnsi from "wrap-ansi";
import { plainLine, plainText } from "../basics/plain-text.ts";
import type { Progress } from "../review/ports.ts";
import { usage } from "./exit-code.ts";
import { type Output, outputs, wordsOfRun } from "./surroundings.ts";
import type { CliWords } from "./words/words.ts";

/** What the run under way says, in its language. */
export function spoken(): CliWords {
  return wordsOfRun();
}

/** The text as a terminal may show it: what steers a terminal, or what nobody sees, stands as `\uXXXX`. */
export function printable(text: string): string {
  return plainText(text);
}

const longestName = 256;

/** A name or an id as it is shown: on one line, and cut to 256 characters. What is stored is whole. */
export function shownName(name: string): string {
  return plainLine(name, longestName);
}

/** Lets work go on, and its exit code stand, where whoever reads what is printed goes away, as `| head` does. */
export function outliveReaders({ stdout, stderr }: Record<"stdout" | "stderr", Output>): void {
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** Writes to standard output. Nothing else writes there. */
export function printText(text: string): void {
  outputs().stdout.write(printable(text));
}

/** Writes to standard error. Nothing else writes there, but for the progress bar. */
export function printErrorText(text: string): void {
  outputs().stderr.write(printable(text));
}

/** Prints a result. */
export function printLine(text: string): void {
  printText(`${text}\n`);
}

/** Prints what is not a result: an error, or how to go on. */
export function printNote(text: string): void {
  printErrorText(`${text}\n`);
}

/** Prints the one JSON summary that `--json` puts on stdout. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

const usualWidth = 80;

/** How many characters a line of the help has. */
export function terminalWidth(): number {
  return outputs().stdout.columns ?? usualWidth;
}

/** Letters that a terminal shows two columns wide. */
const wideLetters = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  return text.length + (text.match(wideLetters)?.length ?? 0);
}

/** A text filled with blanks up to so many columns of a terminal. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** A text in lines of so many columns of a terminal. */
export function wrappedText(text: string, columns: number): string {
  return wrapAnsi(text, columns, { hard: true });
}

/** A column of a table: its title, and its width in characters where it does not share what the others leave. */
export type Column = { title?: string; characters?: number };

const mostCharacters = 101;
const leastCharacters = 40;
const borderCharacters = 1;
const paddingCharacters = 2;

/** A table as wide as the terminal, between 40 and 101 characters. What is too long goes on in the next line: nothing is cut. */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminalCharacters = outputs().stdout.columns ?? mostCharacters,
): string {
  const whole = Math.max(leastCharacters, Math.min(terminalCharacters, mostCharacters));
  const fixed = columns.reduce((sum, { characters = 0 }) => sum + characters, 0);
  const left = whole - fixed - borderCharacters * (columns.length + 1);
  const shared = Math.floor(left / columns.filter(({ characters }) => characters === undefined).length);
  const colWidths = columns.map(({ characters }) => characters ?? shared);
  const titles = columns.flatMap(({ title }) => title ?? []);
  const head = titles.length > 0 ? { head: titles } : {};
  const table = new Table({ ...head, colWidths, style: { head: [], border: [] } });
  // cli-table3 wraps by letters, of which Chinese ones take two columns, and cuts words that are longer than their column.
  const wrapped = (text: string, at: number): string =>
    wrapAnsi(text, colWidths[at]! - paddingCharacters, { hard: true });
  table.push(...rows.map((row) => row.map(wrapped)));
  return table.toString();
}

/** Writes a page to a file of the user. A new file is its owner's alone, as the page holds people's data. */
export function writePage(file: string, page: string | Uint8Array): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (error) {
    throw usage`Cannot write ${file} (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Progress on stderr, by source: a bar in a terminal, else a line every few seconds. */
export type ProgressBar = { of(source: string): Progress; end(): void };

const lineEveryMs = 5_000;
const barSteps = 1_000;

function progressText(counts: Record<string, number>): string {
  const { progress, and } = spoken();
  return printable(
    Object.entries(counts)
      .map(([name, count]) => progress.count(count, name))
      .join(and),
  );
}

export function openProgressBar(): ProgressBar {
  const { stderr } = outputs();
  return stderr.isTTY ? openBar(stderr) : openProgressLines();
}

function openBar(stream: Output): ProgressBar {
  let bar: SingleBar | null = null;
  let current = "";
  let startedAtMs = 0;
  const end = (): void => {
    bar?.stop();
    bar = null;
    current = "";
  };
  const begin = (source: string, stage: string): SingleBar => {
    const format = `${source}  ${padded(spoken().progress.stage(stage), 8)} {bar} {text}  {left}`;
    const begun = new SingleBar({ format, stream, hideCursor: true, fps: 8 }, Presets.shades_classic);
    begun.start(barSteps, 0, { text: "", left: "" });
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
        bar?.update(Math.round((share ?? 0) * barSteps), { text: progressText(counts), left });
      },
  };
}

function timeLeft(spentMs: number, share: number): string {
  return spoken().progress.left(Math.ceil((spentMs * (1 - share)) / share / 1000));
}

function openProgressLines(): ProgressBar {
  let current = "";
  let printedAt = 0;
  let last = "";
  const print = (line: string): void => {
    if (line !== last) printNote(line);
    last = line;
    printedAt = Date.now();
  };
  return {
    end() {},
    of:
      (source) =>
      ({ stage, counts, share }) => {
        if (`${source} ${stage}` === current && Date.now() - printedAt < lineEveryMs && share !== 1) return;
        current = `${source} ${stage}`;
        const { progress, named } = spoken();
        const said = [progress.stage(stage), progressText(counts)].filter((text) => text !== "");
        const soFar = share === undefined ? "" : ` (${Math.round(share * 100)} %)`;
        print(`${named(source, said.reduce(named))}${soFar}`);
      },
  };
}
