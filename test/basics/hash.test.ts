import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashOf, hashOfText, hashText, sha256 } from "../../functions/basics/hash.ts";

describe("canonicalJson()", () => {
  it("sorts keys by UTF-16 code unit and writes numbers as RFC 8785 does", () => {
    // https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3
    const value = { "€": "Euro", "\r": "CR", "1": "One", "😀": "smile", ö: 1e21, "\uFB33": [0.1 + 0.2, -0] };
    expect(canonicalJson(value)).toBe(
      '{"\\r":"CR","1":"One","ö":1e+21,"€":"Euro","😀":"smile","\uFB33":[0.30000000000000004,0]}',
    );
  });

  it.each([[undefined], [Number.NaN], ["\uD800"]])("refuses what JSON cannot say: %j", (value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe("hashOf()", () => {
  it("is the SHA-256 of the canonical form, whatever the order of keys", () => {
    expect(hashOf({ b: 1, a: "角" })).toBe(sha256('{"a":"角","b":1}'));
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});

const plain = "0123456789abcdef".repeat(4);
const likeNumber = `abc13800138000${"f".repeat(50)}`;
const hashes = fc.stringMatching(/^[0-9a-f]{64}$/);
const mobileNumber = /(?<!\d)1[3-9]\d{9}(?!\d)/;

describe("hashText()", () => {
  it("leaves a hash as it is", () => {
    expect(hashText(plain)).toBe(plain);
  });

  it("parts one that holds what could be a mobile number, as a tenant's data loss prevention would refuse it", () => {
    expect(hashText(likeNumber)).toBe("abc13800-138000ff-ffffffff-ffffffff-ffffffff-ffffffff-ffffffff-ffffffff");
  });

  it("never holds a mobile number, and is read back whatever it looks like", () => {
    const anyHash = fc.oneof(
      hashes,
      fc.tuple(hashes, fc.nat(53)).map(([hash, at]) => `${hash.slice(0, at)}13912345678${hash.slice(at + 11)}`),
    );
    fc.assert(
      fc.property(anyHash, (hash) => {
        expect(hashText(hash)).not.toMatch(mobileNumber);
        expect(hashOfText(` ${hashText(hash)}\n`)).toBe(hash);
      }),
    );
  });
});
