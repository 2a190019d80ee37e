import { hash } from "node:crypto";

/**
 * Ids that were seen, eight bytes each: as much of their SHA-256 as a grant's id has. Among a million, two are taken for
 * one once in forty million times.
 */
export type IdSet = { readonly size: number; add(id: string): void; has(id: string): boolean };

/** Open addressing over a table that is half empty at least; zero stands for nothing, as no digest begins with eight of it. */
export function openIdSet(): IdSet {
  let table = new BigUint64Array(1024);
  let size = 0;
  const slotOf = (digest: bigint): number => {
    let slot = Number(digest & BigInt(table.length - 1));
    while (table[slot] !== 0n && table[slot] !== digest) slot = (slot + 1) & (table.length - 1);
    return slot;
  };
  const grow = (): void => {
    const full = table;
    table = new BigUint64Array(full.length * 2);
    for (const digest of full) if (digest !== 0n) table[slotOf(digest)] = digest;
  };
  return {
    get size() {
      return size;
    },
    add(id) {
      const digest = digestOf(id);
      const slot = slotOf(digest);
      if (table[slot] === digest) return;
      table[slot] = digest;
      if (++size * 2 > table.length) grow();
    },
    has(id) {
      const digest = digestOf(id);
      return table[slotOf(digest)] === digest;
    },
  };
}

// By way of its digits: a Buffer for each digest takes twice the time.
function digestOf(id: string): bigint {
  return BigInt(`0x${hash("sha256", id).slice(0, 16)}`);
}
