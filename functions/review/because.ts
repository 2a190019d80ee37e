/**
 * A reason as a code with its figures, from which a sentence in any language is made. A list of ids is one figure,
 * joined by ", ". The `detail` beside a reason is the English sentence.
 */
export type Because = { code: string; figures?: Record<string, string | number> };

/** The English sentence of each code, as evidence holds it. Evidence without codes is read back by these templates. */
export const reasonSentences = {
  "protected-role": "role {role} is protected",
  "protected-holder": "the holder is protected",
  canary: "a grant known to exist, by which snapshots are proved",
  "granted-lately": "granted {days} days ago, minGrantAgeDays is {minGrantAgeDays}",
  "seen-lately": "first seen {days} days ago, minGrantAgeDays is {minGrantAgeDays}",
  unremovable: "the provider does not remove it",
  "refused-before": "refused in review {review}: {reason}",
  "unverified-before": "unverified in review {review}: the provider said yes, and the grant was still there",
  unnarrowable: "the provider sets the scopes of organisational roles with their objects alone",
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
  "conflict-revoked": "revoke of another grant of the conflict decided at {decidedAt}",
  "no-decision": "nobody had decided by {endedAt}",
  "no-rule-matches": "no rule of the plan matches any more",
  "given-anew": "it was given anew",
  "changed-since-snapshot": "since the snapshot {differences}",
  "removed-by-sweep": "sweep {sweep} removed it",
  "silent-and-gone": "the removal got no answer, and a fresh read no longer shows it",
  "silent-and-there": "the removal got no answer, and the grant is still there",
  "accepted-and-there": "the provider said yes, and the grant is still there",
  "removed-instead": "the whole grant is to be removed, by rule {rules}",
  "keep-changed": "other scopes would stay than the plan says",
  "keep-vanished": "no object of the scopes that were to stay exists any more",
  "too-many-scopes": "{count} combinations of scopes would stay, and the provider takes {most} at once",
  "scopes-elsewise": "its scopes are neither those before nor those that were to stay",
  "kept-lost": "of what was to stay is missing: {scopes}",
  "kept-out": "objects that no longer exist were left out: {scopes}",
  "added-meanwhile": "somebody else added meanwhile, and has it still: {scopes}",
  "added-put-back": "somebody else had added meanwhile, and was given back: {scopes}",
  "silent-and-narrowed": "the narrowing got no answer, and a fresh read shows the scopes that were to stay",
  "silent-and-wide": "the narrowing got no answer, and the scopes are as they were",
  "accepted-and-wide": "the provider said yes, and the scopes are as they were",
  "narrowing-refused": "the provider refused the narrowing: {reason}",
  "task-failed":
    "the removal failed {times} times, and no reason that the provider gave spoke of this grant: the next review tries again",
  "grant-elsewhere": "the source is configured to another host or app since: what became of the grant cannot be read",
  "role-elsewhere": "the source is configured to another host or app since: what became of the role cannot be read",
};

/** The English sentence of each code among the `differences` of "changed-since-snapshot". */
export const differenceSentences = {
  "status-changed": "the holder was {before} and is {after}",
  "given-anew": "it was given anew",
  "scope-changed": "its scopes changed",
};

export type ReasonCode = keyof typeof reasonSentences;
export type DifferenceCode = keyof typeof differenceSentences;

/** A sentence for the evidence, with its code. A sentence in the provider's words has no code. */
export type Said = { detail: string; because?: Because };

/** A reason for the evidence: the English sentence, and the code with its figures. */
export function sayBecause(code: ReasonCode, figures?: Record<string, string | number>): Required<Said> {
  return { detail: fillIn(reasonSentences[code], figures), because: { code, ...(figures ? { figures } : {}) } };
}

/**
 * The reason "changed-since-snapshot": how a grant differs from the snapshot. Names the holder's statuses if they
 * differ.
 */
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

/** The template with each `{name}` replaced by the figure of that name. */
export function fillIn(template: string, figures: Record<string, string | number> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name]));
}
