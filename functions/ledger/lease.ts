import { isoInstant } from "../basics/time.ts";
import { leaseKey } from "../review/keys.ts";
import type { Reader, ThrottleWindows } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";

/** `windows`: what was used of each rate limit, once the lease was given back in order; null while it is held. */
type LeaseText = {
  invocation: string;
  host: string;
  pid: number;
  sinceAt: string;
  untilAt: string;
  windows: ThrottleWindows | null;
};

/** Long enough for the longest wait between two renewals (a full window of a documented limit, and a retry). */
const LEASE_MS = 5 * 60_000;
const RENEW_AFTER_MS = 30_000;

/** Another invocation calls the same provider: who, and since when. The CLI exits with 5. */
export class LeaseHeldError extends Error {
  override readonly name = "LeaseHeldError";
}

/** The right to call a provider, or to work on a source, kept while it is renewed. */
export type Lease = {
  /** Throws where the lease is no longer ours; renews it in good time. Called before every provider write. */
  check(): Promise<void>;
  release(): Promise<void>;
};

function encode(lease: LeaseText): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(lease)}\n`);
}
function decode(body: Uint8Array): LeaseText {
  return JSON.parse(new TextDecoder().decode(body)) as LeaseText;
}

/** One lease for everyone who calls the same host as the same app: they share its rate limits. */
function originName({ origin }: Reader): string {
  return `${origin.host}-${origin.account}`.replace(/[^A-Za-z0-9._-]/g, "_");
}

/**
 * Takes the lease of the source's host and app, or throws LeaseHeldError; a lease that ran out, or whose holder is
 * certainly gone, is taken over. The rate limits go on from where its last holder left them; after a crash nobody knows
 * what was used, so every window counts as full.
 */
export async function takeLease(stage: Stage, source: Reader): Promise<Lease> {
  // Another source of the same host and app counts calls of its own, which this one hands on as it found them.
  let found: ThrottleWindows = {};
  const saveWindows = (): ThrottleWindows => ({ ...found, ...source.saveWindows() });
  const { standing, lease } = await take(stage, originName(source), saveWindows);
  if (standing) found = standing.windows ?? { "*": [stage.clock.now()] };
  source.loadWindows(found);
  return lease;
}

/**
 * Does the work while no other stage of the same source is at work: no plan is made anew and no evidence closed under the
 * hands of whoever acts on it. Throws LeaseHeldError where one is.
 */
export async function underSourceLease<T>(stage: Stage, work: (lease: Lease) => Promise<T>): Promise<T> {
  const { lease } = await take(stage, `source-${stage.sourceId}`, null);
  return await whileHeld(lease, () => work(lease));
}

/** Gives the lease back however the work ends. Of two failures the work's own is told. */
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

/** A lease as it is kept in the store; by what it says and not by its etag it is known whose it is. */
type Kept = {
  name: string;
  read(): Promise<Standing | null>;
  replace(changes: Partial<LeaseText>, etag: string | null): Promise<string | null>;
  /** Throws where it is no longer ours. A renewal whose answer was lost is ours all the same. */
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
      const untilAt = isoInstant(clock.now() + LEASE_MS);
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
  const renew = async (): Promise<void> => {
    const { etag } = await kept.readOwn();
    if ((await kept.replace({}, etag)) === null) throw heldBy(kept.name, (await kept.read())?.lease ?? null);
    renewedAtMs = clock.now();
  };
  return {
    async check() {
      if (!renewing && clock.now() - renewedAtMs <= RENEW_AFTER_MS) return void (await kept.readOwn());
      // Several removals are under way at once, and one renewal is good for all of them.
      renewing ??= renew().finally(() => {
        renewing = null;
      });
      await renewing;
    },
    async release() {
      const found = await kept.read();
      if (!found || !kept.isOurs(found.lease)) return;
      const windows = saveWindows?.() ?? null;
      await kept.replace({ windows, untilAt: found.lease.sinceAt }, found.etag);
    },
  };
}

function refuseWhereHeld({ clock, invocation }: Stage, name: string, holder: LeaseText): void {
  const hasRunOut = Date.parse(holder.untilAt) <= clock.now();
  if (hasRunOut || invocation.isGone(holder)) return;
  throw heldBy(name, holder);
}

function heldBy(name: string, holder: LeaseText | null): LeaseHeldError {
  return new LeaseHeldError(
    holder
      ? `Cannot work on ${name} as ${holder.invocation} (process ${holder.pid} on ${holder.host}) holds its lease since ${holder.sinceAt}: wait for it, or until ${holder.untilAt} should it have crashed`
      : `Cannot work on ${name} as another invocation has just taken its lease: try again`,
  );
}

/** The provider, open, and the right to call it. */
export type AtProvider<Source extends Reader = Reader> = { source: Source; lease: Lease };

/** `open`: `openReader` or `openRemover` of the stage. */
type Opening<Source> = { stage: Stage; open: () => Promise<Source>; sourceLease: Lease };

/**
 * Does the work at the provider under the lease of its host and app, and closes the source however the work ends. The lease
 * that the work is given stands only while the lease of the source stands, too.
 */
export async function atProvider<Source extends Reader, T>(
  { stage, open, sourceLease }: Opening<Source>,
  work: (at: AtProvider<Source>) => Promise<T>,
): Promise<T> {
  const source = await open();
  try {
    const lease = await takeLease(stage, source);
    const check = async (): Promise<void> => {
      await Promise.all([sourceLease.check(), lease.check()]);
    };
    return await whileHeld(lease, () => work({ source, lease: { ...lease, check } }));
  } finally {
    await source.close();
  }
}
