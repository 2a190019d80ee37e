/** Says what could not be done with which object, why, and what to do next. Ends an invocation: exit code 1. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** The short code of a system or network error (`ENOSPC`, `ECONNREFUSED`), else its name; never its message. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as Error & { code?: unknown }).code;
  return typeof code === "string" ? code : error.name;
}

/** What is said of an object whose bytes are not what was written. */
export function damaged(place: string, reason: string): StoreError {
  return new StoreError(
    `Cannot read ${place} as it is damaged or cut short (${reason}). Put back an earlier version of it, or begin a new review.`,
  );
}

/** What `act` gives; where it fails, the object at this place is damaged. */
export function unlessDamaged<T>(place: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw damaged(place, errorCode(error));
  }
}
