import type { BrakeLimit } from "../review/plan/plan.ts";

/** A brake's limit as people say it: shares in per cent. */
export function limitText({ name, limit, actual }: BrakeLimit): string {
  if (name === "stopped") return "stopped: no provider write begins until `resume`";
  const isShare = /Share$|Drop$/.test(name);
  const figure = (value: number): string => (isShare ? `${Number((value * 100).toFixed(1))} %` : String(value));
  return `${name}: ${figure(actual)}, allowed ${figure(limit)}`;
}

/** What a stage answered, a line for each figure. */
export function answerText({ source, review, status, ...counts }: Record<string, unknown>): string {
  const shown = Object.entries(counts).filter(([name]) => name !== "error");
  const width = Math.max(0, ...shown.map(([name]) => wordsOf(name).length));
  const lines = shown.map(
    ([name, value]) => `  ${wordsOf(name).padEnd(width)}  ${indented(valueText(value), width + 4)}`,
  );
  return [`${source} ${review}: ${status}`, ...lines].join("\n");
}

/** `planHash` is "plan hash". */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function indented(text: string, width: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(width)}`);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(itemText).join("\n");
  if (typeof value !== "object" || value === null) return String(value);
  const counts = Object.entries(value).map(([name, count]) => `${count} ${name}`);
  return counts.length === 0 ? "none" : counts.join(", ");
}

type Item = Partial<BrakeLimit & { detail: string; grantId: string; error: string }>;

function itemText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const item: Item = value;
  if (item.limit !== undefined && item.actual !== undefined) return limitText(item as BrakeLimit);
  if (item.detail !== undefined) return `${item.name}: ${item.detail}`;
  return item.error === undefined ? JSON.stringify(value) : `${item.grantId}: ${item.error}`;
}
