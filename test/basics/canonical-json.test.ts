import { describe, expect, it } from "vitest";
import { canonicalJson, hashOf, sha256 } from "../../functions/basics/canonical-json.ts";

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
