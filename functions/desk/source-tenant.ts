import { openLedger } from "../ledger/ledger.ts";
import type { Store } from "../review/ports.ts";

/**
 * The sources that were read from another tenant than the one under which somebody signed in, as their newest snapshots say:
 * an id that the sign-in proves is another person's there. Sources whose snapshots name no tenant are none of them.
 */
export async function sourcesOfOtherTenants(
  store: Store,
  { tenant, sourceIds }: { tenant: string | null; sourceIds: readonly string[] },
): Promise<string[]> {
  if (tenant === null) return [];
  const found = await Promise.all(
    sourceIds.map(async (id) => {
      const snapshot = await openLedger(store, id).newestCompleteSnapshot();
      const { tenant: readFrom = tenant } = snapshot?.origin ?? {};
      return readFrom === tenant ? [] : [id];
    }),
  );
  return found.flat();
}
