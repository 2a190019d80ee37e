import { IncompleteListingError } from "./errors.ts";

/** What a paged reply says of the page after it. */
export type PageMarks = { hasMore: boolean; pageToken: string | null };

/** The tokens one listing was asked with, so that a provider which goes in circles is noticed. */
export type PageChain = { follow(listing: string, token: string | null, marks: PageMarks): string | null };

/**
 * Follows any number of listings. `follow` gives the next page's token, null at the end (an empty token is an end
 * too: larksuite/oapi-sdk-go#131), and throws IncompleteListingError on a token that was asked with before. A page may
 * be asked for again; the chain then goes on from there.
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

/** Pages one after another, from the first to the proper end; a page that fails fails the whole. */
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
