/** What a balance has to know of the grants that a snapshot's parts list. */
export type RollCall = {
  readonly count: number;
  /** Ids that were called twice. */
  readonly twice: readonly string[];
  /** The first id that came after a greater one; among those two that are alike could hide. */
  readonly outOfOrder: string | null;
  /** Of an id that was asked about: whether it was called. */
  isListed(id: string): boolean;
};

/** Listens to the ids of all grants, in their order, and keeps none but those it is asked about. */
export function openRollCall(asked: ReadonlySet<string>): RollCall & { call(id: string): void } {
  const listed = new Set<string>();
  const twice: string[] = [];
  let outOfOrder: string | null = null;
  let count = 0;
  let last = "";
  return {
    get count() {
      return count;
    },
    twice,
    get outOfOrder() {
      return outOfOrder;
    },
    isListed: (id) => listed.has(id),
    call(id) {
      count++;
      if (id === last && twice.at(-1) !== id) twice.push(id);
      if (id < last) outOfOrder ??= id;
      if (asked.has(id)) listed.add(id);
      last = id;
    },
  };
}
