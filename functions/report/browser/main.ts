import type { Language } from "../review-view.ts";
import { readLog } from "../rows/decisions.ts";
import { type ListedGrant, type ListSettings, listIds, type PackedRows, unpackedRows } from "../rows/packed-rows.ts";
import { phrasesOf } from "../words/words.ts";
import { elementOf } from "./element.ts";
import { idOfGrant } from "./grant-id.ts";
import { openGrantList } from "./grant-list.ts";
import { createListState, join, type LogKeeper, speak, takeKept } from "./list-state.ts";

/** Keeps decisions in the browser, apart for every key; where the browser keeps nothing, they last until the page is closed. */
function browserKeeper(key: string): LogKeeper {
  return {
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
  };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

async function inflated(base64: string): Promise<string> {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const text = new Response(readable).text();
  const writer = writable.getWriter();
  // Not through a Blob, whose bytes would go to the browser's main process and back. A fault of the bytes rejects `text`.
  void writer.write(bytesOf(base64)).catch(() => {});
  void writer.close().catch(() => {});
  return await text;
}

const rowsAStep = 4_000;

/** The rows that the page carries in the element of that id; throws where they are damaged. Awaits `pause` between two steps. */
async function rowsIn(id: string, source: string, pause = async (): Promise<void> => {}): Promise<ListedGrant[]> {
  const text = await inflated(elementOf(id).textContent ?? "");
  await pause();
  const packed = JSON.parse(text) as PackedRows;
  const rows: ListedGrant[] = [];
  for (const some of unpackedRows(packed, idOfGrant(source), rowsAStep)) {
    await pause();
    rows.push(...some);
  }
  return rows;
}

/** Resolves once the browser has read the page to its end. */
function wholePage(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState !== "loading") resolve();
    else document.addEventListener("DOMContentLoaded", () => resolve());
  });
}

/** Resolves when the browser is idle; Safari cannot tell, and goes on at the next turn. */
function atLeisure(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve);
  });
}

/** Resolves once the page was painted; a hidden tab paints nothing, so a timer resolves there. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });
}

function languageChoices(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>("input[name=language]")];
}

/** Opens the list of grants of the report that this script is in. */
async function openPage(now: () => number): Promise<void> {
  const settings = JSON.parse(elementOf(listIds.settings).textContent ?? "") as ListSettings;
  const { source, review, onlyFor } = settings;
  // Two reviewers may read their reports on one machine: neither hands in the other's decisions.
  const key = ["access-review", source, review, ...(onlyFor === null ? [] : [onlyFor])].join(":");
  const rows = await rowsIn(listIds.rows, source);
  const state = createListState({ settings, rows, keeper: browserKeeper(key), now });
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

// An old browser, or a damaged file. The message is in both languages: the choice of language may have failed too.
openPage(() => Date.now()).catch((error: unknown) => {
  const said = document.createElement("p");
  said.className = "notice grave";
  said.textContent = `${phrasesOf("zh").list.unreadable} ${phrasesOf("en").list.unreadable} (${String(error)})`;
  document.getElementById(listIds.root)?.append(said);
});
