import { differenceSentences, reasonSentences } from "../../review/because.ts";
import type { GrantChange } from "../../review/grants/diff.ts";
import type { HolderStatus } from "../../review/grants/grant.ts";
import type { ReviewerKind } from "../../review/people/routing.ts";
import type { HoldBy } from "../../review/plan/plan.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { RuleEffect } from "../../review/rules/policy.ts";
import type { PlanStop, RowGroup } from "../rows/standing.ts";

function grants(count: string): string {
  return count === "1" ? "1 grant" : `${count} grants`;
}

const changedFacts: Partial<Record<GrantChange, string>> = {
  appeared: "new since the previous review",
  "scope-changed": "its scopes changed",
  "status-changed": "the holder's status changed",
  "given-anew": "given anew",
  "came-back": "back after a revocation",
};

/**
 * Every text about a grant and the list of grants in English: the page's script carries it, so texts of written pages alone
 * stand in pages-en.ts. Counts come as written figures, instants as calendar time.
 */
export const en = {
  htmlLang: "en",
  colon: ": ",
  listSeparator: ", ",
  notKnown: "not known",
  sections: { grants: "All grants" },
  labels: {
    holder: "Holder",
    scopes: "Scopes",
    standing: "What becomes of it",
    lastDay: "Last day",
    dueAt: "Due from",
    requestId: "Request id",
    grantId: "Grant id",
  },
  effects: { expire: "expire", narrow: "narrow", flag: "flag" } satisfies Record<RuleEffect, string>,
  holderStatus: {
    active: "active",
    leaving: "leaving",
    left: "left",
    disabled: "disabled",
    unknown: "unknown",
  } satisfies Record<HolderStatus, string>,
  heldBy: {
    "protected-role": "The role is protected",
    "protected-holder": "The holder is protected",
    canary: "A canary: known to exist, never removed",
    "last-holder": "The role would lose its last active holder",
    "role-share": "Too large a share of the role's holders at once",
    "too-new": "Too new",
    unremovable: "The provider does not let it be removed",
    unrestorable: "Once removed, the provider could not give it back",
    unknown: "Its holder, role or scopes could not be read",
    decision: "A reviewer decided to keep it",
    brake: "Stopped by the brake, awaits approval",
    "report-mode": "Report mode: nothing is removed",
  } satisfies Record<HoldBy | PlanStop, string>,
  outcomes: {
    revoked: "Revoked",
    narrowed: "Narrowed: some scopes revoked",
    "already-gone": "Was already gone",
    changed: "Left alone: no longer what the plan saw",
    refused: "Refused by the provider, still there",
    unverified: "Accepted by the provider, yet still there",
    failed: "Failed",
  } satisfies Record<OutcomeKind, string>,
  groups: {
    unremoved: "Not removed, and should be",
    waiting: "Waiting to be expired",
    held: "Held back",
    changed: "Left alone: changed",
    removed: "Gone",
    narrowed: "Narrowed",
    kept: "Stays",
  } satisfies Record<RowGroup, string>,
  dimensions: {
    user: "Data",
    department: "Department",
    work_location: "Work location",
    location: "Location",
    company: "Company",
    social_security_location: "Social security location",
    account: "Account",
  },
  scopeWords: { all: "all", none: "none", self: "oneself" },
  sentences: {
    suppressed: (by: string, detail: string): string =>
      by === "no-decision"
        ? `kept, as ${detail}`
        : by === "expire"
          ? `set aside, as ${detail}`
          : `set aside by a ${by}${detail && `: ${detail}`}`,
    pendingSealed: "Not due when the review was sealed; its notice runs on in the next",
    pendingOpen: "To be expired",
    pendingNarrow: "Some scopes to be revoked",
    /** What a rule leaves, or would leave, of a grant's scopes. */
    keeps: (scopes: string): string => `leaves: ${scopes}`,
    keepsNothing: "leaves nothing: the whole grant goes",
    pendingUndecided: "To be expired if nobody decides",
    kept: "Stays",
  },
  reviewers: {
    nobody: "Nobody",
    kinds: {
      "role-owner": "owner of the role",
      "holder-hrbp": "HRBP of the holder",
      "department-hrbp": "HRBP of the department",
      "location-bp": "location BP",
      manager: "manager",
      fallback: "fallback",
      "handed-on": "handed on",
    } satisfies Record<ReviewerKind | "handed-on", string>,
    handedOnBy: (name: string): string => `handed on by ${name}`,
    delegateOf: (name: string): string => `for ${name}`,
    /** Of a delegate where the principal is not named. */
    asDelegate: "as a delegate",
    /** Instead of the name of another reviewer, in a report that is one reviewer's alone. */
    another: "another reviewer",
  },
  /** By code: why a grant is held, left alone or still there, as the evidence says it. */
  because: reasonSentences,
  /** By code: each of the `differences` that "changed-since-snapshot" names. */
  differences: differenceSentences,
  list: {
    search: "Search",
    searchHint: "Name, role, department, scope, id…",
    filters: "Filters",
    any: "any",
    order: "Order",
    orders: {
      attention: "what needs attention first",
      holder: "holder",
      role: "role",
      department: "department",
      granted: "granted longest ago",
      seen: "first seen last",
    },
    shares: { notable: "With findings", all: "All", undecided: "Undecided", decided: "Decided" },
    filterBy: {
      rule: "Rule",
      role: "Role",
      department: "Department",
      reviewer: "Reviewer",
      standing: "What becomes of it",
      status: "Holder",
      decision: "Decision",
    },
    decisions: { keep: "Keep", revoke: "Revoke", none: "None" },
    provenBy: { "signed in": "signed in", file: "claimed in a file" },
    shown: (count: string, all: string): string => `${count} of ${all}`,
    nothingShown: "No grant matches.",
    listsNotable: (listed: string, all: string): string =>
      `This review has ${all} grants: listed here are the ${listed} that something is said of. report.csv has every one.`,
    printed: (count: string, all: string): string =>
      `Printed: the first ${count} of ${all} grants. Filter the list before printing to see others.`,
    unreadable: "This browser cannot unpack the list of grants; report.csv has every grant.",
    columns: {
      holder: "Holder",
      role: "Role and scope",
      why: "Why it is here",
      standing: "What becomes of it",
      decision: "Decision",
    },
    selectAll: "Select all that are shown",
    select: (name: string): string => `Select ${name}`,
    details: (name: string): string => `Details of ${name}`,
    noFinding: "No rule asks for anything.",
    together: (role: string, source: string, day: string): string => `together with ${role} (${source}, since ${day})`,
    more: (count: string): string => `and ${count} more`,
    peers: {
      /** Instead of the name of the department. */
      unnamed: "the department",
      department: (have: string, count: string, place: string): string =>
        `${have} of ${count} in ${place} ${have === "1" ? "has" : "have"} it`,
      manager: (have: string, count: string, _place: string): string =>
        `${have} of ${count} with the same manager ${have === "1" ? "has" : "have"} it`,
    },
    facts: {
      lastDay: (day: string): string => `last day ${day}`,
      granted: (day: string): string => `granted ${day}`,
      undated: "no date of grant",
      movedFrom: (department: string): string => `moved from ${department}`,
      changed: changedFacts,
      revoked: (review: string, day: string): string => `review ${review} revoked it on ${day}`,
      manager: "Manager",
      email: "E-mail",
      lastActive: "Last active in Feishu",
      id: "Id",
      removable: "Can be removed and given back",
      unremovable: "The provider does not let it be removed",
      unrestorable: "Once removed, the provider cannot give it back",
      insists: "A rule takes it whatever a reviewer decides",
    },
    members: (count: string): string => `Members of the group (${count})`,
    noMembers: "Nobody is in the group.",
    moreMembers: (count: string): string => `and ${count} more: the snapshot's grants/ has every one`,
    roleLets: "What the role lets one do",
    noDescription: "The provider describes it no further.",
    history: "History",
    firstSeen: (day: string): string => `First seen ${day}`,
    decided: (decision: "keep" | "revoke", reviewer: string, until: string | null): string =>
      decision === "keep" ? `Kept by ${reviewer}${until ? ` until ${until}` : ""}` : `Revoke decided by ${reviewer}`,
    tried: (outcome: string, review: string): string => `${outcome} (review ${review})`,
    notCounted: (fault: string): string => `does not count: ${fault}`,
    keep: "Keep",
    revoke: "Revoke",
    kept: (until: string): string => `Keep until ${until}`,
    revoking: "Revoke",
    takeBack: "Take the decision back",
    own: "This grant is your own: nobody decides on their own. Leave it to another reviewer.",
    sameName: "The holder has the name you gave. Give your e-mail instead, so that the two of you can be told apart.",
    dialog: {
      keepTitle: (count: string): string => `Keep ${grants(count)}`,
      revokeTitle: (count: string): string => `Revoke ${grants(count)}`,
      reviewer: "Who decides: your e-mail or employee id",
      reviewerHint: "Asked once, and written into every decision",
      until: "Keep until",
      inMonths: (months: number): string => (months === 12 ? "1 year" : `${months} months`),
      reason: "Why",
      keepReasonHint: "What is it still needed for?",
      revokeReasonHint: "Why is it no longer needed?",
      confirmKeep: "Keep",
      confirmRevoke: "Revoke",
      cancel: "Cancel",
      ownLeftOut: (count: string): string => `${grants(count)} of your own left out: nobody decides on their own.`,
      everything:
        "This keeps everything that is shown, and revokes nothing. Say why each of these is still needed; the report to the auditor will name such a certification.",
      hasty: "More than 200 keeps at once are reported as a suspicious certification.",
      insisted: (count: string): string =>
        `${grants(count)} will go all the same: a rule takes them whatever a reviewer decides.`,
      untilRange: (from: string, to: string): string => `A day from ${from} to ${to}`,
      required: "Please fill this in.",
    },
    bar: {
      selected: (count: string): string => `${count} selected`,
      clear: "Clear selection",
      decided: (count: string): string => `${count} decided`,
      undo: "Undo",
      download: "Download decisions",
      handIn: (command: string): string => `Hand the file in, or send it to whoever runs the review: ${command}`,
      as: (reviewer: string): string => `as ${reviewer}`,
      change: "change",
      notKept: "This browser keeps nothing between visits: download before you close the page.",
      sealed: "This review is sealed and takes no more decisions.",
    },
  },
};
