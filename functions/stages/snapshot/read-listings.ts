import type { GrantEntry, Holder } from "../../review/grants/grant.ts";
import type { Listing, Page, Source } from "../../review/ports.ts";
import { ExpiredPageTokenError } from "../../review/ports.ts";
import { openHolderReader } from "./holder-reader.ts";

/** A listing and the token of its next page that is not durable yet. */
export type OpenListing = { listing: Listing; token: string | null };

/** A grant as read: scopes named, holder known. */
export type ReadGrant = { entry: GrantEntry; holder: Holder };

/** One page with everything known of it, in the order in which its listing showed it. */
export type ReadPage = { listing: Listing; grants: ReadGrant[]; page: Page };

/** Listings in flight at once, so that latency does not cap the rate; and pages read ahead of their holders' facts. */
const IN_FLIGHT = 192;
const READ_AHEAD_PAGES = 3_000;
/** A page waits for no more than so many others until its holders are asked for, be they ever so few: a crash costs what waits. */
const PAGES_A_FLUSH = 300;
/** What is read ahead is what memory has to hold, whatever the tenant's size; a page under way counts as the others had. */
const READ_AHEAD_GRANTS = 20_000;

type Arrived = { listing: Listing; page: Page; grants: Promise<ReadGrant[]> };

/** What is still open, and what is told while it is read. */
export type Following = {
  open: OpenListing[];
  shouldStop(): boolean;
  /** Called once the last page has come, with the pages not given yet; facts of their holders may still be asked for. */
  onLastPage(pages: Page[]): void;
};

/**
 * Pages through all listings, several at a time, and gives each page once the facts of its holders and the names of its
 * scopes are there. Listings are begun in the order in which they were found: a source puts first what takes longest. After `shouldStop` no new page is begun, and those under way are still given.
 */
export async function* readListings(
  source: Source,
  { open, shouldStop, onLastPage }: Following,
): AsyncGenerator<ReadPage> {
  const holders = openHolderReader(source);
  const queue = [...open];
  const arrived: Arrived[] = [];
  const waiters: (() => void)[] = [];
  let readers = 0;
  let pagesUnderWay = 0;
  let grantsAhead = 0;
  let pagesRead = 0;
  let grantsRead = 0;
  let failure: { error: unknown } | null = null;

  const wake = (): void => {
    for (const waiter of waiters.splice(0)) waiter();
  };
  const changed = (): Promise<void> => new Promise((resolve) => waiters.push(resolve));
  const isStopping = (): boolean => failure !== null || shouldStop();
  const hasRoom = (): boolean =>
    arrived.length < READ_AHEAD_PAGES &&
    grantsAhead + (pagesUnderWay * grantsRead) / Math.max(1, pagesRead) < READ_AHEAD_GRANTS;

  const complete = async (page: Page): Promise<ReadGrant[]> => {
    const facts = await Promise.all(page.entries.map(({ holderId }) => holders.read(holderId)));
    // Then, as the pages that waited for the same facts ask for names together: a few calls instead of one a page.
    const names = await source.nameScopes(page.entries.map(({ scopes }) => scopes ?? []));
    return page.entries.map((entry, at) => ({
      entry: { ...entry, scopes: entry.scopes && names[at]! },
      holder: facts[at]!,
    }));
  };

  const readOne = async ({ listing, token: from }: OpenListing): Promise<void> => {
    let token = from;
    do {
      while (!hasRoom() && !isStopping()) {
        holders.flush();
        await changed();
      }
      if (isStopping()) return;
      pagesUnderWay++;
      const page: Page = await readPage(source, listing, token).finally(() => pagesUnderWay--);
      grantsAhead += page.entries.length;
      grantsRead += page.entries.length;
      pagesRead++;
      if (pagesRead % PAGES_A_FLUSH === 0) holders.flush();
      const grants = complete(page);
      grants.catch(() => {}); // the consumer meets it in its turn
      arrived.push({ listing, page, grants });
      for (const spawned of page.spawned) queue.push({ listing: spawned, token: null });
      token = page.next;
      startReaders();
      wake();
    } while (token !== null);
  };

  const startReaders = (): void => {
    while (readers < IN_FLIGHT && queue.length > 0 && !isStopping()) {
      const next = queue.shift()!;
      readers++;
      readOne(next)
        .catch((error) => {
          failure ??= { error };
        })
        .finally(() => {
          readers--;
          startReaders();
          if (readers === 0) endReading();
          wake();
        });
    }
  };

  const endReading = (): void => {
    holders.flush();
    if (!isStopping()) onLastPage(arrived.map(({ page }) => page));
  };

  startReaders();
  while (readers > 0 || arrived.length > 0) {
    const [next] = arrived;
    if (next) {
      if (readers === 0 || isStopping()) holders.flush();
      yield { listing: next.listing, page: next.page, grants: await next.grants };
      arrived.shift();
      grantsAhead -= next.page.entries.length;
      wake();
    } else await changed();
  }
  if (failure) throw (failure as { error: unknown }).error;
}

/** A token that the provider has forgotten restarts its listing, not the review: what comes twice is merged. */
const readPage = async (source: Source, listing: Listing, token: string | null): Promise<Page> => {
  try {
    return await source.readPage(listing, token);
  } catch (error) {
    if (token === null || !(error instanceof ExpiredPageTokenError)) throw error;
    return await source.readPage(listing, null);
  }
};
