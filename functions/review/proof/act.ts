/**
 * How an invocation was called, as the machine knows: on a command line the user and the host, on Lambda the request
 * id, at the desk who signed in (`session` is a hash of the session).
 */
export type Caller =
  | { via: "command-line"; user: string; host: string }
  | { via: "lambda"; requestId: string }
  | { via: "desk"; subject: string; session: string };

/** Who asks for an act, and why. `by` is what the person says, and proves nothing. */
export type Reasons = { by: string; reason: string };

/**
 * A person's act, as evidence records the act: who asked, why, and how the invocation was called. Evidence of an
 * earlier version lacks `caller`.
 */
export type Act = Reasons & { caller: Caller };
