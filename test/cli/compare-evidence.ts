import { join } from "node:path";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";

// Instants, hashes over instants, hours until an instant, the provider's request ids, how often the provider was asked, and how
// many calls a way to list would have taken by the latency that was measured: two runs differ in these.
const variableKeys =
  /^(at|verifiedAt|createdAt|startedAt|takenAt|sealedAt|firstSeenAt|noticeAt|notBefore|notices|reads|why|byRoles|unfiltered|byEmployees|requestId|leaverHours|hours|p50|p95|max|.*Sha256|sha256|planHash)$/;

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return typeof value === "string" ? withoutPort(value) : value;
  const kept = Object.entries(value).filter(([key]) => !variableKeys.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, comparable(inner)]));
}

/** Each copy of a company is served at a port of its own. */
const withoutPort = (text: string): string => text.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1");

const comparableText = (text: string): string =>
  withoutPort(text)
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, "(instant)")
    .replace(/[0-9a-f]{64}/g, "(hash)")
    .replace(/\d+ ms a call/g, "(latency)");

async function linesOf(store: Store, key: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of store.readLines(key)) lines.push(line);
  return lines;
}

/** Everything that a folder's store keeps of its reviews, by key, without what differs from run to run. */
async function evidenceIn(folder: string): Promise<Record<string, unknown>> {
  const store = withLines(openDirectoryStore(join(folder, "store")));
  const evidence: Record<string, unknown> = {};
  for await (const key of store.list("reviews/")) {
    // How often was asked depends on the kills; a page tells nothing that the rest does not, but for lost request ids.
    if (/\/reads\.jsonl\.gz$|\.html$/.test(key)) evidence[key] = "there";
    else if (key.endsWith(".json")) evidence[key] = comparable(await store.getJson(key));
    else if (key.endsWith(".jsonl.gz")) evidence[key] = comparable(await linesOf(store, key));
    else evidence[key] = comparableText(new TextDecoder().decode((await store.get(key))!.body));
  }
  return evidence;
}

/** The keys under which the evidence in two folders' stores differs, each with the text around the first difference. */
export async function evidenceDifferences(folder: string, other: string): Promise<string[]> {
  const [mine, theirs] = [await evidenceIn(folder), await evidenceIn(other)];
  const differences: string[] = [];
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [a, b] = [JSON.stringify(mine[key]) ?? "absent", JSON.stringify(theirs[key]) ?? "absent"];
    if (a === b) continue;
    const at = Array.from(a).findIndex((letter, index) => letter !== b[index]);
    const excerpt = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
    differences.push(`${key}: ${excerpt(a)} <> ${excerpt(b)}`);
  }
  return differences;
}
