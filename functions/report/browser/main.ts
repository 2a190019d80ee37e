import { listIds } from "../rows/list-settings.ts";
import { listPhrasesOf } from "../words/list-phrases.ts";
import { openPage } from "./page.ts";

// An old browser, or a damaged file: say so in both languages, as nobody knows which is chosen.
openPage(() => Date.now()).catch((error: unknown) => {
  const said = document.createElement("p");
  said.className = "notice grave";
  said.textContent = `${listPhrasesOf("zh").unreadable} ${listPhrasesOf("en").unreadable} (${String(error)})`;
  document.getElementById(listIds.root)?.append(said);
});
