import type { Call } from "./call.ts";

/** A call that is made once more, and no oftener, after a failure that a second try may mend. */
export function withOneMoreTry<Request, Reply>(
  call: Call<Request, Reply>,
  mayMend: (error: unknown) => boolean,
): Call<Request, Reply> {
  return async (request) => {
    try {
      return await call(request);
    } catch (error) {
      if (!mayMend(error)) throw error;
      return await call(request);
    }
  };
}
