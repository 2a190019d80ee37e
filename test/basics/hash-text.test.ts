import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOfText, hashText } from "../../functions/basics/hash-text.ts";

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
