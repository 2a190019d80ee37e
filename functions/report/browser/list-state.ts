import type { Language } from "../review-view.ts";
import { type DecisionLog, type Marked, marksOf, type Step, undone, withStep } from "../rows/decision-log.ts";
import { departmentNamesIn } from "../rows/department-names.ts";
import { type FilterContext, filterRows, isNotable, type ListFilter, openFilter } from "../rows/list-filter.ts";
import { orderRows } from "../rows/list-order.ts";
import type { ListSettings } from "../rows/list-settings.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { type ListOrder, listPhrasesOf } from "../words/list-phrases.ts";
import { createMoments } from "../words/moments.ts";
import { phrasesOf } from "../words/phrases.ts";
import type { RowWords } from "../words/row-words.ts";

/** Where a browser keeps a reviewer's decisions between visits; `keep` says whether it did. */
export type LogKeeper = { read(): DecisionLog; keep(log: DecisionLog): boolean };

/** The list and what a person made of it. Whoever changes it calls one of the functions below, which tell the listeners. */
export type ListState = {
  readonly settings: ListSettings;
  rows: ListedGrant[];
  departmentNames: ReadonlyMap<string, string>;
  now(): number;
  words: RowWords;
  amount: (count: number) => string;
  filter: ListFilter;
  order: ListOrder;
  log: DecisionLog;
  marks: Map<string, Marked>;
  /** Whether the browser keeps the log between visits. */
  isKept: boolean;
  selected: Set<string>;
  expandedId: string | null;
  /** Whether all rows are here: the list opens with those that something is said of. */
  isWhole: boolean;
  /** The rows that match, in order. */
  shown: ListedGrant[];
  listeners: ((change: Change) => void)[];
};

/** What changed: the language (everything is written anew), which rows are shown, or how they are marked. */
export type Change = "language" | "rows" | "marks";

/** What the list is made from. */
export type ListSource = {
  settings: ListSettings;
  rows: ListedGrant[];
  keeper: LogKeeper;
  now: () => number;
};

const wordsOf = (language: Language, timezone: string, departmentNames: ReadonlyMap<string, string>): RowWords => ({
  language,
  phrases: phrasesOf(language),
  list: listPhrasesOf(language),
  moments: createMoments(timezone),
  departmentNames,
});

const amountIn = (language: Language): ((count: number) => string) => {
  const figures = new Intl.NumberFormat(phrasesOf(language).htmlLang);
  return (count) => figures.format(count);
};

/** The list as it opens: what something is said of, else everything; with the decisions of the last visit. */
export function createListState({ settings, rows, keeper, now }: ListSource): ListState & { keeper: LogKeeper } {
  const departmentNames = departmentNamesIn(
    rows.map(({ grant }) => grant.scopes),
    settings.departmentNames,
  );
  const kept = keeper.read();
  const log = kept.reviewer === "" && settings.onlyFor !== null ? { ...kept, reviewer: settings.onlyFor } : kept;
  const state = {
    settings,
    rows,
    departmentNames,
    now,
    keeper,
    words: wordsOf(settings.language, settings.timezone, departmentNames),
    amount: amountIn(settings.language),
    filter: { ...openFilter, share: rows.some(isNotable) ? ("notable" as const) : ("all" as const) },
    order: "attention" as const,
    log,
    marks: marksOf(log),
    isKept: keeper.keep(log),
    selected: new Set<string>(),
    expandedId: null,
    isWhole: false,
    shown: [],
    listeners: [],
  };
  arrange(state);
  return state;
}

const tell = (state: ListState, change: Change): void => {
  for (const listener of state.listeners) listener(change);
};

const filterContext = (state: ListState): FilterContext => ({
  planStop: state.settings.planStop,
  departmentNames: state.departmentNames,
  isDecided: (grantId) => state.marks.has(grantId),
});

const arrange = (state: ListState): void => {
  const { language } = state.words;
  const { planStop } = state.settings;
  const matching = filterRows(state.rows, state.filter, filterContext(state));
  state.shown = orderRows(matching, state.order, { language, planStop, departmentNames: state.departmentNames });
};

/** Writes everything in that language from now on. */
export function speak(state: ListState, language: Language): void {
  state.words = wordsOf(language, state.settings.timezone, state.departmentNames);
  state.amount = amountIn(language);
  arrange(state);
  tell(state, "language");
}

/** Takes in the rows that the list opened without. */
export function join(state: ListState, others: ListedGrant[]): void {
  state.isWhole = true;
  if (others.length === 0) {
    tell(state, "language");
    return;
  }
  state.rows = state.rows.concat(others);
  state.departmentNames = departmentNamesIn(
    state.rows.map(({ grant }) => grant.scopes),
    state.settings.departmentNames,
  );
  speak(state, state.words.language);
}

/** Narrows or orders the list otherwise. */
export function narrow(state: ListState, parts: { filter?: Partial<ListFilter>; order?: ListOrder }): void {
  state.filter = { ...state.filter, ...parts.filter };
  state.order = parts.order ?? state.order;
  arrange(state);
  tell(state, "rows");
}

/** Selects or deselects grants; `null` deselects all. */
export function select(state: ListState, grantIds: string[] | null, isSelected = true): void {
  if (grantIds === null) state.selected.clear();
  else for (const id of grantIds) isSelected ? state.selected.add(id) : state.selected.delete(id);
  tell(state, "marks");
}

const takeLog = (state: ListState & { keeper: LogKeeper }, log: DecisionLog): void => {
  state.log = log;
  state.marks = marksOf(log);
  state.isKept = state.keeper.keep(log);
  tell(state, "marks");
};

/** The state with a place to keep its log. */
export type KeptState = ListState & { keeper: LogKeeper };

/** Adds one act of the reviewer, who is remembered. What was selected for it no longer is. */
export function act(state: KeptState, step: Omit<Step, "decidedAt">): void {
  for (const id of step.grantIds) state.selected.delete(id);
  const decidedAt = new Date(state.now()).toISOString();
  takeLog(state, withStep({ ...state.log, reviewer: step.reviewer }, { ...step, decidedAt }));
}

/** Takes the last act back. */
export const undoLast = (state: KeptState): void => takeLog(state, undone(state.log));

/** Who decides from now on. */
export const renameReviewer = (state: KeptState, reviewer: string): void => takeLog(state, { ...state.log, reviewer });

/** Another window of the same report decided something. */
export const takeKept = (state: KeptState): void => takeLog(state, state.keeper.read());
