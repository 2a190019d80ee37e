/** The provider no longer knows a page token: the listing starts again, the review goes on. */
export class ExpiredPageTokenError extends Error {
  override readonly name = "ExpiredPageTokenError";
}

/** The provider has no way to give this grant back. */
export class UnrestorableError extends Error {
  override readonly name = "UnrestorableError";
}
