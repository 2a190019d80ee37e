import type { Language } from "../review-view.ts";
import type { PlanStop } from "./standing.ts";

/** What the list of grants needs to know of the review besides its rows; plain JSON within the page. */
export type ListSettings = {
  source: string;
  review: string;
  language: Language;
  timezone: string;
  isSealed: boolean;
  planStop: PlanStop | null;
  /** The furthest a keep may reach, in days from the decision. */
  maxKeepDays: number;
  /** How many grants there are; the list may hold fewer. */
  population: number;
  /** Whose list it is, where it holds nothing else; null: everybody's. */
  onlyFor: string | null;
  /** Whether every grant was given a reviewer, where one is left. */
  isRouted: boolean;
  /** By id: of the departments where listed holders work or worked, as far as they are known. */
  departmentNames: Record<string, string>;
  rules: { id: string; then: "expire" | "flag"; overridable: boolean }[];
};

/** A review of more grants lists only those that something is said of: a browser holds no more with ease. */
export const mostListedGrants = 50_000;

/** Ids of the elements that carry the list through the page. */
export const listIds = {
  root: "grants",
  settings: "list-settings",
  rows: "list-rows",
  otherRows: "list-other-rows",
} as const;
