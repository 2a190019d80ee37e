import type { Because } from "../because.ts";

/** By code: what is wrong with sealed evidence, in English. The Chinese sentences are in report/words/audit-zh.ts. */
export const faultSentences = {
  // The objects of the review, and the list of them.
  "not-sealed": "{key} is missing: the review is not sealed",
  "not-evidence": "{key} is not evidence: it is damaged",
  "unexpected-hash": "{key} has SHA-256 {actual}, not the expected {expected}",
  missing: "{key} is missing",
  deleted:
    "{count} objects of {review} are gone, as deleteAfterDays wants it: what is left of the review cannot be checked as a whole any more",
  unreadable: "{key} is not readable",
  altered: "{key} was changed: its SHA-256 is not the sealed one",
  foreign: "{key} is foreign: the evidence does not list it",
  "listed-twice": "{key} is listed twice",
  "listed-outside": "{key} is listed, and is no object of this review",
  "other-part": "{key} is not the part that snapshot.json lists",
  "not-json": "{key} is not JSON",
  "duplicate-key": "{key} says something twice: a name stands twice in one object",
  "of-another": "{key} says that it is of {source} {review}",
  "other-form": "{check} cannot be checked: what it rests on has not the form of evidence",
  // Records beside the reviews.
  "retired-record": "{key} is missing or was changed: it says who retired a review of the future",
  "stop-record": "{key} is missing or was changed: it says who stopped the source, or let it go on",
  "record-elsewhere": "{key} is listed among the records of {list}, and is none",
  "record-other": "{key} does not say what its name says",
  "retired-past": "{key} says that a review was retired at {at}, when that review did not lie in the future",
  "record-unlisted": "{key} was written before the review was sealed, and the evidence does not list it",
  // The chain of evidence, and its signatures.
  "chain-missing": "the chain is broken: {key} is missing",
  "chain-altered": "the chain is broken: {key} is not the one that was sealed before",
  "chain-skips": "the chain is broken: {key} was sealed before, and the chain leaves it out",
  "chain-unsealed": "the chain is broken: {key} is not evidence",
  "signature-claim": "{key}: signedBy names no key of ECDSA_SHA_256",
  "signature-missing": "{key} is missing: the evidence says that it is signed",
  "signature-other": "{key}: the signature is not of this evidence",
  "key-damaged": "{key}: the public key is damaged",
  "key-other": "{key}: the public key is not the one that the evidence names",
  "key-curve": "{key}: the public key is not of the curve P-256",
  unsigned: "{key} is not signed, and a key was named",
  "unsigned-after-signed": "{key} is not signed, and {earlier} is: evidence of this source was signed before",
  "signed-by-another": "{key} is signed by the key {signedBy}, which was not named",
  "key-replaced":
    "{key} is signed by the key {signedBy}, and {earlier} by {earlierKey}: name both if the key was replaced",
  // Times.
  "no-time": "{what} has no time",
  "out-of-order": "{later} is of {laterAt}, before {earlier} of {earlierAt}",
  future: "{what} lies in the future: {at}",
  // The snapshot.
  "complete-despite": "snapshot.json says that it is complete, and the checks say otherwise: {checks}",
  "incomplete-despite": "snapshot.json says that it is incomplete, and no check failed",
  "incomplete-planned": "the snapshot is incomplete, and there are {plans} plans and {receipts} receipts",
  population: "snapshot.json says {said} {name}, its objects say {actual}",
  "grant-id": "{count} grants have an id that is not of their holder and role, the first is {grant}",
  "grant-elsewhere": "{count} grants are of another source or provider, the first is {grant}",
  "role-holders":
    "roles.jsonl.gz says that {said} hold role {role}, {saidActive} of them active; the grants say {actual} and {active}",
  "role-other": "roles.jsonl.gz gives role {role} another code or name than its grants do",
  "conflict-grants":
    "{key} does not have the grants of its roles as the parts have them: {count} differ, the first is {grant}",
  "people-figures": "{key} says {said} {name}, and its objects say {actual}",
  "role-twice": "roles.jsonl.gz lists role {role} twice",
  "read-times":
    "reads.jsonl.gz has reads of the call {call} from {firstAt} to {lastAt}: not while the snapshot was taken",
  "begun-early": "snapshot.json says that it began at {startedAt}, before its review",
  "snapshot-kind": "snapshot.json says that it is of the kind {kind}, and the review's id says another",
  "seen-later": "{count} grants were first seen after the snapshot was taken, the first is {grant}",
  "role-unlisted": "roles.jsonl.gz does not list role {role}, and somebody holds it",
  "read-totals": "snapshot.json does not say of the call {call} what reads.jsonl.gz says",
  "pages-shown":
    "the pages showed {shown} grants as reads.jsonl.gz says, and the snapshot says {said} of them, and has {grants}",
  "listed-grant-twice": "grant {grant} is listed twice",
  "grant-order": "grant {grant} is listed after a greater id: one that comes twice could hide",
  "grant-count": "{count} grants are listed, the snapshot says {said}",
  // The plans.
  "plan-hash": "{key}: its planHash is not that of its contents",
  "plan-snapshot": "{key} was made from another snapshot.json",
  "plan-authority": "{key} knew people by {authority}, and that is another snapshot.json now, or lists other people",
  "plan-people": "{key} does not know people by the snapshot that the plan names",
  "plan-policy": "{key} was made under another policy than {policy}",
  "plan-decisions": "{key} was made from other decisions than {decisions}",
  "plan-population": "{key} does not have the population of snapshot.json",
  "plan-order": "{key}: item {grant} does not come in the order of ids",
  "plan-brake": "{key}: its items trip other limits than its brake says",
  "item-id": "{key}: the id of item {grant} is not of its holder and role",
  "item-unlisted": "{key} has item {grant}, and the snapshot does not list it",
  "item-seen": "{key}: item {grant} was not seen as the snapshot shows it",
  "item-keep": "{key}: item {grant} does not say what stays as the findings of its rules do",
  "item-unfounded": "{key} has item {grant} by rule {rule}, and no finding says so",
  "finding-unplanned": "{key}: rule {rule} asks for the removal of {grant}, and no item says what became of that",
  "finding-disagrees": "{key}: the finding of rule {rule} on {grant} and its item disagree on what holds it back",
  "finding-rule": "{key} has findings of rule {rule} that are not as the policy has that rule",
  "item-unguarded": "{key}: item {grant} is not held, and the guard {by} of its policy holds it",
  "item-hold": "{key}: item {grant} is held by {by}, and that guard of its policy does not hold it",
  "item-hold-why": "{key}: item {grant} is held by {by}, for another reason than that guard gives",
  "item-notice":
    "{key}: the notice of item {grant}, due at {notBefore}, is not what its rules and the plan before it say",
  "plan-first": "{key}: the brake does not say whether this is the first review of the source, as it is",
  "sweep-rule": "the sweep acts by rule {rule}, which is not for sweeps",
  "sweep-active": "the sweep has {active} grants of people who work here",
  undecided: "{key} has no decision that counts on grant {grant}, and one is said to hold it back or to answer for it",
  routed: "the reviewers of assessment {assessment} have {said} grants, the snapshot has {actual}",
  "approval-refused": "{key} refused the plan before it was approved",
  "approval-other": "{key} is no approval of a plan of this review",
  "approval-few": "{key} names {actual} different approvers, and the policy of its plan asks for {needed}",
  // The receipts.
  "report-removed": "the mode is report, and {count} removals were begun or have an outcome",
  "receipt-other": "{key} is no receipt of that grant and review",
  "intent-id": "{key}: the grant's id is not of its holder and role",
  "intent-seen": "{key}: the grant is not as the snapshot shows it",
  "two-outcomes": "grant {grant} has two outcomes",
  "no-outcome": "grant {grant} has an intent without an outcome",
  "outcome-unlisted": "grant {grant} has an outcome, and the snapshot does not list it",
  "outcome-unannounced": "grant {grant} is {outcome} without an intent",
  "revoked-unread": "grant {grant} is {outcome}, and no read confirmed it",
  "intent-person":
    "{key}: who the holder is was not asked of the authority of its plan, or not between the plan and the removal",
  "intent-keep": "{key}: the scopes that were to stay are not those of its plan and grant",
  "outcome-kind": "grant {grant} is {outcome}, and its intent says something else",
  "no-plan": "the {word} of grant {grant} names no plan of this review",
  "off-plan": "the {word} of grant {grant} is off the plan",
  "off-plan-held": "the {word} of grant {grant} is of an item that the plan holds ({by})",
  "off-plan-early": "the {word} of grant {grant} came before its time, {notBefore}",
  "off-plan-braked": "the {word} of grant {grant} is of a plan that its brake stops",
  "unapproved-then": "the {word} of grant {grant} is of {at}, and its plan was approved at {approvedAt}",
  "role-no-plan": "the deletion of role {role} names no plan of this review",
  "role-not-retiring": "role {role} was deleted, and was not to be retired",
  "role-no-outcome": "role {role} has an intent without an outcome",
  "role-member": "role {role} was deleted, and nothing proves that grant {grant} was removed",
  "role-unannounced": "role {role} has an outcome without an intent",
  "role-members": "the intent to delete role {role} names {said} members, the snapshot shows {actual}",
  "not-swept": "grant {grant} is said to have been removed by the sweep {sweep}, and nothing there says so",
  "leaver-hours": "the outcome of grant {grant} says that a leaver kept it for {said} hours, its objects say {actual}",
  // Messages.
  "message-other": "{key} is no message of this review, or not of this time",
  "message-untrue": "{key} tells of what is not recorded so ({record})",
  // Reports.
  "report-form": "{key} is not written as a report is: {why}",
  "report-row": "{key}: {count} rows do not say what its objects say, the first in {column} of grant {grant}",
  "report-reviewer":
    "{key} shows {actual} grants of reviewer {reviewer}, or others than reviewers.json says, which are {said}",
  "finding-unlisted": "{key} has a finding on grant {grant}, and the snapshot does not list it",
  // What the evidence itself says.
  "leaver-figures": "the evidence says of leavers other figures than its receipts do",
  "balance-figure": "the balance says {name} {said}, its objects say {actual}",
  "restored-unsaid": "the evidence does not say that grant {grant} of {review} was put back at {at}",
  "restored-unproved": "the evidence says that grant {grant} of {review} was put back at {at}, and no receipt says so",
  statement: "{key} does not say what the evidence says: it was changed, or written by another version",
  "revocations-differ": "the evidence says of grant {grant} another revocation than its objects do",
};

export type FaultCode = keyof typeof faultSentences;

/** What is wrong with evidence: a code, and the figures that its sentence needs. */
export type Fault = { code: FaultCode; figures: Record<string, string | number> };

/** A fault of this code. */
export function fault(code: FaultCode, figures: NonNullable<Because["figures"]> = {}): Fault {
  return { code, figures };
}

/** The sentence of a fault by these sentences: English, unless others are handed in. */
export function sayFault({ code, figures }: Fault, sentences: Record<FaultCode, string> = faultSentences): string {
  return sentences[code].replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name]));
}
