/** A call to a provider. Retry, throttle and decoding all take and give this type, so they compose in any order. */
export type Call<Request, Reply> = (request: Request) => Promise<Reply>;

/** A call that calls `onAnswer` as soon as the answer is there, before its body is parsed. */
export type AnnouncingCall<Request, Reply> = (request: Request, onAnswer?: () => void) => Promise<Reply>;

/** The clock of review/ports.ts: `now` in epoch milliseconds; `sleep` rejects when aborted. */
export type Timer = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
