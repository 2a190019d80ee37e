import type { AnnouncingCall, Timer } from "../../http/call.ts";
import type { JsonReply, JsonRequest } from "../../http/json-call.ts";
import { type Repeatable, retryPolicy, withOneMoreTry, withRetry } from "../../http/retry.ts";
import type { Throttle } from "../../http/throttle.ts";
import { withThrottle } from "../../http/throttles.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import { ClockSkewError, decodeEnvelope } from "./envelope.ts";
import type { Action } from "./limits.ts";
import { toReadLine } from "./reads.ts";
import { authorization } from "./sign.ts";

/** An access key; `token` goes with a temporary one. */
export type CloudCredentials = { secretId: string; secretKey: string; token?: string };

/** One call: its action and parameters, how it may be repeated, and how its `Response` is read (throws UnexpectedReplyError). */
export type CloudRequest<Data> = {
  name: Action;
  parameters: Readonly<Record<string, unknown>>;
  repeatable: Repeatable;
  /** Awaited right before each sending, after all waiting; where it throws, nothing is sent. */
  beforeSend?: () => Promise<void>;
  decode: (response: Record<string, unknown>, status: number) => Data;
};

export type CloudReply<Data> = { data: Data; requestId: string | null };

/** Any call to Tencent Cloud Organization, given its request. */
export type CloudCall = <Data>(request: CloudRequest<Data>) => Promise<CloudReply<Data>>;

export type CloudCallOptions = {
  call: AnnouncingCall<JsonRequest, JsonReply>;
  credentials: CloudCredentials;
  /** The host that is signed: without port. */
  hostname: string;
  throttleOf: (name: string) => Throttle;
  /** Told of every call that was answered, refusals included. */
  onRead: (line: ReadLine) => void;
  timer: Timer;
  random: () => number;
  pace: number;
  signal?: AbortSignal;
};

// Each try has a time stamp of its own. A second refusal is this machine's clock, and trying on would never end.
const isSkewed = (error: unknown): boolean => error instanceof ClockSkewError;

type Answered = { data: unknown; requestId: string | null; line: ReadLine };

const service = "organization";
const apiVersion = "2021-03-31";
const contentType = "application/json; charset=utf-8";

/**
 * Reads outside-in: tried again while that helps; signed anew once where the time stamp was refused; each attempt let in by
 * its action's throttle; and a failure that hides in a 200 is an error before any of them sees it.
 */
export function createCloudCall(options: CloudCallOptions): CloudCall {
  const { timer, random, pace, throttleOf, onRead } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const throttled = withThrottle(answered(options), (request) => throttleOf(request.name), {
    ...signal,
    defaultPauseMs: 1000 / pace,
  });
  const retried = withRetry(withOneMoreTry(throttled, isSkewed), {
    policy: retryPolicy(pace),
    timer,
    random,
    repeatable: (request) => request.repeatable,
    ...signal,
  });
  return async <Data>(request: CloudRequest<Data>) => {
    const { data, requestId, line, retries } = await retried(request);
    onRead({ ...line, retries });
    return { data: data as Data, requestId };
  };
}

function answered(options: CloudCallOptions): AnnouncingCall<CloudRequest<unknown>, Answered> {
  const { call, timer, onRead } = options;
  return async (request, onAnswer) => {
    const { name, parameters } = request;
    await request.beforeSend?.();
    const headers = signedHeaders(request, options);
    const reply = await call({ name, method: "POST", path: "/", headers, body: parameters }, onAnswer);
    const line = toReadLine(request, reply, new Date(timer.now()).toISOString());
    try {
      const { response, requestId } = decodeEnvelope(name, reply);
      return { data: request.decode(response, reply.status), requestId, line };
    } catch (error) {
      onRead(line);
      throw error;
    }
  };
}

/** Signed at the moment of sending: a time stamp is good for five minutes, and waiting for the throttle may take longer. */
function signedHeaders({ name, parameters }: CloudRequest<unknown>, options: CloudCallOptions): Record<string, string> {
  const { credentials, hostname, timer } = options;
  const timestamp = Math.floor(timer.now() / 1000);
  const headers = { "content-type": contentType, host: hostname, "x-tc-action": name };
  // What is sent is JSON.stringify of the same parameters, so these are its bytes.
  const payload = JSON.stringify(parameters);
  return {
    authorization: authorization({ service, headers, payload, timestamp }, credentials),
    "content-type": contentType,
    "x-tc-action": name,
    "x-tc-version": apiVersion,
    "x-tc-timestamp": String(timestamp),
    ...(credentials.token ? { "x-tc-token": credentials.token } : {}),
  };
}
