import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeEnvelope } from "../../../functions/providers/tencent-identity-center/envelope.ts";
import {
  authorization,
  canonicalRequest,
  type Signable,
  signingKey,
  stringToSign,
} from "../../../functions/providers/tencent-identity-center/signed-call.ts";

type Vector = {
  request: Signable;
  secretId: string;
  secretKey: string;
  canonicalSha256: string;
  key: string | null;
  signature: string;
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const charset = "application/json; charset=utf-8";
const published = {
  service: "cvm",
  // The backslashes are part of the text: this is what goes over the wire.
  payload: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
  timestamp: 1551113065,
};
const cvm = { "content-type": charset, host: "cvm.tencentcloudapi.com" };
const removal = {
  service: "organization",
  payload:
    '{"ZoneId":"z-2ms923mw","RoleConfigurationId":"rc-smw9em32","TargetType":"MemberUin","TargetUin":100043911945,"PrincipalType":"User","PrincipalId":"u-siwnwiene"}',
  timestamp: 1767225600,
};
const earlier = { secretId: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", secretKey: "Gu5t9xGARNpq86cd98joQYCN3*******" };

// https://cloud.tencent.com/document/api/1759/132550 and its earlier and international editions; the last two are not
// published: what Tencent's own SDK signs for a removal, and the same with the action signed too.
const vectors: [string, Vector][] = [
  [
    "the current documentation, the action signed too",
    {
      request: { ...published, headers: { ...cvm, "x-tc-action": "DescribeInstances" } },
      secretId: `AKID${"*".repeat(32)}`,
      secretKey: "*".repeat(32),
      canonicalSha256: "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
      key: "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af",
      signature: "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
    },
  ],
  [
    "the earlier documentation",
    {
      request: { ...published, headers: cvm },
      ...earlier,
      canonicalSha256: "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
      key: "8aa8ab5755582f576e94bcfe383b8e29325b0ca90c3590d569221c6a63a091ed",
      signature: "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c",
    },
  ],
  [
    "the international documentation",
    {
      request: { ...published, headers: cvm },
      secretId: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
      secretKey: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
      canonicalSha256: "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
      key: null,
      signature: "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
    },
  ],
  [
    "a removal as Tencent's SDK signs it",
    {
      request: {
        ...removal,
        headers: { "content-type": "application/json", host: "organization.intl.tencentcloudapi.com" },
      },
      ...earlier,
      canonicalSha256: "2a16661199596a8ef0b53ce07cfa8d102437b62661dfac686cd5393ac9cbefc1",
      key: "b5f5208e5db381c2d01d5f44bb98c2abac4135e577e4cd7eace3ff31f8462ca5",
      signature: "1aff9e71754f29641f669b894feb50140bcdcfe77d67262a8d5f0fdbd81624e0",
    },
  ],
];

describe("canonicalRequest()", () => {
  it.each(vectors)("hashes as in %s", (_where, { request, canonicalSha256 }) => {
    expect(sha256(canonicalRequest(request))).toBe(canonicalSha256);
  });

  it("has a blank line after the headers, and the payload's hash last", () => {
    const [, { request }] = vectors[0] ?? expect.fail("no vector");
    expect(canonicalRequest(request)).toBe(
      [
        "POST",
        "/",
        "",
        "content-type:application/json; charset=utf-8",
        "host:cvm.tencentcloudapi.com",
        "x-tc-action:describeinstances",
        "",
        "content-type;host;x-tc-action",
        "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
      ].join("\n"),
    );
  });
});

describe("stringToSign()", () => {
  it.each(vectors)("names the day, the service and the request of %s", (_where, { request, canonicalSha256 }) => {
    const day = new Date(request.timestamp * 1000).toISOString().slice(0, 10);
    const scope = `${day}/${request.service}/tc3_request`;
    expect(stringToSign(request)).toBe(`TC3-HMAC-SHA256\n${request.timestamp}\n${scope}\n${canonicalSha256}`);
  });
});

describe("signingKey()", () => {
  it.each(vectors.filter(([, { key }]) => key !== null))("is derived as in %s", (_where, vector) => {
    expect(signingKey(vector.secretKey, vector.request).toString("hex")).toBe(vector.key);
  });
});

describe("authorization()", () => {
  it.each(vectors)("signs as in %s", (_where, { request, secretId, secretKey, signature }) => {
    const header = authorization(request, { secretId, secretKey });
    const day = new Date(request.timestamp * 1000).toISOString().slice(0, 10);
    expect(header).toBe(
      `TC3-HMAC-SHA256 Credential=${secretId}/${day}/${request.service}/tc3_request, SignedHeaders=${Object.keys(request.headers).join(";")}, Signature=${signature}`,
    );
  });

  it("signs the action of a removal in lower case", () => {
    const headers = {
      "content-type": charset,
      host: "organization.intl.tencentcloudapi.com",
      "x-tc-action": "DeleteRoleAssignment",
    };
    expect(authorization({ ...removal, headers }, earlier)).toContain(
      "Signature=9c114818e8dfcebde947fb8cf31801d222c5c6805069a7434866d03520041e45",
    );
  });

  it("is dated by UTC, at the last second of a day as at the first of the next", () => {
    const at = (timestamp: number): string => authorization({ ...published, headers: cvm, timestamp }, earlier);
    expect(at(Date.UTC(2026, 0, 1) / 1000 - 1)).toContain("/2025-12-31/cvm/");
    expect(at(Date.UTC(2026, 0, 1) / 1000)).toContain("/2026-01-01/cvm/");
  });
});

describe("decodeEnvelope()", () => {
  const refusedBy = (code: string): unknown => {
    const json = { Response: { Error: { Code: code, Message: "" }, RequestId: "r" } };
    try {
      return decodeEnvelope("ListUsers", { status: 200, headers: {}, json, sha256: "" });
    } catch (error) {
      return error;
    }
  };

  it("takes the vendor's word that the service is out for an outage, and no internal error", () => {
    expect(refusedBy("ServiceUnavailable")).toMatchObject({ isTransient: true, isOutage: true });
    for (const code of ["InternalError", "FailedOperation.DBOperationError", "ResourceUnavailable"])
      expect(refusedBy(code)).toMatchObject({ isTransient: true, isOutage: false });
  });
});
