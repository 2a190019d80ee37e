import type { Language } from "../../report/review-view.ts";
import type { DeskRow, ReviewModel } from "../model.ts";

/** What the page's script is given, in the element of id `inputId`. `keptAs`: under which name the browser keeps the marks. */
export type ScriptInput = Pick<ReviewModel, "keepChoices" | "hastyKeeps" | "decisionsPath" | "progress"> & {
  language: Language;
  timezone: string;
  keptAs: string;
  reviewPath: string;
  byPerson: boolean;
  /** The rows that are in the page as it opens. */
  rows: DeskRow[];
  /** Whether those are all; the others are asked for as JSON at the address of the review. */
  isWhole: boolean;
};

export const inputId = "desk-data";

/** The parts of the page that the script looks for. */
export const pageIds = { form: "deciding", asking: "asking", others: "others", bar: "submit-bar" } as const;
