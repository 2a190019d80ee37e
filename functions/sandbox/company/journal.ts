import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { CompanyEvent } from "./events.ts";
import type { Size } from "./size.ts";

/** The first line: everything that the company is generated from. `createdAt` is epoch milliseconds. */
export type Founding = { op: "found"; formatVersion: 1; seed: number; createdAt: number; size: Size };

/** What happened to the company, kept so that no end of the process, however sudden, loses any of it. */
export type Journal = { founding: Founding; past: CompanyEvent[]; append(events: CompanyEvent[]): void; close(): void };

/** A journal that ends with the process. */
export const memoryJournal = (founding: Founding): Journal => ({
  founding,
  past: [],
  append: () => {},
  close: () => {},
});

const encode = (lines: unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

function readWhole(path: string): { lines: string[]; bytes: number } {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  // A process that was killed in the middle of a write leaves half a line, whose answer never went out.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return { lines: whole.split("\n").filter((line) => line !== ""), bytes: Buffer.byteLength(whole) };
}

/**
 * The journal in a directory, begun with this founding if there is none. Each append is one write that has reached the
 * operating system when it returns.
 */
export function openJournal(directory: string, begin: Founding): Journal {
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
