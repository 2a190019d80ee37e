import { isoInstant, parseInstant } from "../basics/time.ts";
import { leaseKey } from "../review/keys.ts";
import type { Reader, ThrottleWindows } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";

/** `windows`: how much of each rate limit was used, as of the release; null while the lease is held, or was never released. */
type LeaseText = {
  invocation: string;
  host: string;
  pid: number;
  sinceAt: string;
  untilAt: string;
  windows: ThrottleWindows | null;
};

/** Longer than the longest time between two renewals: a full window of a documented limit, and one call. */
const leaseMs = 5 * 60_000;
const renewAfterMs = 30_000;

/** Another invocation holds the lease; the message says who, and since when. The CLI exits with 5. */
export class LeaseHeldError extends Error {
  override readonly name = "LeaseHeldError";
}

/** The right to call a provider, or to work on a source, for as long as it is renewed. */
export type Lease = {
  /** Throws where the lease is no longer ours; renews the lease before it runs out. Called before every provider write. */
  check(): Promise<void>;
  /**
   * Renews the lease where it was not renewed for a while; throws where it is no longer ours. Cheap, and called as long as a
   * call to the provider goes on: an outage that is waited out is longer than the lease. Does nothing once released.
   */
  goOn(): Promise<void>;
  release(): Promise<void>;
};

function encode(lease: LeaseText): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(lease)}\n`);
}

/** A lease that nobody can read holds nothing: it has run out. */
function decode(body: Uint8Array): LeaseText {
  const unreadable = {
    invocation: "?",
    host: "?",
    pid: 0,
    sinceAt: isoInstant(0),
    untilAt: isoInstant(0),
    windows: null,
  };
  try {
    const text: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof text === "object" && text !== null ? { ...unreadable, ...text } : unreadable;
  } catch {
    return unreadable;
  }
}

/** The name of the lease of a host and app: all sources of one host and app share their rate limits, and so the lease. */
function originName({ origin }: Reader): string {
  return `${origin.host}-${origin.account}`.replace(/[^A-Za-z0-9._-]/g, "_");
}

/**
 * Takes the lease of the source's host and app, or throws LeaseHeldError. A lease that ran out, or whose holder is certainly
 * gone, is taken over. The rate limits continue from what the last holder had used; after a crash nobody knows what was used, and
 * every window counts as full.
 */
export async function takeLease(stage: Stage, source: Reader): Promise<Lease> {
  // Windows of calls that only other sources of the same host and app make are handed on as they were found.
  let found: ThrottleWindows = {};
  const saveWindows = (): ThrottleWindows => ({ ...found, ...source.saveWindows() });
  const { standing, lease } = await take(stage, originName(source), saveWindows);
  if (standing) found = windowsUntil(standing.windows, stage.clock.now());
  source.loadWindows(found);
  return lease;
}

/** What of each rate limit was used by now. After a crash nobody knows, and every window counts as full. */
function windowsUntil(windows: ThrottleWindows | null, nowMs: number): ThrottleWindows {
  if (typeof windows !== "object" || windows === null) return { "*": [nowMs] };
  const past = Object.entries(windows).map(([name, uses]): [string, number[]] => [
    name,
    Array.isArray(uses) ? uses.filter((at) => typeof at === "number").map((at) => Math.min(at, nowMs)) : [nowMs],
  ]);
  return Object.fromEntries(past);
}

/**
 * Does the work under the lease of the source: no other stage of the source makes a new plan, removes or seals meanwhile. Throws
 * LeaseHeldError where another stage holds the lease.
 */
export async function underSourceLease<T>(stage: Stage, work: (lease: Lease) => Promise<T>): Promise<T> {
  const { lease } = await take(stage, `source-${stage.sourceId}`, null);
  return await whileHeld(lease, () => work(lease));
}

/** Releases the lease however the work ends. Where both the work and the release fail, the failure of the work is thrown. */
export async function whileHeld<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await lease.release().catch(() => {});
    throw error;
  }
  await lease.release();
  return result;
}

type Standing = { etag: string; lease: LeaseText };

/** A lease as it is kept in the store. Its text says whose it is, not its etag: the answer to a renewal may get lost. */
type Kept = {
  name: string;
  read(): Promise<Standing | null>;
  replace(changes: Partial<LeaseText>, etag: string | null): Promise<string | null>;
  /** Throws where the lease is no longer ours. */
  readOwn(): Promise<Standing>;
  isOurs(lease: LeaseText): boolean;
};

function keep({ store, clock, invocation }: Stage, name: string): Kept {
  const key = leaseKey(name);
  const { id, host, pid } = invocation;
  const sinceAt = isoInstant(clock.now());
  const read = async (): Promise<Standing | null> => {
    const stored = await store.get(key);
    return stored && { etag: stored.etag, lease: decode(stored.body) };
  };
  const isOurs = (lease: LeaseText): boolean => lease.invocation === id && lease.sinceAt === sinceAt;
  return {
    name,
    read,
    isOurs,
    replace(changes, etag) {
      const untilAt = isoInstant(clock.now() + leaseMs);
      return store.replace(
        key,
        encode({ windows: null, invocation: id, host, pid, sinceAt, untilAt, ...changes }),
        etag,
      );
    },
    async readOwn() {
      const found = await read();
      if (!found || !isOurs(found.lease)) throw heldBy(name, found?.lease ?? null);
      return found;
    },
  };
}

async function take(stage: Stage, name: string, saveWindows: (() => ThrottleWindows) | null) {
  const kept = keep(stage, name);
  const standing = await kept.read();
  if (standing) refuseWhereHeld(stage, name, standing.lease);
  const isTaken = (await kept.replace({}, standing?.etag ?? null)) !== null;
  if (!isTaken) throw heldBy(name, (await kept.read())?.lease ?? null);
  return { standing: standing?.lease ?? null, lease: openLease(stage, kept, saveWindows) };
}

function openLease({ clock }: Stage, kept: Kept, saveWindows: (() => ThrottleWindows) | null): Lease {
  let renewedAtMs = clock.now();
  let renewing: Promise<void> | null = null;
  let isReleased = false;
  const renewOnce = async (): Promise<void> => {
    const { etag } = await kept.readOwn();
    if ((await kept.replace({}, etag)) === null) throw heldBy(kept.name, (await kept.read())?.lease ?? null);
    renewedAtMs = clock.now();
  };
  // Several calls are under way at once, and share one renewal.
  const renew = (): Promise<void> => {
    renewing ??= renewOnce().finally(() => {
      renewing = null;
    });
    return renewing;
  };
  const isDue = (): boolean => renewing !== null || clock.now() - renewedAtMs > renewAfterMs;
  return {
    async check() {
      if (isDue()) await renew();
      else await kept.readOwn();
    },
    async goOn() {
      if (!isReleased && isDue()) await renew();
    },
    async release() {
      isReleased = true;
      // A renewal that ends after the release would take the lease again.
      await renewing?.catch(() => {});
      const found = await kept.read();
      if (!found || !kept.isOurs(found.lease)) return;
      const windows = saveWindows?.() ?? null;
      await kept.replace({ windows, untilAt: found.lease.sinceAt }, found.etag);
    },
  };
}

function refuseWhereHeld({ clock, invocation }: Stage, name: string, holder: LeaseText): void {
  // `release` writes so. A clock that is behind sees a released lease in its future.
  const isReleased = holder.untilAt === holder.sinceAt;
  if (isReleased || !isStanding(holder.untilAt, clock.now()) || invocation.isGone(holder)) return;
  throw heldBy(name, holder);
}

/** As far as the clocks of two machines that hold leases may differ. */
const skewMs = 60_000;

/** Whether a lease until this instant stands. No invocation takes a lease for longer than `leaseMs`: a later end is no end. */
function isStanding(untilAt: unknown, nowMs: number): boolean {
  const untilMs = parseInstant(String(untilAt));
  return untilMs !== null && untilMs > nowMs && untilMs <= nowMs + leaseMs + skewMs;
}

function heldBy(name: string, holder: LeaseText | null): LeaseHeldError {
  return new LeaseHeldError(
    holder
      ? `Cannot work on ${name} as ${holder.invocation} (process ${holder.pid} on ${holder.host}) holds its lease since ${holder.sinceAt}: wait for it, or until ${holder.untilAt} should it have crashed`
      : `Cannot work on ${name} as another invocation has just taken its lease: try again`,
  );
}

/** The open source, and the lease under which it may be called. */
export type AtProvider<Source extends Reader = Reader> = { source: Source; lease: Lease };

/** `open`: `openReader` or `openRemover` of the stage. */
type Opening<Source> = { stage: Stage; open: (goOn: Lease["goOn"]) => Promise<Source>; sourceLease: Lease };

/**
 * Does the work at the provider under the lease of its host and app, and closes the source however the work ends. The lease
 * that the work is given stands only while the lease of the source stands, too. Both are kept while calls to the provider go on.
 */
export async function atProvider<Source extends Reader, T>(
  { stage, open, sourceLease }: Opening<Source>,
  work: (at: AtProvider<Source>) => Promise<T>,
): Promise<T> {
  const held = [sourceLease];
  const ofAll = (act: (lease: Lease) => Promise<void>) => async (): Promise<void> => {
    await Promise.all(held.map(act));
  };
  const goOn = ofAll((each) => each.goOn());
  const source = await open(goOn);
  try {
    const lease = await takeLease(stage, source);
    held.push(lease);
    const check = ofAll((each) => each.check());
    return await whileHeld(lease, () => work({ source, lease: { ...lease, check, goOn } }));
  } finally {
    await source.close();
  }
}
