import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "../../functions/sandbox/company/journal.ts";

/** Parts of access-review.yaml that a test wants otherwise. */
export type ConfigParts = {
  baseUrl?: string;
  pace?: number;
  mode?: "report" | "enforce";
  rules?: Record<string, unknown>[];
  guard?: Record<string, unknown>;
  decideWithinDays?: number;
  write?: string;
  /** What the source is besides, or instead. */
  source?: Record<string, unknown>;
};

/** Whoever has left loses everything at once. */
export const leaverRule = {
  id: "leaver",
  when: 'holder.status == "left" && !holder.employedAgain',
  then: "expire",
  noticeDays: 0,
  overridable: false,
  reason: { en: "The holder has left the company", zh: "持有人已离职" },
};

/** Whoever is disabled does too. */
export const disabledRule = {
  ...leaverRule,
  id: "disabled",
  when: 'holder.status == "disabled"',
  reason: { en: "The holder is disabled", zh: "持有人已停用" },
};

/** Limits so wide that nothing but the rules decides. */
export const openGuard = { maxExpiries: 10_000, maxShare: 1, maxRoleShare: 1 };

/** A configuration of one source, `people`, as text: JSON is YAML. */
export function configText(parts: ConfigParts = {}): string {
  const { baseUrl = "sandbox", pace = 6_000, mode = "enforce", rules = [leaverRule], guard = openGuard } = parts;
  const credentials = { read: "env:READ_APP", write: parts.write ?? "env:WRITE_APP" };
  const source = { id: "people", provider: "feishu-corehr", baseUrl, pace, ...parts.source };
  return JSON.stringify({
    store: "./store",
    mode,
    schedule: { cron: "0 2 1 1,4,7,10 ? *", timezone: "Asia/Shanghai" },
    language: "en",
    sources: [baseUrl === "sandbox" ? source : { ...source, credentials }],
    policy: { decideWithinDays: parts.decideWithinDays ?? 0, rules, guard },
  });
}

/** The configuration that the project ships, at a pace at which no test waits for a limit of calls. */
export const shippedText = readFileSync(new URL("../../access-review.yaml", import.meta.url), "utf8")
  .replaceAll("pace: 60 ", "pace: 6000 ")
  .replaceAll("pace: 60\n", "pace: 6000\n");

/**
 * A folder of its own with this configuration in it. The embedded company, which `baseUrl: sandbox` means, has so many people
 * there: by itself it would have 1,500, and a review of it takes a second more.
 */
export function makeFolder(parts: ConfigParts | string = {}, people = 100): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "access-review-cli-"));
  writeFileSync(join(folder, "access-review.yaml"), typeof parts === "string" ? parts : configText(parts));
  openJournal({ people, stateDir: join(folder, ".sandbox") }, Date.now).close();
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
