import { describe, expect, it } from "vitest";
import { IncompleteListingError } from "../../functions/http/errors.ts";
import { createPageChains, eachPage, type PageMarks } from "../../functions/http/pages.ts";

const page = (ids: string[], hasMore: boolean | null, pageToken: string | null, total?: number): PageMarks => ({
  ids,
  hasMore,
  pageToken,
  ...(total === undefined ? {} : { total }),
});

type Pages = Record<string, PageMarks | Error | (PageMarks | Error)[]>;

/** What is listed, and the tokens of the pages in the order in which they were asked for. A list of pages is one an asking. */
async function collect(pagesByToken: Pages): Promise<{ items: string[]; asked: string[] }> {
  const asked: string[] = [];
  const items: string[] = [];
  const fetchPage = async (token: string | null) => {
    const name = token ?? "first";
    asked.push(name);
    const found = [pagesByToken[name]].flat();
    const one = found[Math.min(found.length, asked.filter((each) => each === name).length) - 1];
    if (!one || one instanceof Error) throw one ?? new Error("no such page");
    return one;
  };
  const listing = { call: "listThings", words: "list the things" };
  for await (const { ids } of eachPage(listing, fetchPage, (marks) => marks)) items.push(...ids);
  return { items, asked };
}

describe("eachPage()", () => {
  it("asks for every page once, in order", async () => {
    const listed = await collect({
      first: page(["1", "2"], true, "a"),
      a: page(["3"], true, "b"),
      b: page(["4"], false, null),
    });
    expect(listed).toEqual({ items: ["1", "2", "3", "4"], asked: ["first", "a", "b"] });
  });

  it("goes on over pages without items while there is more", async () => {
    const listed = await collect({ first: page([], true, "a"), a: page([], true, "b"), b: page(["9"], false, null) });
    expect(listed.items).toEqual(["9"]);
  });

  it("ends where the page says that nothing follows, whatever token is beside it", async () => {
    expect((await collect({ first: page(["1"], false, "a") })).asked).toEqual(["first"]);
  });

  const contradictions: [string, PageMarks, string][] = [
    ["more follow and there is no token", page(["3"], true, null), "has no token for the next one"],
    ["it is not said whether more follow", page(["3"], null, null), "does not say whether more pages follow"],
    ["there is a token and no word", page(["3"], null, "c"), "does not say whether more pages follow"],
    ["the token is the page's own", page(["3"], true, "b"), "points back to an earlier page"],
    ["the token is that of an earlier page", page(["3"], true, "a"), "points back to an earlier page"],
    [
      "an item was not asked for",
      { ...page(["3"], false, null), stranger: "an item of role 7" },
      "shows an item of role 7",
    ],
  ];

  it.each(contradictions)(
    "asks once more where %s, and then fails with the call and the page",
    async (_name, odd, reason) => {
      const before = { first: page(["1"], true, "a"), a: page(["2"], true, "b") };
      const failed = await collect({ ...before, b: odd }).catch((error: Error) => error);
      expect(failed).toBeInstanceOf(IncompleteListingError);
      expect((failed as Error).message).toContain("Cannot list the things to the end (listThings) as page 3 ");
      expect((failed as Error).message).toContain(reason);
      const healed = await collect({ ...before, b: [odd, page(["3"], false, null)] });
      expect(healed).toEqual({ items: ["1", "2", "3"], asked: ["first", "a", "b", "b"] });
    },
  );

  it("asks once more for a last page that leaves out some of the total, and gives what there is", async () => {
    const short = await collect({ first: page(["1", "2"], false, null, 3) });
    expect(short).toEqual({ items: ["1", "2"], asked: ["first", "first"] });
    const healed = await collect({ first: [page(["1", "2"], false, null, 3), page(["1", "2", "3"], false, null, 3)] });
    expect(healed.items).toEqual(["1", "2", "3"]);
  });

  const endless = async (idsOf: (at: number) => string[], total?: number): Promise<{ error: Error; asked: number }> => {
    let asked = 0;
    const fetchPage = async () => {
      asked += 1;
      return page(idsOf(asked), true, `t${asked}`, total);
    };
    const read = async (): Promise<void> => {
      for await (const _page of eachPage(
        { call: "listThings", words: "list the things" },
        fetchPage,
        (marks) => marks,
      ));
    };
    const error = await read().then(
      () => new Error("it ended"),
      (thrown: Error) => thrown,
    );
    return { error, asked };
  };

  it("fails after a hundred pages in a row without items, or with the items of the page before", async () => {
    const empty = await endless(() => []);
    expect(empty.error).toBeInstanceOf(IncompleteListingError);
    expect(empty.error.message).toContain("page 100 is the 100th in a row without anything new");
    expect(empty.asked).toBe(101);
    expect((await endless(() => ["1", "2"])).error.message).toContain("without anything new");
  });

  it("fails after a hundred pages of what earlier pages showed, in whatever order they come again", async () => {
    const inTurns = await endless((at) => (at % 2 === 0 ? ["1", "2"] : ["3"]));
    expect(inTurns.error.message).toContain("page 102 is the 100th in a row without anything new");
    const shuffled = await endless((at) => [`${at % 7}`, `${at % 5}`]);
    expect(shuffled.error.message).toContain("without anything new");
    expect(shuffled.asked).toBeLessThan(120);
  });

  it("fails where there are more pages than the total allows", async () => {
    const { error, asked } = await endless((at) => [`${at}`, `x${at}`], 10);
    expect(error.message).toContain("is one more than 10 items can fill");
    expect(asked).toBeLessThan(120);
  });

  it("fails as a whole when a page fails", async () => {
    const failed = new Error("page 2 failed");
    await expect(collect({ first: page(["1"], true, "a"), a: failed })).rejects.toBe(failed);
  });
});

describe("createPageReader()", () => {
  const read = async (
    reader: ReturnType<typeof createPageChains>,
    asked: [string, string | null],
    next: string,
    ids = ["1"],
  ) => {
    const listing = { id: asked[0], call: "listThings", words: "list the things" };
    return (
      await reader.read(
        { listing, token: asked[1] },
        async () => page(ids, true, next),
        (marks) => marks,
      )
    ).next;
  };

  it("allows a page to be read again, and a listing to start anew", async () => {
    const reader = createPageChains();
    expect(await read(reader, ["l", null], "a")).toBe("a");
    expect(await read(reader, ["l", "a"], "b")).toBe("b");
    expect(await read(reader, ["l", "a"], "b")).toBe("b");
    expect(await read(reader, ["l", null], "a")).toBe("a");
  });

  it("follows what is read again from an earlier page on, however far it had come", async () => {
    const reader = createPageChains();
    const follow = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 1)
        await read(reader, ["l", at === 0 ? null : `${at}`], `${at + 1}`, [`${at}`]);
    };
    await follow(0, 150);
    await follow(10, 160);
  });

  it("follows each listing by itself", async () => {
    const reader = createPageChains();
    expect(await read(reader, ["one", null], "a")).toBe("a");
    expect(await read(reader, ["two", "x"], "a")).toBe("a");
  });

  it("says of a page of a listing that was gone on with from where the page is counted", async () => {
    const reader = createPageChains();
    await read(reader, ["l", "x"], "y");
    await expect(read(reader, ["l", "y"], "x")).rejects.toThrow(
      "page 2, counted from where the listing was gone on with,",
    );
  });
});
