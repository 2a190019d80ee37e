import { createHmac, timingSafeEqual } from "node:crypto";
import { sha256 } from "../basics/hash.ts";
import type { Identity } from "./sign-in/sign-in.ts";

/** Who is signed in, as the cookie says: signed, so that nobody but the desk wrote it. Instants are epoch milliseconds. */
export type Session = Identity & { id: string; signedInAt: number; expiresAt: number };

/** Signs and reads tokens: `<payload>.<signature>`, both base64url. Keys are tried in order, the first one signs. */
export type Seals = {
  seal(purpose: string, value: object): string;
  /** The value of a token of this purpose; null where no key has signed it. */
  open<T>(purpose: string, token: string | undefined): T | null;
  /** A token that goes with one session, for its forms. */
  csrfOf(session: Pick<Session, "id">): string;
  isCsrfOf(session: Pick<Session, "id">, token: string | undefined): boolean;
};

/** `audience`: the address of the desk, so that no other deployment's token counts. */
export function openSeals(keys: readonly string[], audience: string): Seals {
  const sign = (key: string, text: string): string =>
    createHmac("sha256", key).update(`${audience}\n${text}`).digest("base64url");
  const isSignedBy = (key: string, text: string, signature: string): boolean => isSame(sign(key, text), signature);
  return {
    seal(purpose, value) {
      const payload = Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${payload}.${sign(keys[0]!, `${purpose}\n${payload}`)}`;
    },
    open<T>(purpose: string, token: string | undefined): T | null {
      const [payload, signature, ...rest] = token?.split(".") ?? [];
      if (!payload || !signature || rest.length > 0) return null;
      if (!keys.some((key) => isSignedBy(key, `${purpose}\n${payload}`, signature))) return null;
      return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as T;
    },
    csrfOf: ({ id }) => sign(keys[0]!, `csrf\n${id}`),
    isCsrfOf: ({ id }, token) => token !== undefined && keys.some((key) => isSignedBy(key, `csrf\n${id}`, token)),
  };
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What evidence says of a session: a hash, which leads back to no cookie. */
export function sessionHash({ id }: Pick<Session, "id">): string {
  return sha256(id);
}
