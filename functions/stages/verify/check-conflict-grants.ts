import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { DamagedError, type Store } from "../../review/ports.ts";
import { fault } from "../../review/proof/faults.ts";
import { openCursor, type ReportCheck } from "./check-report.ts";

/** Compares what was put aside for conflicts with the grants as they pass, in the order of ids. Memory holds some of them. */
export function openConflictGrantsCheck(
  store: Store,
  { key, sha256, roles }: NonNullable<Snapshot["conflictGrants"]>,
): ReportCheck {
  const names = new Set(roles);
  const aside = openCursor(grantsIn(store, key, sha256));
  const differing = { count: 0, grant: "" };
  let isDamaged = false;
  const differs = (grant: string): void => {
    if (differing.count++ === 0) differing.grant = grant;
  };
  const takeUpTo = async (id: string): Promise<Grant | null> => {
    for (let next = await aside.peek(); next && next.id <= id; next = await aside.peek()) {
      aside.step();
      if (next.id === id) return next;
      differs(next.id);
    }
    return null;
  };
  const reading = async (work: () => Promise<void>): Promise<void> => {
    try {
      if (!isDamaged) await work();
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      isDamaged = true;
    }
  };
  return {
    take: (grants) =>
      reading(async () => {
        for (const grant of grants) {
          const { id, code } = grant.role;
          if (!names.has(id) && (code === null || !names.has(code))) continue;
          if (JSON.stringify(await takeUpTo(grant.id)) !== JSON.stringify(grant)) differs(grant.id);
        }
      }),
    async close() {
      await reading(async () => {
        for (let next = await aside.peek(); next; next = await aside.peek()) {
          aside.step();
          differs(next.id);
        }
      });
      await aside.end();
      if (isDamaged) return [fault("unreadable", { key })];
      return differing.count > 0 ? [fault("conflict-grants", { key, ...differing })] : [];
    },
  };
}

async function* grantsIn(store: Store, key: string, sha256: string): AsyncGenerator<Grant[]> {
  for await (const lines of store.readStoredLines<Grant>(key, sha256)) yield lines.parseAll();
}
