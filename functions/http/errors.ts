/** What a refusal concerns: the calling app (its token, quota or permission), or this request alone. */
export type Concern = "app" | "request";

type ApiErrorFacts = {
  call: string;
  code: string;
  status: number;
  /** What the code means, in our own words. The vendor's message is left out: it may quote names or ids. */
  reason: string;
  requestId: string | null;
  isTransient?: boolean;
  concerns?: Concern;
};

/** The provider answered and refused the call. `requestId` is the provider's log id, for its support. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly call: string;
  readonly code: string;
  readonly status: number;
  readonly reason: string;
  readonly requestId: string | null;
  readonly isTransient: boolean;
  readonly concerns: Concern;

  constructor(facts: ApiErrorFacts) {
    super(
      `Cannot ${facts.call} as the provider answered ${facts.code} (${facts.reason}), HTTP ${facts.status}, log id ${facts.requestId ?? "none"}`,
    );
    this.call = facts.call;
    this.code = facts.code;
    this.status = facts.status;
    this.reason = facts.reason;
    this.requestId = facts.requestId;
    this.isTransient = facts.isTransient ?? false;
    this.concerns = facts.concerns ?? "request";
  }
}

/** The provider refused the call by its rate limit, and did not carry it out. `retryAfterMs` is null if the provider named no time. */
export class ThrottledError extends ApiError {
  override readonly name: string = "ThrottledError";
  readonly retryAfterMs: number | null;

  constructor(facts: ApiErrorFacts & { retryAfterMs: number | null }) {
    super({ ...facts, isTransient: true, concerns: "app" });
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** No answer came: no connection, a broken connection, or a timeout. Nobody knows whether the call was carried out. */
export class NoReplyError extends Error {
  override readonly name: string = "NoReplyError";
  readonly call: string;

  constructor(call: string, cause: unknown) {
    super(`Cannot ${call} as no answer came: ${reasonOf(cause)}`, { cause });
    this.call = call;
  }
}

/** The answer has not the documented form: it is HTML, broken JSON, or JSON of another shape. */
export class UnexpectedReplyError extends Error {
  override readonly name: string = "UnexpectedReplyError";
  readonly call: string;
  readonly status: number;

  constructor(call: string, status: number, reason: string) {
    super(`Cannot ${call} as the answer is unexpected: ${reason}, HTTP ${status}`);
    this.call = call;
    this.status = status;
  }
}

/** A listing cannot be followed to its end. The pages that were read must not be used. */
export class IncompleteListingError extends Error {
  override readonly name: string = "IncompleteListingError";
}

// The code alone (ECONNRESET, UND_ERR_HEADERS_TIMEOUT): the message may quote the request.
function reasonOf(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "connection failed";
}
