import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../functions/config/parse-config.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { openStage, openStore } from "../../functions/runtime/open-stage.ts";
import { systemClock } from "../../functions/runtime/system-clock.ts";
import { readApp, writeApp } from "../../functions/sandbox/feishu/apps.ts";

export const pace = 60;
export const sourceId = "people";

const rules = [
  {
    id: "leaver",
    when: 'holder.status == "left" && !holder.employedAgain',
    then: "expire",
    noticeDays: 0,
    overridable: false,
    reason: { en: "The holder has left", zh: "已离职" },
  },
];

/** Guards that let a whole bench through: what is measured is speed, not judgement. */
const guard = { maxExpiries: 100_000, maxShare: 1, maxRoleShare: 1 };

const env = { READ: JSON.stringify(readApp), WRITE: JSON.stringify(writeApp) };

const configOf = ({ baseUrl, store, pace }: { baseUrl: string; store: string; pace: number }) => {
  const source = { id: sourceId, provider: "feishu-corehr", baseUrl, pace };
  const credentials = { read: "env:READ", write: "env:WRITE" };
  const text = {
    store,
    mode: "enforce",
    language: "en",
    sources: [{ ...source, credentials }],
    policy: { rules, guard },
  };
  const parsed = parseConfig(JSON.stringify({ ...text, schedule: { cron: "0 2 1 * ? *", timezone: "Asia/Shanghai" } }));
  if ("faults" in parsed) throw new Error(parsed.faults.map(({ message }) => message).join("\n"));
  return parsed.config;
};

type StageOptions = { shouldStop?: () => boolean; progress?: (progress: { stage: string }) => void };

/** A tenant under review: stages over it, each as an invocation of its own would open it, and a store that is thrown away. */
export type Tenant = {
  stage(options?: StageOptions): ReturnType<typeof openStage>;
  /** Where its store is. */
  folder: string;
  remove(): void;
};

/** A review of the company at this address, at pace 60 unless told otherwise, with a directory store in the temporary folder. */
export async function openTenant(baseUrl: string, atPace = pace): Promise<Tenant> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  const config = configOf({ baseUrl, store: folder, pace: atPace });
  const store = await openStore(folder);
  return {
    folder,
    // Throttles are shared by whoever has the same clock: a clock of its own is a process of its own.
    stage: ({ shouldStop = () => false, progress = () => {} } = {}) => {
      const clock: Clock = { ...systemClock };
      return openStage(config, { sourceId, review: "2026-10-01T020000Z", store, clock, env, progress, shouldStop });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
