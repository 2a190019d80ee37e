/**
 * Why something is as it is: a code, and the figures that a sentence about it needs. The sentence is made from the code, in
 * any language. A list of ids is one figure, joined by ", ". An English `detail` beside it says the same.
 */
export type Because = { code: string; figures?: Record<string, string | number> };

/** By code: the English sentence that stands in the evidence. A sentence of old evidence is read by these templates. */
export const reasonSentences = {
  "protected-role": "role {role} is protected",
  "protected-holder": "the holder is protected",
  canary: "a grant known to exist, by which snapshots are proved",
  "granted-lately": "granted {days} days ago, minGrantAgeDays is {minGrantAgeDays}",
  "seen-lately": "first seen {days} days ago, minGrantAgeDays is {minGrantAgeDays}",
  unremovable: "the provider does not remove it",
  unrestorable: "the provider cannot give it back, and allowUnrestorable is false",
  "holder-unread": "the holder could not be read",
  "scopes-unread": "the scopes could not be read",
  "role-unread": "the role could not be read",
  "role-unlisted": "the role is not listed",
  "role-share": "{items} of the role's {holders} holders, maxRoleShare is {maxRoleShare}",
  "last-holder": "would take {items} of the role's {active} active holders",
  "decision-holds": "kept by a decision of {decidedAt} until {until}",
  "decision-keeps": "kept until {until}, decided at {decidedAt}",
  "decisions-unread": "a decisions file that cannot be understood may speak of it: {file}",
  "decision-revokes": "revoke decided at {decidedAt}",
  "no-decision": "nobody had decided by {endedAt}",
  "no-rule-matches": "no rule of the plan matches any more",
  "given-anew": "it was given anew",
  "changed-since-snapshot": "since the snapshot {differences}",
  "silent-and-gone": "the removal got no answer, and a fresh read no longer shows it",
  "silent-and-there": "the removal got no answer, and the grant is still there",
  "accepted-and-there": "the provider said yes, and the grant is still there",
  "grant-elsewhere": "the source is configured to another host or app since: what became of the grant cannot be read",
  "role-elsewhere": "the source is configured to another host or app since: what became of the role cannot be read",
};

/** By code: each of the `differences` that "changed-since-snapshot" names. */
export const differenceSentences = {
  "status-changed": "the holder was {before} and is {after}",
  "given-anew": "it was given anew",
  "scope-changed": "its scopes changed",
};

export type ReasonCode = keyof typeof reasonSentences;
export type DifferenceCode = keyof typeof differenceSentences;

/** A sentence for the evidence with its code beside it; the words of a provider have no code. */
export type Said = { detail: string; because?: Because };

/** The English sentence of a code, and the code with its figures. */
export function sayBecause(code: ReasonCode, figures?: Record<string, string | number>): Required<Said> {
  return { detail: fillIn(reasonSentences[code], figures), because: { code, ...(figures ? { figures } : {}) } };
}

/** What differs between a grant in the snapshot and the grant now: the statuses of its holder are named where they differ. */
export function sayChanged(
  differences: readonly DifferenceCode[],
  { before, after }: { before: string; after: string },
): Required<Said> {
  const sentences = differences.map((code) => fillIn(differenceSentences[code], { before, after })).join(", ");
  const statuses = differences.includes("status-changed") ? { before, after } : {};
  return {
    detail: fillIn(reasonSentences["changed-since-snapshot"], { differences: sentences }),
    because: { code: "changed-since-snapshot", figures: { differences: differences.join(", "), ...statuses } },
  };
}

/** A template with its figures in their places. */
export function fillIn(template: string, figures: Record<string, string | number> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name]));
}
