import { describe, expect, it } from "vitest";
import { IncompleteListingError } from "../../functions/http/errors.ts";
import { createPageChain, eachPage, type PageMarks } from "../../functions/http/pages.ts";

type TestPage = PageMarks & { items: number[] };
const page = (items: number[], hasMore: boolean, pageToken: string | null): TestPage => ({ items, hasMore, pageToken });

async function collect(pagesByToken: Record<string, TestPage | Error>): Promise<{ items: number[]; asked: string[] }> {
  const asked: string[] = [];
  const items: number[] = [];
  const fetchPage = async (token: string | null) => {
    asked.push(token ?? "first");
    const found = pagesByToken[token ?? "first"];
    if (!found || found instanceof Error) throw found ?? new Error("no such page");
    return found;
  };
  for await (const { items: more } of eachPage("things", fetchPage)) items.push(...more);
  return { items, asked };
}

describe("eachPage()", () => {
  it("asks for every page once, in order", async () => {
    const listed = await collect({
      first: page([1, 2], true, "a"),
      a: page([3], true, "b"),
      b: page([4], false, null),
    });
    expect(listed).toEqual({ items: [1, 2, 3, 4], asked: ["first", "a", "b"] });
  });

  it("goes on over pages without items while there is more", async () => {
    const listed = await collect({ first: page([], true, "a"), a: page([], true, "b"), b: page([9], false, null) });
    expect(listed.items).toEqual([9]);
  });

  it("ends on an empty token, and on a token without more", async () => {
    expect((await collect({ first: page([1], true, "") })).items).toEqual([1]);
    expect((await collect({ first: page([1], false, "a") })).asked).toEqual(["first"]);
  });

  it("fails on a token that points back, at once or in a circle", async () => {
    const stuck = collect({ first: page([1], true, "a"), a: page([2], true, "a") });
    await expect(stuck).rejects.toThrow(IncompleteListingError);
    const circle = collect({ first: page([1], true, "a"), a: page([2], true, "b"), b: page([3], true, "a") });
    await expect(circle).rejects.toThrow(IncompleteListingError);
  });

  it("fails as a whole when a page fails", async () => {
    const failed = new Error("page 2 failed");
    await expect(collect({ first: page([1], true, "a"), a: failed })).rejects.toBe(failed);
  });
});

describe("createPageChain()", () => {
  it("allows a page to be read again, and a listing to start anew", () => {
    const chain = createPageChain();
    const more = (pageToken: string) => ({ hasMore: true, pageToken });
    expect(chain.follow("l", null, more("a"))).toBe("a");
    expect(chain.follow("l", "a", more("b"))).toBe("b");
    expect(chain.follow("l", "a", more("b"))).toBe("b");
    expect(chain.follow("l", null, more("a"))).toBe("a");
  });

  it("follows each listing by itself", () => {
    const chain = createPageChain();
    expect(chain.follow("one", null, { hasMore: true, pageToken: "a" })).toBe("a");
    expect(chain.follow("two", "x", { hasMore: true, pageToken: "a" })).toBe("a");
  });
});
