import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { takeLease } from "../../functions/ledger/lease.ts";
import type { Reader, ThrottleWindows } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** One of several sources of one host and app, which counts one call. */
const countingSource = (call: string, usedAt: number[]) => {
  let loaded: ThrottleWindows = {};
  const source: Pick<Reader, "origin" | "saveWindows" | "loadWindows"> = {
    origin: { host: "open.feishu.cn", account: "cli_1" },
    saveWindows: () => ({ [call]: usedAt }),
    loadWindows: (windows) => {
      loaded = windows;
    },
  };
  return { source: source as Reader, loaded: () => loaded };
};

it("takeLease() hands on what other sources of the same app have used, crashes included", async () => {
  const root = mkdtempSync(join(tmpdir(), "lease-"));
  roots.push(root);
  const clock = createJumpingClock();
  const caller = { via: "lambda", requestId: "1" } as const;
  const invocation = { id: "one", host: "here", pid: 1, isGone: () => true, caller };
  const stage = { store: withLines(openDirectoryStore(root)), clock, invocation } as Partial<Stage> as Stage;
  const [people, roles] = [countingSource("listPeople", [1, 2]), countingSource("listRoles", [3])];
  await (await takeLease(stage, people.source)).release();
  await (await takeLease(stage, roles.source)).release();
  await takeLease(stage, people.source); // and never given back
  expect(people.loaded()).toEqual({ listPeople: [1, 2], listRoles: [3] });
  await clock.sleep(1_000);
  await (await takeLease(stage, roles.source)).release();
  await takeLease(stage, people.source);
  expect(people.loaded()).toEqual({ "*": [clock.now()], listRoles: [3] });
});
