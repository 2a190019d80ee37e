/** An answer with `Response.Error`, always HTTP 200. */
export class CloudRefusal extends Error {
  override readonly name = "CloudRefusal";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
