import { isoInstant } from "../review/instant.ts";
import { leaseKey } from "../review/keys.ts";
import type { Source, Store, ThrottleWindows } from "../review/ports.ts";
import type { Stage } from "./stage.ts";

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

/** The right to call a provider, kept while it is renewed. */
export type Lease = {
  /** Throws where the lease is no longer ours; renews it in good time. Called before every provider write. */
  check(): Promise<void>;
  release(): Promise<void>;
};

const encode = (lease: LeaseText): Uint8Array => new TextEncoder().encode(`${JSON.stringify(lease)}\n`);
const decode = (body: Uint8Array): LeaseText => JSON.parse(new TextDecoder().decode(body)) as LeaseText;

/** One lease for everyone who calls the same host as the same app: they share its rate limits. */
const leaseName = ({ origin }: Source): string => `${origin.host}-${origin.account}`.replace(/[^A-Za-z0-9._-]/g, "_");

/**
 * Takes the lease of the source's host and app, or throws LeaseHeldError; a lease that ran out, or whose holder is
 * certainly gone, is taken over. The rate limits go on from where its last holder left them; after a crash nobody knows
 * what was used, so every window counts as full.
 */
export const takeLease = async (stage: Stage, source: Source): Promise<Lease> => {
  const { store, clock, invocation } = stage;
  const name = leaseName(source);
  const key = leaseKey(name);
  const sinceAt = isoInstant(clock.now());
  const text = (windows: ThrottleWindows | null = null): LeaseText => ({
    windows,
    invocation: invocation.id,
    host: invocation.host,
    pid: invocation.pid,
    sinceAt,
    untilAt: isoInstant(clock.now() + LEASE_MS),
  });
  const standing = await store.get(key);
  if (standing) refuseWhereHeld(stage, name, decode(standing.body));
  let etag = await store.replace(key, encode(text()), standing?.etag ?? null);
  if (etag === null) {
    const winner = await store.get(key);
    throw heldBy(name, winner ? decode(winner.body) : null);
  }
  if (standing) source.loadWindows(decode(standing.body).windows ?? { "*": [clock.now()] });
  let renewedAt = clock.now();
  return {
    async check() {
      const isDue = clock.now() - renewedAt > RENEW_AFTER_MS;
      if (isDue) etag = await store.replace(key, encode(text()), etag);
      else if ((await store.get(key))?.etag !== etag) etag = null;
      if (etag === null) throw await lost(store, key, name);
      if (isDue) renewedAt = clock.now();
    },
    async release() {
      if (etag === null || (await store.get(key))?.etag !== etag) return;
      await store.replace(key, encode({ ...text(source.saveWindows()), untilAt: sinceAt }), etag);
    },
  };
};

const refuseWhereHeld = ({ clock, invocation }: Stage, name: string, holder: LeaseText): void => {
  const hasRunOut = Date.parse(holder.untilAt) <= clock.now();
  if (hasRunOut || invocation.isGone(holder)) return;
  throw heldBy(name, holder);
};

const heldBy = (name: string, holder: LeaseText | null): LeaseHeldError =>
  new LeaseHeldError(
    holder
      ? `Cannot work on ${name} as ${holder.invocation} (process ${holder.pid} on ${holder.host}) holds its lease since ${holder.sinceAt}: wait for it, or until ${holder.untilAt} should it have crashed`
      : `Cannot work on ${name} as another invocation has just taken its lease: try again`,
  );

const lost = async (store: Store, key: string, name: string): Promise<LeaseHeldError> => {
  const holder = await store.get(key);
  return heldBy(name, holder ? decode(holder.body) : null);
};
