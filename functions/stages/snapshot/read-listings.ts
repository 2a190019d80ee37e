import { type GrantEntry, type Holder, unknownHolder } from "../../review/grants/grant.ts";
import { ExpiredPageTokenError, type Listing, type Page, type Reader } from "../../review/ports.ts";

/** A listing and the token of its next page that is not durable yet. */
export type OpenListing = { listing: Listing; token: string | null };

/** A grant as read: scopes named, holder known. */
export type ReadGrant = { entry: GrantEntry; holder: Holder };

/**
 * One page with the facts of its holders and the names of its scopes, in the order in which its listing showed it. `asked`: the
 * facts of those whose grants the listing was asked for.
 */
export type ReadPage = { listing: Listing; grants: ReadGrant[]; asked: Holder[]; page: Page };

/** The listings to read, and what is told while they are read. */
export type Following = {
  open: OpenListing[];
  shouldStop(): boolean;
  /** Called once the last page has come, with the pages not given yet; facts of their holders may still be asked for. */
  onLastPage(pages: Page[]): void;
};

/** Listings in flight at once, so that latency does not cap the rate; and pages read ahead of their holders' facts. */
const inFlight = 192;
const readAheadPages = 3_000;
/** Holders are asked for after so many pages, however few wait: a crash loses the pages that wait. */
const pagesAFlush = 300;
/** Grants read ahead of their holders' facts: memory holds them, whatever the tenant's size. */
const readAheadGrants = 20_000;

/** A page that has come; `grants` resolves once its holders and scopes are known. */
type Arrived = { listing: Listing; page: Page; read: Promise<Pick<ReadPage, "grants" | "asked">> };

/** How far the listings are. Every step below reads and changes this one state. */
type ListingsReading = Following & {
  source: Reader;
  holders: HolderReader;
  /** Listings that no reader has taken yet. */
  queue: OpenListing[];
  /** Pages in the order in which they came; the first is given next. */
  arrived: Arrived[];
  /** Resolved, all at once, when anything here has changed. */
  waiters: (() => void)[];
  readers: number;
  pagesUnderWay: number;
  pagesRead: number;
  grantsRead: number;
  /** Grants of the pages in `arrived`. */
  grantsAhead: number;
  failure: { error: unknown } | null;
};

/**
 * Pages through all listings, several at a time, and gives each page once the facts of its holders and the names of its
 * scopes are there. Listings are begun in the order in which they were found: a source puts first what takes longest.
 * After `shouldStop` no new page is begun, and the pages under way are still given.
 */
export async function* readListings(source: Reader, following: Following): AsyncGenerator<ReadPage> {
  const reading = beginReading(source, following);
  startReaders(reading);
  while (reading.readers > 0 || reading.arrived.length > 0) {
    const [next] = reading.arrived;
    if (!next) {
      await untilChanged(reading);
      continue;
    }
    if (reading.readers === 0 || isStopping(reading)) reading.holders.flush();
    yield { listing: next.listing, page: next.page, ...(await next.read) };
    reading.arrived.shift();
    reading.grantsAhead -= next.page.entries.length;
    wake(reading);
  }
  if (reading.failure) throw reading.failure.error;
}

function beginReading(source: Reader, following: Following): ListingsReading {
  return {
    ...following,
    source,
    holders: openHolderReader(source),
    queue: [...following.open],
    arrived: [],
    waiters: [],
    readers: 0,
    pagesUnderWay: 0,
    pagesRead: 0,
    grantsRead: 0,
    grantsAhead: 0,
    failure: null,
  };
}

function startReaders(reading: ListingsReading): void {
  while (reading.readers < inFlight && reading.queue.length > 0 && !isStopping(reading)) {
    const next = reading.queue.shift()!;
    reading.readers++;
    followListing(reading, next)
      .catch((error) => {
        reading.failure ??= { error };
      })
      .finally(() => endReader(reading));
  }
}

function endReader(reading: ListingsReading): void {
  reading.readers--;
  startReaders(reading);
  if (reading.readers === 0) endReading(reading);
  wake(reading);
}

function endReading(reading: ListingsReading): void {
  reading.holders.flush();
  if (!isStopping(reading)) reading.onLastPage(reading.arrived.map(({ page }) => page));
}

/** One reader's work: the pages of one listing, one after the other. */
async function followListing(reading: ListingsReading, { listing, token: from }: OpenListing): Promise<void> {
  let token = from;
  do {
    while (!hasRoom(reading) && !isStopping(reading)) {
      reading.holders.flush();
      await untilChanged(reading);
    }
    if (isStopping(reading)) return;
    reading.pagesUnderWay++;
    const page: Page = await readPage(reading.source, listing, token).finally(() => reading.pagesUnderWay--);
    addArrived(reading, listing, page);
    token = page.next;
    startReaders(reading);
    wake(reading);
  } while (token !== null);
}

/** A token that the provider has forgotten restarts its listing, not the review: grants that come twice are merged. */
async function readPage(source: Reader, listing: Listing, token: string | null): Promise<Page> {
  try {
    return await source.readPage(listing, token);
  } catch (error) {
    if (token === null || !(error instanceof ExpiredPageTokenError)) throw error;
    return await source.readPage(listing, null);
  }
}

function addArrived(reading: ListingsReading, listing: Listing, page: Page): void {
  reading.grantsAhead += page.entries.length;
  reading.grantsRead += page.entries.length;
  reading.pagesRead++;
  if (reading.pagesRead % pagesAFlush === 0) reading.holders.flush();
  const read = completePage(reading, page);
  read.catch(() => {}); // thrown where the page is given
  reading.arrived.push({ listing, page, read });
  for (const spawned of page.spawned) reading.queue.push({ listing: spawned, token: null });
}

async function completePage({ source, holders }: ListingsReading, page: Page): Promise<Awaited<Arrived["read"]>> {
  const readAll = (ids: readonly string[]): Promise<Holder[]> => Promise.all(ids.map((id) => holders.read(id)));
  const [asked, facts] = await Promise.all([
    readAll(page.asked ?? []),
    readAll(page.entries.map(({ holderId }) => holderId)),
  ]);
  // After the facts: the pages that waited for the same facts then ask for names together, in a few calls instead of one a page.
  const names = await source.nameScopes(page.entries.map(({ scopes }) => scopes ?? []));
  const grants = page.entries.map((entry, at) => ({
    entry: { ...entry, scopes: entry.scopes && names[at]! },
    holder: facts[at]!,
  }));
  return { grants, asked };
}

/** Whether one more page may be begun. A page under way counts as many grants as the pages before had in the mean. */
function hasRoom({ arrived, grantsAhead, pagesUnderWay, grantsRead, pagesRead }: ListingsReading): boolean {
  const grantsUnderWay = (pagesUnderWay * grantsRead) / Math.max(1, pagesRead);
  return arrived.length < readAheadPages && grantsAhead + grantsUnderWay < readAheadGrants;
}

function isStopping({ failure, shouldStop }: ListingsReading): boolean {
  return failure !== null || shouldStop();
}

function untilChanged({ waiters }: ListingsReading): Promise<void> {
  return new Promise((resolve) => waiters.push(resolve));
}

function wake({ waiters }: ListingsReading): void {
  for (const waiter of waiters.splice(0)) waiter();
}

/** Reads holder facts in full batches while listings go on. */
type HolderReader = {
  /** The holder's facts; `unknown` where the provider does not show the holder. */
  read(id: string): Promise<Holder>;
  /** Asks for the holders that wait for a full batch. */
  flush(): void;
};

/** Facts kept for holders that come up again: bounded, so that a tenant's size does not matter. */
const keptHolders = 50_000;

type WaitingHolder = { id: string; resolve: (holder: Holder) => void; reject: (error: unknown) => void };

function openHolderReader(source: Reader): HolderReader {
  const factsById = new Map<string, Promise<Holder>>();
  let waiting: WaitingHolder[] = [];

  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    source.readHolders(batch.map(({ id }) => id)).then(
      (holders) => {
        for (const { id, resolve } of batch) resolve(holders.get(id) ?? unknownHolder(id));
      },
      (error) => {
        for (const { reject } of batch) reject(error);
      },
    );
  };

  const read = (id: string): Promise<Holder> => {
    const known = factsById.get(id);
    if (known) return known;
    const facts = new Promise<Holder>((resolve, reject) => waiting.push({ id, resolve, reject }));
    facts.catch(() => {}); // whoever awaits the facts fails; facts that nobody awaits must not end the process
    if (factsById.size >= keptHolders) factsById.delete(factsById.keys().next().value!);
    factsById.set(id, facts);
    if (waiting.length >= source.holdersPerRead) flush();
    return facts;
  };
  return { read, flush };
}
