/** How often a removal that got no answer is tried, each time after a read. */
const triesAtMost = 3;

/** What an invocation could not come to an end with: holders that could not be read, and removals that got no answer. */
export type UnfinishedRemovals = {
  addUnreadable(grantId: string): void;
  /** A removal got no answer; `detail` says how it went missing. */
  addSilence(grantId: string, detail: string): void;
  wasSilent(grantId: string): boolean;
  /** Counts one more try, and says whether that was the last. */
  isGivenUp(grantId: string): boolean;
  /** Throws where anything is left. */
  check(): void;
};

/** Starts with nothing. */
export function openUnfinishedRemovals(): UnfinishedRemovals {
  const [unreadable, unanswered]: [string[], string[]] = [[], []];
  const silent = new Set<string>();
  const triesByGrant = new Map<string, number>();
  let lastSilence = "";
  return {
    addUnreadable: (grantId) => void unreadable.push(grantId),
    addSilence(grantId, detail) {
      silent.add(grantId);
      lastSilence = detail;
    },
    wasSilent: (grantId) => silent.has(grantId),
    isGivenUp(grantId) {
      const tries = (triesByGrant.get(grantId) ?? 0) + 1;
      triesByGrant.set(grantId, tries);
      if (tries === triesAtMost) unanswered.push(grantId);
      return tries === triesAtMost;
    },
    check() {
      const faults = [unreadableFault(unreadable), unansweredFault(unanswered, lastSilence)].filter(Boolean);
      if (faults.length > 0) throw new Error(faults.join("\n"));
    },
  };
}

function unreadableFault(grantIds: string[]): string {
  return grantIds.length === 0
    ? ""
    : `Cannot expire ${grantIds.join(", ")} as their holders could not be read: nothing was removed; is the app's data range everyone?`;
}

function unansweredFault(grantIds: string[], lastSilence: string): string {
  return grantIds.length === 0
    ? ""
    : `Cannot tell what became of ${grantIds.join(", ")} as their removal got no answer ${triesAtMost} times (the last: ${lastSilence}): run expire again once the provider is well`;
}
