import type { RefusalCode } from "../../model.ts";

/** Why something was refused: what happened, and what to do now. `figures` fill what stands in braces. */
export type RefusalWords = { title: string; text: string; next: string };

/** The texts of refusals in English. */
export const refusalsEn = {
  refusals: {
    "bad-request": {
      title: "Something is missing or cannot be read",
      text: "Nothing was recorded.",
      next: "Go back, mend what is listed, and submit again. Your marks are kept.",
    },
    "signed-out": {
      title: "Please sign in",
      text: "You are not signed in, or your session is over.",
      next: "Sign in; you come back to where you were.",
    },
    "sign-in-expired": {
      title: "The sign-in took too long",
      text: "It was begun more than ten minutes ago, or in another window.",
      next: "Sign in again.",
    },
    "sign-in-refused": {
      title: "You could not be signed in",
      text: "The sign-in service did not confirm who you are.",
      next: "Try again. If it is refused again, ask whoever runs the reviews whether you may use this desk.",
    },
    "sign-in-unavailable": {
      title: "The sign-in service does not answer",
      text: "Nobody can sign in at the moment.",
      next: "Try again in a few minutes.",
    },
    "wrong-tenant": {
      title: "This account belongs to another company",
      text: "Only accounts of the company that runs this review may sign in.",
      next: "Switch to your company account and open the link again.",
    },
    "source-tenant": {
      title: "This source is of another company",
      text: "You are signed in under your company's tenant, and {source} was read from another one: an account of yours says nothing of who you are there.",
      next: "Tell whoever runs the reviews: the credentials of {source} and desk.signIn.tenant have to be of one tenant.",
    },
    "unknown-person": {
      title: "The desk does not know you",
      text: "You are signed in, but no source of the reviews has you as a person.",
      next: "Ask whoever runs the reviews to connect your account with your employee record. They need this: {subject} ({provider}).",
    },
    "not-yours": {
      title: "This is not yours to review",
      text: "You see what you review yourself, and nothing of anybody else's.",
      next: "If it should be yours, ask whoever runs the reviews to make you its reviewer.",
    },
    "not-operator": {
      title: "Only operators may do this",
      text: "You are signed in, and not named as one who runs reviews.",
      next: "Ask whoever runs the reviews.",
    },
    "not-approver": {
      title: "Only approvers may do this",
      text: "You are signed in, and not named as an approver.",
      next: "Ask whoever runs the reviews who approves plans.",
    },
    left: {
      title: "You cannot do this any more",
      text: "The directory says that you have left, or that your account is closed.",
      next: "If that is wrong, ask HR; then sign in again.",
    },
    "own-grant": {
      title: "Nobody decides on their own grants",
      text: "At least one of these is your own, by your account or a group that you are in. Nothing was recorded.",
      next: "Take it out and submit the others. Somebody else decides on yours.",
    },
    forged: {
      title: "This did not come from the desk's own page",
      text: "Nothing was recorded.",
      next: "Open the desk again and repeat what you did there.",
    },
    "no-such-page": {
      title: "There is no such page",
      text: "The address leads nowhere.",
      next: "Begin with what is yours to do.",
    },
    "no-such-review": {
      title: "There is no such review",
      text: "It does not exist, or its grants have not been judged yet.",
      next: "Look at what is yours to do, or try again later.",
    },
    changed: {
      title: "Something has changed since you looked",
      text: "Nothing was recorded, so that you decide on what is there now.",
      next: "Look at what is listed below, and submit again. Your other marks are kept.",
    },
    sealed: {
      title: "This review is sealed",
      text: "Its evidence is complete and takes no more decisions. Nothing was recorded.",
      next: "The next review asks you again.",
    },
    closed: {
      title: "The time to decide is over",
      text: "Nothing was recorded.",
      next: "If something must not happen, tell whoever runs the reviews at once.",
    },
    "too-large": {
      title: "That is too much at once",
      text: "Nothing was recorded.",
      next: "Submit fewer decisions at a time.",
    },
    "too-fast": {
      title: "Too many requests at once",
      text: "Nothing was recorded.",
      next: "Wait a moment and try again. Your marks are kept.",
    },
    "store-failed": {
      title: "That could not be recorded",
      text: "The desk cannot reach its store at the moment. Nothing was recorded by half.",
      next: "Your marks are kept: try again in a minute.",
    },
    failed: { title: "Something went wrong", text: "The fault was noted.", next: "Try again. Your marks are kept." },
    busy: {
      title: "The review is at work",
      text: "A stage of this review runs at the moment. Nothing was recorded.",
      next: "Try again in a minute.",
    },
  } satisfies Record<RefusalCode | "busy", RefusalWords>,
  faults: {
    "request-id": "The page's own number is missing: open the page again.",
    boolean: "This is either true or false.",
    json: "The request is no JSON.",
    empty: "No decision is marked: choose at least one.",
    twice: "The same grant is decided twice.",
    "grant-id": "The id of the grant cannot be read: open the page again.",
    seen: "What was shown is missing: open the page again.",
    decision: "Choose keep, revoke or not mine.",
    "no-reason": "A reason is missing.",
    "long-reason": "The reason has more than {most} characters.",
    "no-until": "A keep needs a day until which it holds.",
    until: "The day cannot be read.",
    "until-past": "The day is over already.",
    "until-far": "The day is further away than the policy allows ({maxKeepDays} days).",
    "reassigned-once": "You handed it on before. Each reviewer hands a grant on once.",
    "to-unknown": "Nobody with this id or e-mail is known here.",
    "to-self": "It would stay with you: name somebody else.",
    "to-holder": "This person holds the grant: name somebody else.",
    "to-left": "This person has left: name somebody else.",
    "nobody-next": "Nobody else is named for this grant: say whose it is.",
    "not-yours": "It is not yours to review.",
    "own-grant": "It is your own.",
    "removal-begun": "Its removal has begun.",
    "not-asked": "Nobody with this id is asked in this review.",
    changed:
      "It is not as it was shown to you. Now: {status}, {department}, granted {grantedAt}, for {scopes} parts of the company.",
    "plan-hash": "The plan's number cannot be read: open the page again.",
    verdict: "Choose approve or refuse.",
    "other-plan": "There is a newer plan: look at that one.",
    refused: "The plan was refused already.",
    approved: "The plan was approved already: stop the source instead.",
  } as Record<string, string>,
  fields: { until: "until", reason: "reason", decision: "decision", to: "hand on to" } as Record<string, string>,
  grant: (holder: string, role: string): string => `${holder}, ${role}`,
  again: "Try again",
  others: (count: string): string =>
    count === "1" ? "Submit the other decision" : `Submit the other ${count} decisions`,
  back: "Back to the review",
  home: "What is mine to do",
  signIn: "Sign in",
  status: (status: string): string => `Error ${status}`,
};
