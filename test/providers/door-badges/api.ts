import { createHash } from "node:crypto";
import type * as z from "zod/mini";
import { ApiError, NoReplyError, UnexpectedReplyError } from "../../../functions/http/errors.ts";
import { type Limits, openThrottles } from "../../../functions/http/throttles.ts";
import type { OpenOptions } from "../../../functions/providers/provider.ts";
import type { ReadLine } from "../../../functions/review/grants/snapshot.ts";
import { registerAt } from "./register.ts";

const perMinute = [{ calls: 100, perMs: 60_000 }];

/** The documented limit of every call. */
export const documentedLimits = {
  listDoors: perMinute,
  listBadges: perMinute,
  showBadges: perMinute,
  showPeople: perMinute,
  giveBadge: perMinute,
  takeBadge: [{ calls: 20, perMs: 60_000 }],
} satisfies Limits;

export type CallName = keyof typeof documentedLimits;

export type BadgeOptions = OpenOptions<{ key: string }, { building: string }>;

/** One call: its name and parameters, the shape of its reply, and for a write the key and what is awaited before it is sent. */
export type Asked<T> = {
  call: CallName;
  parameters: Record<string, unknown>;
  reply: z.ZodMiniType<T>;
  write?: { key: string; beforeSend: () => Promise<void> };
};

export type BadgeApi = ReturnType<typeof openApi>;

/**
 * The vendor's calls: throttled, noted down, their replies looked at before they are believed. `send` throws ApiError,
 * NoReplyError or UnexpectedReplyError. A real provider sends by `openJsonCall` of functions/http, with `withRetry` around its reads.
 */
export function openApi({ baseUrl, host, credentials, pace, limits: changed, clock, signal }: BadgeOptions) {
  const replaced = Object.fromEntries(Object.entries(changed).map(([call, window]) => [call, [window]]));
  const limits = { ...documentedLimits, ...replaced };
  const throttles = openThrottles(clock, { host, caller: credentials.key, limits, pace });
  const reads: ReadLine[] = [];
  const send = async <T>({ call, parameters, reply, write }: Asked<T>): Promise<T> => {
    const leave = await throttles.of(call).enter(signal);
    try {
      await write?.beforeSend();
      const answer = registerAt(baseUrl).answer(write?.key ?? credentials.key, call, parameters);
      if (answer.status === 0) throw new NoReplyError(call, { code: "ECONNRESET" });
      reads.push({ ...lineOf(call, parameters, answer.text), at: new Date(clock.now()).toISOString() });
      return believed({ call, reply, ...answer });
    } finally {
      leave();
    }
  };
  return { send, throttles, takeReads: () => reads.splice(0) };
}

const lineOf = (call: string, parameters: Record<string, unknown>, text: string): Omit<ReadLine, "at"> => ({
  call,
  parameters,
  page: typeof parameters.page === "string" ? parameters.page : null,
  status: 200,
  items: 1,
  sha256: createHash("sha256").update(text).digest("hex"),
  logId: null,
  retries: 0,
});

type Answered<T> = { call: string; reply: z.ZodMiniType<T>; status: number; text: string };

function believed<T>({ call, reply, status, text }: Answered<T>): T {
  if (status !== 200) {
    const concerns = status === 403 ? "app" : "request";
    throw new ApiError({ call, code: String(status), status, reason: "refused", requestId: null, concerns });
  }
  const checked = reply.safeParse(JSON.parse(text));
  if (!checked.success) throw new UnexpectedReplyError(call, status, "its shape is another");
  return checked.data;
}
