import type { HolderStatus } from "../../../review/grants/grant.ts";
import type { HoldBy } from "../../../review/plan/plan.ts";
import type { OutcomeKind } from "../../../review/proof/receipt.ts";
import type { Answer } from "../../model.ts";

/** Every text of one row, and of marking rows, in English. The page's script carries it. */
export const rowEn = {
  htmlLang: "en",
  colon: ": ",
  separator: ", ",
  clause: "; ",
  unnamed: "(no name)",
  status: {
    active: "active",
    leaving: "leaving",
    left: "has left",
    disabled: "disabled",
    unknown: "could not be read",
  } satisfies Record<HolderStatus, string>,
  group: (count: string): string => `group of ${count}`,
  moreMembers: (count: string): string => `and ${count} more`,
  where: "Applies to",
  everywhere: "where it applies is not known",
  alternatives: " or ",
  since: (day: string): string => `since ${day}`,
  seenSince: (day: string): string => `first seen ${day}`,
  lastDay: (day: string): string => `last day ${day}`,
  why: "Why you are asked",
  noReason: "No rule asks about this one. You may decide on it all the same.",
  settled: "settled",
  movedFrom: (department: string): string => `Moved here from ${department}`,
  suggested: { keep: "Suggested: keep", revoke: "Suggested: revoke" },
  lastTime: (what: string, by: string, day: string): string => `Last time: ${what} by ${by}, ${day}`,
  lastDid: { keep: "kept", revoke: "revoke decided", reassign: "handed on" } satisfies Record<
    Answer["decision"],
    string
  >,
  notCounted: "it did not count",
  /** Peers with the same role whom the reader reviews as well. */
  alsoYours: (names: string): string => `among those you review: ${names}`,
  insteadOf: {
    delegate: (name: string): string => `You decide for ${name}`,
    reassigned: (name: string): string => `Handed to you by ${name}`,
  },
  now: "Now",
  standing: {
    kept: "unchanged",
    pending: "to be removed",
    narrowed: "to be narrowed",
    undecided: "removed once the time is over, if nobody decides",
    from: (day: string): string => `from ${day}`,
  },
  heldBy: {
    "protected-role": "stays, the role is protected",
    "protected-holder": "stays, the person is protected",
    canary: "stays, it is a marker that reviews check",
    "last-holder": "stays, the role would lose its last holder",
    "role-share": "waits, too many holders of the role at once",
    "too-new": "stays, it was granted too recently",
    unremovable: "stays, the system does not let it be removed",
    unrestorable: "stays, once removed it could not be given back",
    unknown: "stays, a part of it could not be read",
    decision: "stays, as was decided",
    brake: "waits for an approval",
    "report-mode": "would be removed; this review only reports",
  } satisfies Record<HoldBy | "brake" | "report-mode", string>,
  /** Why a revoke does not remove it yet, where the report's words say too little. */
  heldWhy: { "too-new": "It was granted too recently" } as Readonly<Record<string, string>>,
  outcome: {
    revoked: "removed",
    narrowed: "narrowed: holds for less than before",
    "already-gone": "was already gone",
    changed: "changed since, left alone",
    refused: "still there: the system refused",
    unverified: "still there, though the system accepted",
    failed: "still there: the removal failed",
  } satisfies Record<OutcomeKind, string>,
  choose: (who: string, role: string): string => `Your decision on ${who}, ${role}`,
  act: { keep: "Keep", revoke: "Revoke", reassign: "Not mine", unsure: "Don't know" },
  decided: {
    keep: (until: string): string => `kept until ${until}`,
    revoke: "revoke",
    reassign: "handed on",
  },
  yours: "You decided",
  by: (name: string): string => `${name} decided`,
  reasonIs: "reason",
  changeable: "Choose again to change it.",
  unsure:
    "Nothing is recorded. The grant stays open; whoever holds it, or their manager, may tell you. If it is not yours to know, choose “Not mine”.",
  effects: {
    insisted: "Keeping does not hold it: a rule removes it whatever is decided.",
    gone: "Its removal has begun: nothing more can be decided.",
    closed: "The time to decide is over.",
    own: "This is your own. Somebody else decides on it.",
    removed: "Removed with the next run.",
    "after-notice": (day: string): string => `Removed on ${day} at the earliest.`,
    "no-rule": "A revoke is recorded, but no rule carries it out: whoever runs the review removes it by hand.",
    "report-mode": "Recorded. This review only reports: nothing is removed by itself.",
    held: (why: string): string => `A revoke is recorded, but does not remove it yet. ${why}.`,
    once: "You handed it on before: each reviewer can do so once.",
    "nobody-next": "There is nobody to hand it on to.",
    "to-next": "Goes to the next reviewer, or to the person you name.",
  },
  details: "More",
  facts: { grant: "Grant", role: "Role", person: "Person", email: "E-mail", rule: "Rule", members: "Members" },
  fields: {
    until: "Keep until",
    untilDay: (months: number, day: string): string => (months === 12 ? `1 year, ${day}` : `${months} months, ${day}`),
    longest: (day: string): string => `the longest, ${day}`,
    reason: "Reason",
    to: "Hand on to (their id or e-mail; empty: the next reviewer)",
    asForAll: (text: string): string => `as for all: ${text}`,
  },
  reasons: {
    keep: [
      "Still needed for their work",
      "The role fits their new position",
      "Stands in for a colleague",
      "Project is still running",
    ],
    revoke: ["No longer needed", "Has moved to other work", "Has left", "Was given by mistake"],
    reassign: ["Not in my team", "I do not know this work"],
  },
  bar: {
    progress: (decided: string, all: string): string => `${decided} of ${all} decided`,
    marked: (count: string): string => `${count} marked`,
    counts: {
      keep: (n: string): string => `keep ${n}`,
      revoke: (n: string): string => `revoke ${n}`,
      reassign: (n: string): string => `not mine ${n}`,
    },
    submit: (count: string): string =>
      count === "0" ? "Submit decisions" : count === "1" ? "Submit 1 decision" : `Submit ${count} decisions`,
    sending: "Sending…",
    clear: "Clear marks",
    reload: "Show what has changed",
    hasty: (most: string): string =>
      `More than ${most} kept at once are reported to the auditor as a hasty certification.`,
    everything:
      "You keep everything and revoke nothing: the report names such a certification. Is each of these still needed?",
    offline: "The desk could not be reached. Your marks are kept; try again.",
    stale: (count: string): string =>
      count === "1"
        ? "1 mark was dropped: the grant has changed since. Please look at it again."
        : `${count} marks were dropped: the grants have changed since. Please look at them again.`,
  },
  groups: {
    all: (count: string): string => (count === "1" ? "this one" : `all ${count}`),
    everyone: (verb: string, count: string): string => `${verb} all ${count}`,
  },
};
