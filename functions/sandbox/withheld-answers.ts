/** Answers that a quirk withholds: how many there were, and those that are given once the quirk is taken back. */
export type WithheldAnswers = {
  count(): number;
  /** Counts one more. `give` answers it after all; null: it is never answered. */
  withhold(give: (() => void) | null): void;
  /** Gives what can still be given. */
  release(): void;
  /** Resolves once so many answers were withheld. */
  reached(count: number): Promise<void>;
};

export function openWithheldAnswers(): WithheldAnswers {
  let count = 0;
  const given: (() => void)[] = [];
  let waiting: { count: number; tell(): void }[] = [];
  return {
    count: () => count,
    withhold(give) {
      count += 1;
      if (give) given.push(give);
      for (const each of waiting) if (each.count <= count) each.tell();
      waiting = waiting.filter((each) => each.count > count);
    },
    release() {
      for (const give of given.splice(0)) give();
    },
    reached: (wanted) =>
      count >= wanted
        ? Promise.resolve()
        : new Promise((tell) => {
            waiting.push({ count: wanted, tell });
          }),
  };
}
