/** Through what somebody acted, as the machine itself knows it: on a command line the user and the host, on Lambda the request. */
export type Caller = { via: "command-line"; user: string; host: string } | { via: "lambda"; requestId: string };

/** Who says that they act (`by`: a claim, unless something proves it), and why. */
export type Reasons = { by: string; reason: string };

/** An act of a person that evidence records: who says so and why, and through what it came. Evidence of an earlier version lacks `caller`. */
export type Act = Reasons & { caller: Caller };
