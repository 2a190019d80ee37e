import type { AnnouncingCall, Call } from "./call.ts";
import { ThrottledError } from "./errors.ts";
import { rateLimitRefusals } from "./signals.ts";
import type { Throttle } from "./throttle.ts";

/**
 * Each call is let in by the throttle that `throttleOf` names for it, and pauses all its users when it is refused. Its place
 * counts as used until it tells that its answer is there, or else has ended.
 */
export function withThrottle<Request, Reply>(
  call: AnnouncingCall<Request, Reply>,
  throttleOf: (request: Request) => Throttle,
  options: { signal?: AbortSignal; defaultPauseMs: number },
): Call<Request, Reply> {
  return async (request) => {
    const throttle = throttleOf(request);
    const leave = await throttle.enter(options.signal);
    try {
      return await call(request, leave);
    } catch (error) {
      if (error instanceof ThrottledError) {
        rateLimitRefusals.publish(error);
        throttle.pause(error.retryAfterMs ?? options.defaultPauseMs);
      }
      throw error;
    } finally {
      leave();
    }
  };
}
