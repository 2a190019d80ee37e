/** Says what could not be done with which object, why, and what to do next. Ends an invocation: exit code 1. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** The short code of a system or network error (`ENOSPC`, `ECONNREFUSED`), else its name; never its message. */
export const errorCode = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as Error & { code?: unknown }).code;
  return typeof code === "string" ? code : error.name;
};
