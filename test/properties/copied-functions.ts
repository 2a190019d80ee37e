import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One exact text of one file below `functions/`, and what stands there instead. */
export type Edit = { file: string; find: string; replace: string };

const root = join(import.meta.dirname, "..", "..");

/**
 * The formatting of reports is most of the cost of a life and none of what properties are about. What it is given is
 * written in its stead, so that a report that depends on the present still shows.
 */
const plainReport = {
  file: "report/html-report.ts",
  text: "export const createHtmlReport = async (view, rows) => JSON.stringify({ view, rows });\n",
};

/** A copy of `functions/` with the edits made and reports written plainly. Throws where a text to edit is not there exactly once. */
export const copyFunctions = (edits: readonly Edit[] = []): { folder: string; remove: () => void } => {
  const place = mkdtempSync(join(tmpdir(), "access-review-properties-"));
  const folder = join(place, "functions");
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  try {
    cpSync(join(root, "functions"), folder, { recursive: true });
    cpSync(join(root, "package.json"), join(place, "package.json"));
    symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
    writeFileSync(join(folder, plainReport.file), plainReport.text);
    for (const edit of edits) makeEdit(folder, edit);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, remove };
};

const makeEdit = (folder: string, edit: Edit): void => {
  const path = join(folder, edit.file);
  writeFileSync(path, edited(readFileSync(path, "utf8"), edit));
};

const edited = (text: string, { file, find, replace }: Edit): string => {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`Cannot edit ${file} as it has this text ${parts.length - 1} times, not once:\n${find}`);
};

/** Throws where a text to edit is not in `functions/` exactly once, as `copyFunctions` would, without a copy. */
export function checkEdits(edits: readonly Edit[]): void {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(root, "functions", edit.file), "utf8");
    texts.set(edit.file, edited(text, edit));
  }
}
