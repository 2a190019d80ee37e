import { type Because, fillIn } from "../because.ts";
import type { Check } from "./snapshot.ts";

/** The English sentence of each code of a check, as `detail` holds it. The report has these sentences in Chinese too. */
export const checkSentences = {
  "names-unread": "names left out, as they judge nothing and could not be read: {about}. {reason}",
  "signals-unread": "{about} of holders is left out where it could not be read, and no rule matches by it: {reason}",
  "listings-ended": "{listings} listings ended properly after {pages} pages; {open} did not",
  "pages-kept": "{pages} pages showed {shown} grants, and all of them are here",
  "pages-changed":
    "{pages} pages showed {shown} grants, and {kept} of them are here: what was kept below checkpoints/ was changed. Look who can write there, and begin a new review",
  "grants-announced": "the provider says that there are {announced}, and {listed} were listed",
  "grants-differ":
    "the provider says that there are {announced}, and {listed} were listed by {call}, whose {pages} pages ended properly: either grants change while they are listed, or some are hidden",
  "vanished-asked":
    "{asked} grants of review {review} that no listing showed were asked for by id: {gone} are gone, and {found} are there and in the snapshot, as a page passes over a holder where a holder ahead of it is removed meanwhile",
  "listing-hides":
    "{asked} grants of review {review} that no listing showed were asked for by id: {gone} are gone, and {found} of {holders} holders are there, more than pages pass over where holders ahead of them are removed meanwhile, so the listing hides grants; may the app see everybody?",
  "roles-listed": "every grant names a role of the role list",
  "roles-unlisted": "grants name roles that the role list lacks: {roles}; may the app read every role?",
  "holders-unread": "{unread} of {holders} holders could not be read; guard.maxUnknownShare allows {maxUnknownShare}",
  "holders-without-id":
    "{unread} of {holders} holders could not be read, {withoutId} of them as the provider gave no id of theirs; guard.maxUnknownShare allows {maxUnknownShare}",
  "leavers-unlisted": "this provider has no list of people who left",
  "leavers-asked-for": "{leavers} people who left were asked for by id",
  "leavers-missing":
    "nobody who ever left is visible: set the app's data range to everyone, or guard.expectLeavers to false if truly nobody has left",
  "leavers-unexpected": "nobody who ever left is visible, and guard.expectLeavers is false",
  "everybody-answered": "all {asked} people who were asked for were answered",
  "somebody-unanswered":
    "of {asked} people who were asked for, these were not answered: {unanswered}; was the app's data range narrowed?",
  "known-leavers-shown": "{departed} people leave or have left; of {known} known leavers none is hidden",
  "leavers-hidden":
    "of {known} people who are known to have left, these are hidden: {hidden}; was the app's data range narrowed?",
  "departures-unshown":
    "the search of departures shows nobody, though {known} people are known to have left: may the app read them (corehr:offboarding:read)?",
  "leavers-identified": "{leavers} people who left hold grants, and the provider says whether they are employed again",
  "leavers-unidentified":
    "{leavers} people who left hold grants, and for none of them the provider says which person it is, so nobody can tell whether they are employed again: give the app the permission to read the person's id",
  "people-listed": "{people} employments are listed, {left} of them of people who left",
  "people-hidden":
    "{people} employments are listed, and {missing} of {holders} holders who could be read are not among them; may the app see everybody?",
  "people-without-leavers":
    "{people} employments are listed, and nobody among them ever left: set the app's data range to everyone, or guard.expectLeavers to false if truly nobody has left",
  "people-without-keys":
    "{people} employments are listed, and none of them came with any of {keys}, by which people.match finds holders of other sources: give the app the permission to read them",
  "people-unidentified":
    "{people} employments are listed, and of none of them the provider says which person it is of, so nobody would be known: give the app the permission to read the person's id",
  "keys-answered": "holders came with keys by which the authority knows people: any of {keys}",
  "keys-missing":
    "rules ask who the holder is, and no holder came with any of {keys}, by which people.match finds them: give the app the permission to read them, or match people by another key",
  "fields-answered": "every field of holders that the provider knows came for somebody",
  "fields-missing":
    "rules use {fields}, and no holder came with it: give the app the permission to read this field of people, or leave it out of the rules",
  "fields-unused": "no holder came with {fields}, and no rule uses it",
  "reviewers-found": "every reviewer whom the configuration names was found",
  "reviewers-missing":
    "not found among the people of this source: {missing}; correct the ids in reviewers of this source",
  "canaries-found": "{found} of {canaries} canaries found",
  "canaries-missing": "not found: {missing}; do guard.canaries name grants that exist?",
  "protected-found": "{roles} protected roles and {holders} protected holders found",
  "protected-roles-missing": "roles not found: {roles}; correct guard.protectedRoles",
  "protected-holders-missing": "holders not found: {holders}; correct guard.protectedHolders",
  "protected-missing":
    "not found: the roles {roles} and the holders {holders}; correct guard.protectedRoles and guard.protectedHolders",
  "conflict-roles-found": "{roles} roles of conflicts found",
  "conflict-roles-missing": "roles not found: {roles}; correct policy.conflicts",
  "role-owners-found": "{roles} roles with an owner found",
  "role-owners-missing": "roles not found: {roles}; correct reviewers.roleOwners of this source",
  "population-first": "{grants} grants; no earlier review",
  "population-before": "{grants} grants; {before} in review {review}",
  "no-holder-sampled": "no holder was sampled: nothing to compare",
  "no-scope-sampled": "no organisational scope was sampled: nothing to compare",
  "sample-whole": "{holders} holders read again show {grants} grants, none of them missed",
  "sample-missed": "{holders} holders read again show {grants} grants; the listing missed {missed}",
  "second-path-agrees": "{roles} roles at single objects, asked for by {call}, have the holders that were listed",
  "second-path-differs":
    "{roles} roles at single objects, asked for by {call}; shown by the listing alone: {listed}; by {call} alone: {found}",
  "memberships-agree": "{memberships} memberships asked for one by one, are as they were listed",
  "memberships-differ":
    "{memberships} memberships asked for one by one; listed alone: {listed}; missing from the listing: {found}",
};

export type CheckCode = keyof typeof checkSentences;

/**
 * A check for the snapshot: the English sentence of its code, and the code with its figures. A list of ids is one
 * figure, joined by ", ".
 */
export function sayCheck(
  name: string,
  passed: boolean,
  code: CheckCode,
  figures: Required<Because>["figures"] = {},
): Check {
  return { name, passed, detail: fillIn(checkSentences[code], figures), because: { code, figures } };
}
