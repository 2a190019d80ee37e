import { type Because, fillIn } from "../because.ts";

const estimate =
  "the fewest calls, as estimated for {people} people: {byRoles} by roles in {roleListings} listings, as a holder is shown in {listingsAHolder} of them; {unfiltered} unfiltered; {byEmployees} by employees, as {holders} of {sampled} people hold something";

/** The English sentence of each code that says why a listing strategy was chosen. The report has them in Chinese too. */
export const listingSentences = {
  "fewest-listing-calls": estimate,
  "changed-holders":
    "a sweep: people whose last day is {since} or later, and {holders} known ones, are asked for, and what they hold by their ids",
  "named-holders": "a sweep of {holders} named holders: what they hold by their ids",
  "listing-changed": `changed over from {taken} after the first pages: ${estimate}`,
};

/** Why a listing strategy was chosen: the English sentence of the code, and the code with its figures. */
export function sayListing(
  code: keyof typeof listingSentences,
  figures: Required<Because>["figures"],
): { why: string; because: Because } {
  return { why: fillIn(listingSentences[code], figures), because: { code, figures } };
}
