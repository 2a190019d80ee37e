import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Size, sizeOf } from "./company.ts";
import type { CompanyEvent } from "./events.ts";

/** The first line: everything that the company is generated from. `createdAt` is epoch milliseconds. */
type Founding = { op: "found"; formatVersion: 1; seed: number; createdAt: number; size: Size };

/** The events of the company. No end of the process, however sudden, loses an appended event. */
export type Journal = { founding: Founding; past: CompanyEvent[]; append(events: CompanyEvent[]): void; close(): void };

/** A journal in memory, which ends with the process. */
function memoryJournal(founding: Founding): Journal {
  return {
    founding,
    past: [],
    append: () => {},
    close: () => {},
  };
}

function encode(lines: unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function readWhole(path: string): { lines: string[]; bytes: number } {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  // A process that is killed during a write leaves half a line. No client got an answer for its event.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return { lines: whole.split("\n").filter((line) => line !== ""), bytes: Buffer.byteLength(whole) };
}

/**
 * The journal in a directory; a new journal begins with this founding. An append is one write, and the operating system
 * has it when `append` returns.
 */
function openJournalIn(directory: string, begin: Founding): Journal {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "journal.jsonl");
  const { lines, bytes } = readWhole(path);
  const file = openSync(path, "a");
  ftruncateSync(file, bytes);
  const [first, ...rest] = lines;
  if (first === undefined) writeSync(file, encode([begin]));
  return {
    founding: first === undefined ? begin : (JSON.parse(first) as Founding),
    past: rest.map((line) => JSON.parse(line) as CompanyEvent),
    append: (events) => {
      writeSync(file, encode(events));
    },
    close: () => closeSync(file),
  };
}

/**
 * Options of a company. An absent option is as in the journal, or the default in a new journal. `stateDir` null: no
 * file.
 */
type AskedCompany = Partial<Size> & { seed?: number; stateDir?: string | null };

function askedSize(asked: AskedCompany): Partial<Size> {
  const names = ["people", "departments", "roles", "holders", "grants", "longTail"] as const;
  return Object.fromEntries(names.filter((name) => asked[name] !== undefined).map((name) => [name, asked[name]]));
}

/**
 * Opens the journal of a company, or begins one. Throws where the directory holds a company of another size or seed.
 */
export function openJournal(options: AskedCompany, now: () => number): Journal {
  const founding: Founding = {
    op: "found",
    formatVersion: 1,
    seed: options.seed ?? 1,
    createdAt: now(),
    size: sizeOf(askedSize(options)),
  };
  if (options.stateDir === undefined || options.stateDir === null) return memoryJournal(founding);
  const journal = openJournalIn(options.stateDir, founding);
  const kept: Record<string, unknown> = { ...journal.founding.size, seed: journal.founding.seed };
  const asked: Record<string, unknown> = { ...askedSize(options), seed: options.seed ?? journal.founding.seed };
  const other = Object.keys(asked).filter((name) => asked[name] !== kept[name]);
  if (other.length === 0) return journal;
  journal.close();
  throw new Error(`Cannot start the sandbox as ${options.stateDir} holds a company of other ${other.join(", ")}`);
}
