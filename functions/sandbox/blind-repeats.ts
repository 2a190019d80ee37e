/** Finds removals that were asked for again although nobody had looked in between. */
export type BlindRepeats = {
  /** The keys of what was repeated blindly. */
  readonly found: string[];
  /** The removal of this is asked for. */
  asked(key: string): void;
  /** A read shows of these whether they are there. */
  looked(isShown: (key: string) => boolean): void;
};

/** Watches one vendor's removals and reads; keys are the caller's own. */
export function watchRepeats(): BlindRepeats {
  const unseen = new Set<string>();
  const found: string[] = [];
  return {
    found,
    asked(key) {
      if (unseen.has(key)) found.push(key);
      unseen.add(key);
    },
    looked(isShown) {
      for (const key of unseen) if (isShown(key)) unseen.delete(key);
    },
  };
}
