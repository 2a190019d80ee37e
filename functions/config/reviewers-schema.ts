import * as z from "zod";
import { isCalendarDate } from "../basics/instant.ts";
import { type ReviewerKind, reviewerKinds } from "../review/people/routing.ts";
import { text } from "./primitives.ts";

const person = text((id) => {
  if (id.trim() === "") return "is empty: write the person's id";
  return id.includes("@") ? "is an e-mail: write the person's id, as this source's holders have them" : null;
});

const lastDay = text((date) => (isCalendarDate(date) ? null : "must be a calendar date, YYYY-MM-DD, in quotes or not"));

const delegate = z.strictObject({ from: person, to: person, until: lastDay, reason: z.string().optional() });

/** Who reviews the grants of a source whose provider can tell reviewers of these kinds; all of them unless ordered otherwise. */
export function reviewersSchemaOf(kinds: readonly ReviewerKind[]) {
  return z.strictObject({
    order: z
      .array(z.enum(reviewerKinds))
      .min(1)
      .default([...kinds]),
    roleOwners: z.record(z.string(), person).default({}),
    fallback: person.nullable().default(null),
    delegates: z.array(delegate).default([]),
  });
}
