/** One shape for every piece, so that retry, throttle and decoding are put together in any order. */
export type Call<Request, Reply> = (request: Request) => Promise<Reply>;

/** The same of a call that tells, before it reads its answer, that the answer is there. */
export type AnnouncingCall<Request, Reply> = (request: Request, onAnswer?: () => void) => Promise<Reply>;

/** A clock as review/ports.ts has it: `now` in epoch milliseconds, `sleep` rejects when aborted. */
export type Timer = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
