import type { AnnouncingCall, Timer } from "../../http/call.ts";
import type { JsonReply, JsonRequest } from "../../http/json-call.ts";
import { type Repeatable, retryPolicy, withOneMoreTry, withRetry } from "../../http/retry.ts";
import type { Throttle } from "../../http/throttle.ts";
import { withThrottle } from "../../http/throttles.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import { decodeEnvelope } from "./envelope.ts";
import { StaleTokenError } from "./errors.ts";
import { toReadLine } from "./reads.ts";
import type { TenantToken } from "./token.ts";

/** One call: what is sent, how it may be repeated, and how its `data` is read (throws UnexpectedReplyError). */
export type FeishuRequest<Data> = {
  name: string;
  method: JsonRequest["method"];
  path: string;
  query: readonly (readonly [string, string])[];
  body?: unknown;
  repeatable: Repeatable;
  /** Awaited right before each sending, after all waiting; where it throws, nothing is sent. */
  beforeSend?: () => Promise<void>;
  decode: (data: unknown, status: number) => Data;
};

export type FeishuReply<Data> = { data: Data; logId: string | null };

/** Any call to the Feishu open platform, given its request. */
export type FeishuCall = <Data>(request: FeishuRequest<Data>) => Promise<FeishuReply<Data>>;

export type FeishuCallOptions = {
  call: AnnouncingCall<JsonRequest, JsonReply>;
  token: TenantToken;
  throttleOf: (name: string) => Throttle;
  /** Told of every call that was answered, refusals included. */
  onRead: (line: ReadLine) => void;
  timer: Timer;
  random: () => number;
  pace: number;
  signal?: AbortSignal;
};

// A second refusal is not the token's age, and trying on would never end.
const isStale = (error: unknown): boolean => error instanceof StaleTokenError;

type Answered = { data: unknown; logId: string | null; line: ReadLine };

/**
 * Reads outside-in: tried again while that helps; with a new token where the old one was refused; each attempt let in
 * by its API's throttle; and a failure that hides in a 200 is an error before any of them sees it.
 */
export function createFeishuCall(options: FeishuCallOptions): FeishuCall {
  const { timer, random, pace, throttleOf, onRead } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const throttled = withThrottle(answered(options), (request) => throttleOf(request.name), {
    ...signal,
    defaultPauseMs: 1000 / pace,
  });
  // A place in the throttle is not held while a token is on its way: what it measures are the calls alone.
  const authorized = async (request: FeishuRequest<unknown>): Promise<Answered> => {
    await options.token.get();
    return await throttled(request);
  };
  const retried = withRetry(withOneMoreTry(authorized, isStale), {
    policy: retryPolicy(pace),
    timer,
    random,
    repeatable: (request) => request.repeatable,
    ...signal,
  });
  return async <Data>(request: FeishuRequest<Data>) => {
    const { data, logId, line, retries } = await retried(request);
    onRead({ ...line, retries });
    return { data: data as Data, logId };
  };
}

function answered(options: FeishuCallOptions): AnnouncingCall<FeishuRequest<unknown>, Answered> {
  const { call, token, timer, onRead } = options;
  return async (request, onAnswer) => {
    const { name, method, path, query, body } = request;
    const bearer = await token.get();
    const headers = { authorization: `Bearer ${bearer}` };
    await request.beforeSend?.();
    const sent = { name, method, path, query, headers, ...(body === undefined ? {} : { body }) };
    const reply = await call(sent, onAnswer);
    const line = toReadLine(request, reply, new Date(timer.now()).toISOString());
    try {
      const { data, logId } = decodeEnvelope(name, reply);
      return { data: request.decode(data, reply.status), logId, line };
    } catch (error) {
      onRead(line);
      if (error instanceof StaleTokenError) token.discard(bearer);
      throw error;
    }
  };
}
