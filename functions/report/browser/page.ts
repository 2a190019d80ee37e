import type { Language } from "../review-view.ts";
import { readLog } from "../rows/decision-log.ts";
import { type ListSettings, listIds } from "../rows/list-settings.ts";
import { phrasesOf } from "../words/phrases.ts";
import { elementOf, rowsIn, wholePage } from "./cargo.ts";
import { openGrantList } from "./grant-list.ts";
import { createListState, join, type LogKeeper, speak, takeKept } from "./list-state.ts";

/** Decisions stay in the browser, apart for every review; where it keeps nothing, they stay until the page is closed. */
const browserKeeper = (key: string): LogKeeper => ({
  read() {
    try {
      return readLog(localStorage.getItem(key));
    } catch {
      return readLog(null);
    }
  },
  keep(log) {
    try {
      localStorage.setItem(key, JSON.stringify(log));
      return true;
    } catch {
      return false;
    }
  },
});

const languageChoices = (): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>("input[name=language]"),
];

/** Opens the list of grants of the report that this script is in. */
export async function openPage(now: () => number): Promise<void> {
  const settings = JSON.parse(elementOf(listIds.settings).textContent ?? "") as ListSettings;
  const { source, review, onlyFor } = settings;
  // Two reviewers may read theirs on one machine: neither hands in what the other decided.
  const key = ["access-review", source, review, ...(onlyFor === null ? [] : [onlyFor])].join(":");
  const state = createListState({
    settings,
    rows: await rowsIn(listIds.rows, source),
    keeper: browserKeeper(key),
    now,
  });
  const speakAsChosen = (): void => {
    const chosen = languageChoices().find(({ checked }) => checked)?.value as Language | undefined;
    const language = chosen ?? settings.language;
    document.documentElement.lang = phrasesOf(language).htmlLang;
    if (language !== state.words.language) speak(state, language);
  };
  for (const choice of languageChoices()) choice.addEventListener("change", speakAsChosen);
  speakAsChosen();
  openGrantList(elementOf(listIds.root), state);
  addEventListener("storage", (event) => event.key === key && takeKept(state));
  document.documentElement.classList.add("ready");
  await Promise.all([painted(), wholePage()]);
  await atLeisure();
  join(state, await rowsIn(listIds.otherRows, source, atLeisure));
  document.documentElement.classList.add("whole");
}

/** When nobody waits for an answer to what they did; Safari cannot tell, and goes on at the next turn. */
const atLeisure = (): Promise<void> =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve);
  });

/** Once a person sees what is there: in a tab that is not looked at nothing is painted, and a timer has to do. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });
