import { createHash, createHmac } from "node:crypto";

/** A POST to `/` that is to be signed. `headers` are exactly those that are signed, lower-case names, in ASCII order of names. */
export type Signable = {
  service: string;
  headers: Readonly<Record<string, string>>;
  /** The body, byte for byte as it is sent. */
  payload: string;
  /** Unix seconds; the provider refuses what is more than five minutes off. */
  timestamp: number;
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

const dateOf = (timestamp: number): string => new Date(timestamp * 1000).toISOString().slice(0, 10);
const scopeOf = ({ service, timestamp }: Signable): string => `${dateOf(timestamp)}/${service}/tc3_request`;
const namesOf = (headers: Signable["headers"]): string => Object.keys(headers).sort().join(";");

/** The request in the one form that both sides hash; values in lower case, whatever the real header's case. */
export function canonicalRequest({ headers, payload }: Signable): string {
  const lines = Object.keys(headers)
    .sort()
    .map((name) => `${name}:${headers[name]?.trim().toLowerCase()}\n`);
  return ["POST", "/", "", lines.join(""), namesOf(headers), sha256(payload)].join("\n");
}

/** What the key signs. */
export const stringToSign = (request: Signable): string =>
  ["TC3-HMAC-SHA256", request.timestamp, scopeOf(request), sha256(canonicalRequest(request))].join("\n");

/** The day's key of one service: https://www.tencentcloud.com/document/product/614/42761 */
export const signingKey = (secretKey: string, request: Signable): Buffer =>
  hmac(hmac(hmac(`TC3${secretKey}`, dateOf(request.timestamp)), request.service), "tc3_request");

/** The `Authorization` header (TC3-HMAC-SHA256, "signature v3"). */
export function authorization(request: Signable, credentials: { secretId: string; secretKey: string }): string {
  const signature = hmac(signingKey(credentials.secretKey, request), stringToSign(request)).toString("hex");
  const credential = `Credential=${credentials.secretId}/${scopeOf(request)}`;
  return `TC3-HMAC-SHA256 ${credential}, SignedHeaders=${namesOf(request.headers)}, Signature=${signature}`;
}
