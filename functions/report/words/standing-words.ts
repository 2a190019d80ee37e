import type { HolderStatus } from "../../review/grants/grant.ts";
import { isUnremoved, type Standing } from "../rows/standing.ts";
import type { Phrases } from "./phrases.ts";

/** What a badge says by its colour. */
export type Tone = "good" | "bad" | "wait" | "quiet";

/** The colour of where a grant stands. */
export const standingTone = (standing: Standing): Tone => {
  if (isUnremoved(standing)) return "bad";
  if (standing.kind === "outcome") return standing.outcome === "changed" ? "quiet" : "good";
  return standing.kind === "kept" ? "quiet" : "wait";
};

/** In words, what becomes of a grant that stands there. */
export const standingWords = (phrases: Phrases, standing: Standing, isSealed: boolean): string => {
  const { sentences } = phrases;
  switch (standing.kind) {
    case "outcome":
      return phrases.outcomes[standing.outcome];
    case "held":
      return phrases.heldBy[standing.by];
    case "pending":
      if (isSealed) return sentences.pendingSealed;
      return standing.ifUndecided ? sentences.pendingUndecided : sentences.pendingOpen;
    case "kept":
      return sentences.kept;
    default:
      return standing satisfies never;
  }
};

/** The colour of a holder's status. */
export const statusTones: Record<HolderStatus, Tone> = {
  active: "good",
  leaving: "wait",
  left: "bad",
  disabled: "bad",
  unknown: "quiet",
};
