import { type IdSet, openIdSet } from "../basics/id-set.ts";
import { type CallAct, IncompleteListingError, quoteOf, toldOf } from "./errors.ts";

/** What a page of a listing says of itself, and of what follows. */
export type PageMarks = {
  /** Whether more pages follow. Null where the page does not say, or says it in another type. */
  hasMore: boolean | null;
  /** The token of the next page. Null where there is none, or an empty one. */
  pageToken: string | null;
  /** What tells the page's items apart, one for each item. */
  ids: readonly string[];
  /** How many items the page says that the listing has. Left out where pages do not say. */
  total?: number;
  /** In words, what the page shows that was not asked for. Null or left out where the page shows nothing of that kind. */
  stranger?: string | null;
};

/** One listing: its id, the name of its call, what the call is to do ("list the roles"), and where it goes, as in `CallAct`. */
export type ListingName = { id: string; call: string; words: string; place?: CallAct["place"] };

/** The page of a listing that is asked for; `token` is null for the first. */
type Asked = { listing: ListingName; token: string | null };

/** Reads the pages of any number of listings, a page at a time. */
export type PageReader = {
  /** The page, and the token of the next page, which is null at the end. Throws IncompleteListingError where there is no telling. */
  read<Page>(
    asked: Asked,
    fetchPage: (token: string | null) => Promise<Page>,
    marksOf: (page: Page) => PageMarks,
  ): Promise<{ page: Page; next: string | null }>;
};

/**
 * The one place that decides what follows a page. The end is a page that says in so many words that nothing follows:
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/authorization/query (`has_more` false, with
 * `page_token` left out) and https://www.tencentcloud.com/document/product/1031/63607 (`IsTruncated` false). A token beside
 * such a word is passed over, as both vendors' samples show one. Nothing else is an end. A page that contradicts itself is
 * asked for once more with the same token; where the page does so again, the read has failed.
 */
export function createPageChains(): PageReader {
  const chains = new Map<string, Chain>();
  return {
    async read<Page>(
      { listing, token }: Asked,
      fetchBare: (token: string | null) => Promise<Page>,
      marksOf: (page: Page) => PageMarks,
    ) {
      const chain = chainAt(chains.get(listing.id), token);
      chains.set(listing.id, chain);
      // Counted from where the listing was gone on with, the number of a page says nothing.
      const act = chain.tokens[0] === null ? { page: chain.tokens.length } : {};
      const fetchPage = (from: string | null): Promise<Page> =>
        fetchBare(from).catch((error: unknown) => {
          throw toldOf(error, listing.call, act);
        });
      let page = await fetchPage(token);
      let fault = faultOf(chain, marksOf(page)) ?? shortageOf(chain, marksOf(page));
      if (fault !== null) {
        page = await fetchPage(token);
        // A shortage alone does not fail the page: items may have been removed meanwhile, so the whole listing is judged.
        fault = faultOf(chain, marksOf(page));
      }
      if (fault !== null) throw refusalOf(listing, chain, fault);
      const marks = marksOf(page);
      if (marks.hasMore === false) {
        chains.delete(listing.id);
        return { page, next: null };
      }
      goOn(chain, marks);
      return { page, next: marks.pageToken };
    },
  };
}

/** The pages of a listing, from the first to the last. Throws if any page fails. */
export async function* eachPage<Page>(
  listing: Omit<ListingName, "id">,
  fetchPage: (token: string | null) => Promise<Page>,
  marksOf: (page: Page) => PageMarks,
): AsyncGenerator<Page> {
  const reader = createPageChains();
  const named = { id: listing.call, ...listing };
  let token: string | null = null;
  do {
    const { page, next }: { page: Page; next: string | null } = await reader.read(
      { listing: named, token },
      fetchPage,
      marksOf,
    );
    yield page;
    token = next;
  } while (token !== null);
}

/** How far one listing was followed: the token of every page that was asked for, the latest last. */
type Chain = {
  tokens: (string | null)[];
  /** Items of the pages before the latest. */
  shown: number;
  /** Pages before the latest that had items, and the most items of one. */
  filled: number;
  largest: number;
  /** The ids of all pages before the latest. */
  seen: IdSet;
  /** Pages in a row, before the latest, that showed nothing but what earlier pages had shown. */
  barren: number;
};

/** Pages in a row without anything new, after which a listing has no end. Real listings have such pages between others. */
const maxBarrenPages = 100;

function newChain(token: string | null): Chain {
  return { tokens: [token], shown: 0, filled: 0, largest: 0, seen: openIdSet(), barren: 0 };
}

/** The chain with `token` as its latest page. A page may be read again: the chain then goes on from that page. */
function chainAt(chain: Chain | undefined, token: string | null): Chain {
  if (!chain || token === null) return newChain(token);
  const at = chain.tokens.indexOf(token);
  if (at === -1) return newChain(token);
  if (at === chain.tokens.length - 1) return chain;
  // What the pages from here on show was seen, and is nothing new to this chain: it is read once more all the same.
  return { ...chain, tokens: chain.tokens.slice(0, at + 1), seen: openIdSet() };
}

function goOn(chain: Chain, { ids, pageToken }: PageMarks): void {
  chain.barren = isBarren(chain, ids) ? chain.barren + 1 : 0;
  chain.filled += ids.length === 0 ? 0 : 1;
  chain.largest = Math.max(chain.largest, ids.length);
  chain.shown += ids.length;
  ids.forEach(chain.seen.add);
  chain.tokens.push(pageToken);
}

/** Whether no earlier page lacks anything of what a page shows. */
function isBarren({ seen }: Chain, ids: readonly string[]): boolean {
  return ids.every(seen.has);
}

/** What keeps a page from telling what follows. Null where the page tells. */
function faultOf(chain: Chain, marks: PageMarks): string | null {
  const { hasMore, pageToken, stranger } = marks;
  if (stranger) return `shows ${quoteOf(stranger)}, which was not asked for`;
  if (hasMore === null) return "does not say whether more pages follow";
  if (!hasMore) return null;
  if (pageToken === null) return "says that more pages follow, and has no token for the next one";
  if (chain.tokens.includes(pageToken)) return "points back to an earlier page";
  return endlessnessOf(chain, marks);
}

function endlessnessOf(chain: Chain, { ids, total }: PageMarks): string | null {
  if (isBarren(chain, ids) && chain.barren + 1 >= maxBarrenPages) {
    return `is the ${maxBarrenPages}th in a row without anything new, and says that more pages follow`;
  }
  if (total === undefined) return null;
  // Twice as many pages as the total needs, as the largest page shows them, and as many as may go wrong anyway.
  const largest = Math.max(1, chain.largest, ids.length);
  const allowed = maxBarrenPages + 2 * Math.ceil(total / largest);
  return chain.filled + 1 > allowed
    ? `is one more than ${total} items can fill, and says that more pages follow`
    : null;
}

/** What the last page of a listing leaves out of the total that it announces. Null where nothing is left out. */
function shortageOf({ tokens, shown }: Chain, { hasMore, ids, total }: PageMarks): string | null {
  // Only a chain from the first page on has counted every item.
  if (hasMore !== false || total === undefined || tokens[0] !== null) return null;
  return shown + ids.length < total ? `is the last, and the listing has shown fewer than ${total} items` : null;
}

function refusalOf({ call, words, place }: ListingName, { tokens }: Chain, fault: string): IncompleteListingError {
  const since = tokens[0] === null ? "" : ", counted from where the listing was gone on with,";
  const page = `page ${tokens.length}${since} ${fault}, also when it was asked for a second time`;
  return new IncompleteListingError(call, page).tell({ words: `${words} to the end`, ...(place ? { place } : {}) });
}
