import type { GrantChange } from "../../review/grants/diff.ts";
import type { Language } from "../review-view.ts";
import { englishListPhrases } from "./list-phrases-en.ts";
import { chineseListPhrases } from "./list-phrases-zh.ts";

/** What the list is ordered by. */
export type ListOrder = "attention" | "holder" | "role" | "department" | "granted" | "seen";

/** Which part of the list is shown. */
export type ListShare = "notable" | "all" | "undecided" | "decided";

/** The texts of the list of grants and of deciding, in one language. Counts come as written figures. */
export type ListPhrases = {
  search: string;
  searchHint: string;
  filters: string;
  any: string;
  order: string;
  orders: Record<ListOrder, string>;
  shares: Record<ListShare, string>;
  filterBy: Record<"rule" | "role" | "department" | "reviewer" | "standing" | "status", string>;
  clearFilters: string;
  shown(count: string, all: string): string;
  nothingShown: string;
  listsNotable(listed: string, all: string): string;
  printed(count: string, all: string): string;
  unreadable: string;
  columns: Record<"holder" | "role" | "why" | "standing" | "decision", string>;
  selectAll: string;
  select(name: string): string;
  details(name: string): string;
  noFinding: string;
  more(count: string): string;
  facts: {
    lastDay(day: string): string;
    granted(day: string): string;
    undated: string;
    movedFrom(department: string): string;
    changed: Partial<Record<GrantChange, string>>;
    revoked(review: string, day: string): string;
    manager: string;
    email: string;
    id: string;
    removable: string;
    unremovable: string;
    unrestorable: string;
    insists: string;
  };
  members(count: string): string;
  noMembers: string;
  moreMembers(count: string): string;
  roleLets: string;
  noDescription: string;
  history: string;
  firstSeen(day: string): string;
  decided(decision: "keep" | "revoke", reviewer: string, until: string | null): string;
  tried(outcome: string, review: string): string;
  notCounted(fault: string): string;
  keep: string;
  revoke: string;
  kept(until: string): string;
  revoking: string;
  takeBack: string;
  own: string;
  sameName: string;
  dialog: {
    keepTitle(count: string): string;
    revokeTitle(count: string): string;
    reviewer: string;
    reviewerHint: string;
    until: string;
    inMonths(months: number): string;
    reason: string;
    keepReasonHint: string;
    revokeReasonHint: string;
    confirmKeep: string;
    confirmRevoke: string;
    cancel: string;
    ownLeftOut(count: string): string;
    everything: string;
    hasty: string;
    insisted(count: string): string;
    untilRange(from: string, to: string): string;
    required: string;
  };
  bar: {
    selected(count: string): string;
    clear: string;
    decided(count: string): string;
    undo: string;
    download: string;
    handIn(command: string): string;
    as(reviewer: string): string;
    change: string;
    notKept: string;
    sealed: string;
  };
};

/** The list's texts in that language. */
export const listPhrasesOf = (language: Language): ListPhrases =>
  language === "zh" ? chineseListPhrases : englishListPhrases;
