import { createMoments } from "../report/words/moments.ts";
import type { DueOccasion } from "../review/people/occasions.ts";
import type { Policy } from "../review/rules/policy.ts";

/** What a text is written from beside its occasion. `reportUrl` null: the report's place is named instead. */
export type TextContext = {
  source: string;
  review: string;
  language: "zh" | "en";
  policy: Policy | null;
  reportUrl: string | null;
  reportPlace: string;
  approveCommands: string[];
  nowMs: number;
};

/** One of the occasions of an open review. */
export type Due<Kind extends DueOccasion["occasion"]> = Extract<DueOccasion, { occasion: Kind }>;

/** An instant as people of the policy's time zone read it, with the zone, as readers may live in another. */
export function momentIn({ policy }: TextContext, instant: string): string {
  const timezone = policy?.timezone ?? "UTC";
  return `${createMoments(timezone).text(instant)} (${timezone})`;
}
