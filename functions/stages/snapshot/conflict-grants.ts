import { openSnapshotArtefacts } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import type { SnapshotState } from "./snapshot-state.ts";

type Written = NonNullable<Snapshot["conflictGrants"]>;

/**
 * Writes `conflict-grants.jsonl.gz` while the parts of a snapshot are written: the grants of the roles that conflicts with other
 * sources name. Memory holds some of them at a time.
 */
export type ConflictGrants = {
  /** Takes each grant of the snapshot; a promise where the file has to catch up before the next. */
  take(grant: Grant): Promise<void> | null;
  /** What was written; null where no conflict names a role of the source. */
  end(): Promise<Written | null>;
  /** Ends without a file, and throws the error. */
  abandon(error: unknown): Promise<never>;
};

const grantsAtOnce = 500;

export function openConflictGrants(stage: AtWork, { conflictRoles: roles = [] }: SnapshotState): ConflictGrants {
  if (roles.length === 0) {
    return { take: () => null, end: async () => null, abandon: (error) => Promise.reject(error) };
  }
  const names = new Set(roles);
  const { readable, writable } = new TransformStream<Grant[], Grant[]>();
  const writer = writable.getWriter();
  const written = openSnapshotArtefacts(stage).conflictGrants(eachOf(readable));
  written.catch(() => {}); // thrown where it is waited for
  let waiting: Grant[] = [];
  let grants = 0;
  const hand = async (): Promise<void> => {
    const handed = waiting;
    waiting = [];
    grants += handed.length;
    // A file that cannot be written takes nothing any more, and says why.
    await Promise.race([writer.write(handed), written]);
  };
  return {
    take(grant) {
      const { id, code } = grant.role;
      if (!names.has(id) && (code === null || !names.has(code))) return null;
      waiting.push(grant);
      return waiting.length < grantsAtOnce ? null : hand();
    },
    async end() {
      await hand();
      await Promise.race([writer.close(), written]);
      return { ...(await written), grants, roles };
    },
    async abandon(error) {
      await writer.abort(error).catch(() => {});
      await written.catch(() => {});
      throw error;
    },
  };
}

async function* eachOf(batches: AsyncIterable<Grant[]>): AsyncGenerator<Grant> {
  for await (const grants of batches) yield* grants;
}
