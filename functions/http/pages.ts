import { IncompleteListingError } from "./errors.ts";

/** What a page says about the next page. */
export type PageMarks = { hasMore: boolean; pageToken: string | null };

/** Remembers the page tokens of listings, and so notices a provider whose pages go in a circle. */
export type PageChain = { follow(listing: string, token: string | null, marks: PageMarks): string | null };

/**
 * Follows any number of listings. `follow` returns the next page's token, or null at the end. An empty token is an end as
 * well (larksuite/oapi-sdk-go#131). Throws IncompleteListingError on a token that was used before. A page may be read
 * again; the chain then goes on from that page.
 */
export function createPageChain(): PageChain {
  const chains = new Map<string, (string | null)[]>();

  function rewind(listing: string, token: string | null): (string | null)[] {
    const chain = chains.get(listing) ?? [];
    const index = token === null ? 0 : chain.indexOf(token);
    const kept = index < 0 ? chain : chain.slice(0, index);
    kept.push(token);
    chains.set(listing, kept);
    return kept;
  }

  return {
    follow(listing, token, { hasMore, pageToken }) {
      const chain = rewind(listing, token);
      if (!hasMore || !pageToken) {
        chains.delete(listing);
        return null;
      }
      if (chain.includes(pageToken)) {
        throw new IncompleteListingError(
          `Cannot follow ${listing} as page ${chain.length} points back to an earlier page`,
        );
      }
      return pageToken;
    },
  };
}

/** The pages of a listing, from the first to the last. Throws if any page fails. */
export async function* eachPage<Page extends PageMarks>(
  listing: string,
  fetchPage: (token: string | null) => Promise<Page>,
): AsyncGenerator<Page> {
  const chain = createPageChain();
  let token: string | null = null;
  do {
    const page: Page = await fetchPage(token);
    yield page;
    token = chain.follow(listing, token, page);
  } while (token !== null);
}
