import { hash } from "node:crypto";

/**
 * A set of ids that keeps eight bytes of each id's SHA-256, the length of a grant's id. The chance that any two of a
 * million ids collide is one in forty million.
 */
export type IdSet = { readonly size: number; add(id: string): void; has(id: string): boolean };

/**
 * An empty set. A hash table with open addressing, at least half empty. A slot of 0 is free: the chance that a digest
 * begins with eight zero bytes is negligible.
 */
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

// Parses the hex digits: making a Buffer for each digest takes twice the time.
function digestOf(id: string): bigint {
  return BigInt(`0x${hash("sha256", id).slice(0, 16)}`);
}
