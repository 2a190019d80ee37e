/** One shape for every piece, so that retry, throttle and decoding are put together in any order. */
export type Call<Request, Reply> = (request: Request) => Promise<Reply>;

/** A clock as review/ports.ts has it: `now` in epoch milliseconds, `sleep` rejects when aborted. */
export type Timer = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
