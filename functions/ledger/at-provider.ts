import type { Source } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { type Lease, takeLease, whileHeld } from "./lease.ts";

/** The provider, open, and the right to call it. */
export type AtProvider = { source: Source; lease: Lease };

type Opening = { stage: Stage; access: "read" | "write"; sourceLease: Lease };

/**
 * Does the work at the provider under the lease of its host and app, and closes it however the work ends. The lease that is
 * handed on stands only while the one of the source does, too.
 */
export const atProvider = async <T>(
  { stage, access, sourceLease }: Opening,
  work: (at: AtProvider) => Promise<T>,
): Promise<T> => {
  const source = await stage.openSource(access);
  try {
    const lease = await takeLease(stage, source);
    const check = async (): Promise<void> => {
      await Promise.all([sourceLease.check(), lease.check()]);
    };
    return await whileHeld(lease, () => work({ source, lease: { ...lease, check } }));
  } finally {
    await source.close();
  }
};
