import * as z from "zod/mini";
import type { Holder, Signal } from "../../review/grants/grant.ts";
import type { PermissionCheck, Reader, ReadNote } from "../../review/ports.ts";
import { checkCall } from "../provider-call.ts";
import { readInBatches } from "../provider-source.ts";
import { eachReply, type FeishuCall, type FeishuRequest, type PageRequest, pageMarks, readRequest } from "./call.ts";
import { activityCall, activityWords } from "./limits.ts";
import { isFailedCall } from "./scope-names.ts";

// When somebody was last active in Feishu: in any of its apps, whatever they did there. No call says when a role was last used.

/** Whether a source reads when people were last active. */
function readsActivity(signals: readonly string[] | undefined): boolean {
  return signals?.includes("feishu-activity") ?? false;
}

const activityScope = "admin:admin_user_stat:readonly";

const text = z.nullish(z.string());
const day = z.object({
  date: text,
  user_id: text,
  last_active_time: text,
  suite_active_flag: z.nullish(z.number()),
});
const statsReply = z.object({ items: z.nullish(z.array(day)), ...pageMarks });

type DayReply = z.infer<typeof day>;
type StatsReply = z.infer<typeof statsReply>;

const dayMs = 86_400_000;

/** A day is ready at 9:30 of the next, in UTC+8 in China and in UTC elsewhere: ready in both. */
const readyAfterMs = dayMs + 9.5 * 3_600_000;

/** The most days that one call is asked for. */
const mostDays = 31;

/** What somebody did on the last 31 days that are ready at `now` (epoch milliseconds), a day an item. */
function listUserStats(userId: string, now: number, token: string | null): PageRequest<StatsReply> {
  const last = now - readyAfterMs;
  const dateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
  const names = { name: activityCall, words: activityWords };
  const request = readRequest(names, statsReply, {
    method: "GET",
    path: "/open-apis/admin/v1/admin_user_stats",
    query: [
      ["user_id_type", "user_id"],
      ["user_id", userId],
      ["start_date", dateOf(last - (mostDays - 1) * dayMs)],
      ["end_date", dateOf(last)],
      ["page_size", "60"],
      ...(token === null ? [] : [["page_token", token] as const]),
    ],
  });
  return {
    ...request,
    idsOf: ({ items }) => (items ?? []).map(({ date }, at) => date ?? `day ${at}`),
    strangerOf: ({ items }) => {
      const other = (items ?? []).find(({ user_id: id }) => id && id !== userId);
      return other ? `a day of another person` : null;
    },
  };
}

/** The call as `check` makes it: of nobody, so that nothing of anybody is read. */
function activityCheck(): FeishuRequest<unknown> & { scopes: string } {
  return { ...listUserStats("0", 1_700_000_000_000, null), scopes: activityScope };
}

const writtenInstant = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/;

/**
 * When the days show somebody last active; null where they do not tell. The vendor names no time zone: read as UTC the instant is
 * hours later than it was, at most, so that nobody seems idle for longer than they are.
 */
export function lastActiveIn(days: readonly DayReply[]): string | null {
  const instants = days.flatMap(({ date, last_active_time: at, suite_active_flag: isActive }) => {
    const [, on, time] = writtenInstant.exec(at ?? "") ?? [];
    if (on) return `${on}T${time}Z`;
    return isActive === 1 && date && /^\d{4}-\d\d-\d\d$/.test(date) ? `${date}T23:59:59Z` : [];
  });
  return (
    instants
      .filter((instant) => !Number.isNaN(Date.parse(instant)))
      .sort()
      .at(-1) ?? null
  );
}

/** How many people may be refused before nobody is asked for any more: the app may lack the permission, or see nobody. */
const mostRefused = 5;

/** The accounts of holders, by holder id; whoever has none is absent. */
type AccountsOf = (holderIds: string[]) => Promise<ReadonlyMap<string, string>>;

/** Reads when people were last active. It is context: a read that fails leaves it out, and says so once. */
export type ActivityReader = {
  /** The holders, each with when they were last active, if that is known. Whoever left is not asked for. */
  withActivity(holders: Map<string, Holder>, accountsOf: AccountsOf): Promise<Map<string, Holder>>;
  takeNotes: NonNullable<Reader["takeNotes"]>;
  /** Whether the app may ask; nothing where nothing is read. */
  checkPermissions(): Promise<PermissionCheck[]>;
};

/** What a source without the signal has: its holders are as they are, and nothing is asked. */
const noActivity: ActivityReader = {
  withActivity: async (holders) => holders,
  takeNotes: () => [],
  checkPermissions: async () => [],
};

/** `signals`: those of the source. */
export function openActivity(
  call: FeishuCall,
  { signals, clock }: { signals?: readonly Signal[]; clock: { now(): number } },
): ActivityReader {
  if (!readsActivity(signals)) return noActivity;
  const notes: ReadNote[] = [];
  let refused = 0;

  function note(error: unknown): void {
    if (!isFailedCall(error)) throw error;
    if (refused === 0) notes.push({ about: "lastActiveAt", reason: error.message });
    refused++;
  }

  async function readOne(userId: string): Promise<[string, string][]> {
    if (refused >= mostRefused) return [];
    const days: DayReply[] = [];
    try {
      const atMs = clock.now();
      for await (const { items } of eachReply<StatsReply>((token) => listUserStats(userId, atMs, token), call)) {
        days.push(...(items ?? []));
      }
    } catch (error) {
      note(error);
      return [];
    }
    const last = lastActiveIn(days);
    return last === null ? [] : [[userId, last]];
  }

  async function lastActiveOf(holderIds: string[], accountsOf: AccountsOf): Promise<Map<string, string>> {
    if (refused >= mostRefused) return new Map();
    const accounts = await accountsOf(holderIds).catch((error) => {
      note(error);
      return new Map<string, string>();
    });
    const last = new Map(await readInBatches(accounts.values(), 1, ([userId]) => readOne(userId!)));
    return new Map([...accounts].flatMap(([id, userId]) => (last.has(userId) ? [[id, last.get(userId)!]] : [])));
  }

  return {
    async withActivity(holders, accountsOf) {
      const here = [...holders].filter(([, { status }]) => status !== "left").map(([id]) => id);
      const last = await lastActiveOf(here, accountsOf);
      return new Map(
        [...holders].map(([id, holder]) => {
          const lastActiveAt = last.get(id);
          return [id, lastActiveAt ? { ...holder, lastActiveAt } : holder];
        }),
      );
    },
    takeNotes: () => notes.splice(0),
    checkPermissions: async () => [await checkCall(call, activityCheck())],
  };
}
