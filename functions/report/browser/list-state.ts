import type { Language } from "../review-view.ts";
import { type DecisionLog, type Marked, marksOf, type Step, undone, withStep } from "../rows/decisions.ts";
import { type FilterContext, filterRows, type ListFilter, openFilter } from "../rows/list-filter.ts";
import { type ListOrder, orderRows } from "../rows/list-order.ts";
import { isNotable, type ListedGrant, type ListSettings } from "../rows/packed-rows.ts";
import { type RowWords, rowWordsIn } from "../words/row-words.ts";
import { departmentNamesIn, phrasesOf } from "../words/words.ts";

/** Keeps a reviewer's decisions in the browser between visits; `keep` says whether the browser did. */
export type LogKeeper = { read(): DecisionLog; keep(log: DecisionLog): boolean };

/** The list, and how a person has filtered, ordered, selected and decided. Only the functions below change the state; they tell the listeners. */
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
  /** Whether all rows are here: the list opens with the notable rows. */
  isWhole: boolean;
  /** The rows that match, in order. */
  shown: ListedGrant[];
  listeners: ((change: Change) => void)[];
};

/** What changed: the language (everything is written anew), the rows that are shown, or their marks. */
export type Change = "language" | "rows" | "marks";

/** What the list is made from. */
export type ListSource = {
  settings: ListSettings;
  rows: ListedGrant[];
  keeper: LogKeeper;
  now: () => number;
};

function amountIn(language: Language): (count: number) => string {
  const figures = new Intl.NumberFormat(phrasesOf(language).htmlLang);
  return (count) => figures.format(count);
}

/** The list as it opens: the notable rows, else all rows; with the decisions of the last visit. */
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
    words: rowWordsIn(settings.language, settings.timezone, departmentNames),
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

function tell(state: ListState, change: Change): void {
  for (const listener of state.listeners) listener(change);
}

function filterContext(state: ListState): FilterContext {
  return {
    planStop: state.settings.planStop,
    departmentNames: state.departmentNames,
    isDecided: (grantId) => state.marks.has(grantId),
  };
}

function arrange(state: ListState): void {
  const { language } = state.words;
  const { planStop } = state.settings;
  const matching = filterRows(state.rows, state.filter, filterContext(state));
  state.shown = orderRows(matching, state.order, { language, planStop, departmentNames: state.departmentNames });
}

/** Writes everything in that language from now on. */
export function speak(state: ListState, language: Language): void {
  state.words = rowWordsIn(language, state.settings.timezone, state.departmentNames);
  state.amount = amountIn(language);
  arrange(state);
  tell(state, "language");
}

/** Adds the rows that the list opened without. */
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

/** Filters or orders the list in another way. */
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

function takeLog(state: ListState & { keeper: LogKeeper }, log: DecisionLog): void {
  state.log = log;
  state.marks = marksOf(log);
  state.isKept = state.keeper.keep(log);
  tell(state, "marks");
}

/** The state with a place to keep its log. */
export type KeptState = ListState & { keeper: LogKeeper };

/** Adds one act of the reviewer, whose name is remembered. The grants of the act are no longer selected. */
export function act(state: KeptState, step: Omit<Step, "decidedAt">): void {
  for (const id of step.grantIds) state.selected.delete(id);
  const decidedAt = new Date(state.now()).toISOString();
  takeLog(state, withStep({ ...state.log, reviewer: step.reviewer }, { ...step, decidedAt }));
}

/** Undoes the last act. */
export function undoLast(state: KeptState): void {
  takeLog(state, undone(state.log));
}

/** Another name of the reviewer, for acts from now on. */
export function renameReviewer(state: KeptState, reviewer: string): void {
  takeLog(state, { ...state.log, reviewer });
}

/** Reads the log again, after a decision in another window of the same report. */
export function takeKept(state: KeptState): void {
  takeLog(state, state.keeper.read());
}
