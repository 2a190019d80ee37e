/** What a sign-in is bound to: the answer to it must bring `state`, and the code is good with `verifier` alone. */
export type SignInAttempt = { state: string; nonce: string; verifier: string; redirectUri: string };

/** Who signed in, by what the provider proves. `people`: their ids in sources, by source. `email`: only a verified one. */
export type Identity = {
  provider: string;
  subject: string;
  tenant: string | null;
  name: string;
  email: string | null;
  people: Record<string, string[]>;
};

/** A way to sign in. */
export type SignIn = {
  /** Where to send the browser. */
  begin(attempt: SignInAttempt): Promise<string>;
  /** Who came back with these parameters. Throws SignInError. */
  finish(attempt: SignInAttempt, parameters: URLSearchParams): Promise<Identity>;
  /** Whether somebody is still with the company, asked before what they decided, approved or resumed is written. Throws SignInError where it cannot be told now. */
  isStillHere(identity: Pick<Identity, "subject" | "people" | "email">): Promise<boolean>;
  /** After so many hours the provider is asked again who somebody is; left out where `isStillHere` asks it each time. */
  provesForHours?: number;
};

/** Why nobody was signed in: `refused` by the provider, `unavailable` for now, or of another tenant. The message names nobody. */
export class SignInError extends Error {
  override readonly name = "SignInError";
  readonly reason: "refused" | "unavailable" | "wrong-tenant" | "expired" | "left";

  constructor(reason: SignInError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}
