import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "../calls.ts";
import type { Action } from "./actions.ts";
import { CloudRefusal } from "./cloud-world.ts";

/** An access key and what CAM lets it do. A temporary one has a token. */
export type CloudKey = { secretId: string; secretKey: string; token?: string; actions: ReadonlySet<Action> };

const readActions: Action[] = [
  "DescribeIdentityCenter",
  "DescribeOrganization",
  "DescribeOrganizationMembers",
  "ListRoleConfigurations",
  "ListRoleAssignments",
  "ListUsers",
  "GetUser",
  "ListGroups",
  "ListGroupMembers",
  "GetTaskStatus",
  "ListTasks",
];

/** The key that may only read. */
export const readKey: CloudKey = {
  secretId: "AKIDsandboxread0000000000000000000",
  secretKey: "sandbox-read-key",
  actions: new Set(readActions),
};

/** The key that may only give and remove assignments. */
export const writeKey: CloudKey = {
  secretId: "AKIDsandboxwrite000000000000000000",
  secretKey: "sandbox-write-key",
  actions: new Set(["DeleteRoleAssignment", "CreateRoleAssignment"]),
};

/** A temporary key that may only read. */
export const temporaryKey: CloudKey = {
  secretId: "AKIDsandboxtemporary00000000000000",
  secretKey: "sandbox-temporary-key",
  token: "sandbox-temporary-token",
  actions: new Set(readActions),
};

const toleranceS = 300;
const form =
  /^TC3-HMAC-SHA256 Credential=(?<secretId>[^/]+)\/(?<date>\d{4}-\d\d-\d\d)\/(?<service>[a-z]+)\/tc3_request, ?SignedHeaders=(?<names>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

function refuseSignature(kind: string, message: string): never {
  throw new CloudRefusal(`AuthFailure.${kind}`, message);
}

function headerOf({ headers }: HttpRequest, name: string): string {
  return String(headers[name] ?? "");
}

// Written from the vendor's description and without the client's own signer, so that the two cannot share a mistake.
function expectedSignature(request: HttpRequest, names: string[], key: CloudKey & { date: string }): string {
  const timestamp = headerOf(request, "x-tc-timestamp");
  let block = "";
  for (const name of names) {
    const value = name === "host" ? headerOf(request, "host").replace(/:\d+$/, "") : headerOf(request, name);
    block += `${name}:${value.trim().toLowerCase()}\n`;
  }
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const canonical = `${request.method}\n${request.path}\n\n${block}\n${names.join(";")}\n${bodyHash}`;
  const scope = `${key.date}/organization/tc3_request`;
  const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
  let secret: string | Buffer = `TC3${key.secretKey}`;
  for (const step of [key.date, "organization", "tc3_request"])
    secret = createHmac("sha256", secret).update(step).digest();
  return createHmac("sha256", secret).update(toSign).digest("hex");
}

/** The key that signed a request. Refuses a wrong signature, and a time stamp that is more than five minutes off. */
export function verifySignature(request: HttpRequest, keys: readonly CloudKey[], nowS: number): CloudKey {
  const parts = form.exec(headerOf(request, "authorization"))?.groups;
  if (!parts) return refuseSignature("InvalidAuthorization", "The Authorization header is malformed.");
  const { secretId, date = "", service, names: list = "", signature = "" } = parts;
  const timestamp = Number(headerOf(request, "x-tc-timestamp"));
  if (!Number.isInteger(timestamp)) return refuseSignature("InvalidAuthorization", "X-TC-Timestamp is no unix time.");
  if (Math.abs(timestamp - nowS) > toleranceS) refuseSignature("SignatureExpire", "The signature has expired.");
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== date) {
    refuseSignature("SignatureFailure", "The credential's date is not that of the time stamp.");
  }
  if (service !== "organization") refuseSignature("SignatureFailure", "The credential's service is not this one.");
  const key = keys.find((known) => known.secretId === secretId);
  if (!key) return refuseSignature("SecretIdNotFound", "The SecretId is not found.");
  const names = list.split(";");
  const isInOrder = names.join(";") === [...names].sort().join(";");
  if (!isInOrder || !names.includes("content-type") || !names.includes("host")) {
    refuseSignature("SignatureFailure", "content-type and host must be signed, in order.");
  }
  const expected = Buffer.from(expectedSignature(request, names, { ...key, date }), "hex");
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
    refuseSignature("SignatureFailure", "The provided credentials could not be validated.");
  }
  if ((key.token ?? "") !== headerOf(request, "x-tc-token"))
    refuseSignature("TokenFailure", "The token is not this key's.");
  return key;
}
