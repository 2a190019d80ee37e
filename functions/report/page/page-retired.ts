import type { RoleToRetire } from "../review-view.ts";
import { localText } from "../words/scope-text.ts";
import type { Tone } from "../words/standing-words.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { badgeMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import { outcomeNotes } from "./page-standing.ts";

type State = keyof Page["phrases"]["retirements"];

const stateOf = ({ outcome, members, removed }: RoleToRetire, isSealed: boolean): State => {
  if (outcome) return outcome.outcome;
  if (!isSealed) return "open";
  return removed < members ? "inhabited" : "undeleted";
};

const tones: Record<State, Tone> = {
  deleted: "good",
  "already-gone": "good",
  refused: "wait",
  failed: "bad",
  open: "wait",
  inhabited: "wait",
  undeleted: "wait",
};

const cellsOf = (page: Page, each: RoleToRetire): Markup[] => {
  const { phrases, amount, language, view } = page;
  const { role, outcome, members, removed } = each;
  const state = stateOf(each, view.sealed !== null);
  return [
    markup`<strong>${nameMarkup(localText(role.name, language) ?? role.id)}</strong><div class="small"><code>${role.id}</code></div>`,
    textMarkup(phrases.sentences.membersRemoved(amount(removed), amount(members))),
    markup`${badgeMarkup(tones[state], phrases.retirements[state])}${outcome ? outcomeNotes(page, outcome) : markup``}`,
  ];
};

/** The roles that were to be emptied and deleted, and what became of each; nothing where there are none. */
export function retiredMarkup(page: Page): Markup {
  const { labels, sections } = page.phrases;
  const { rolesToRetire = [] } = page.view;
  if (rolesToRetire.length === 0) return markup``;
  const rows = rolesToRetire.map((each) => cellsOf(page, each));
  const table = tableMarkup([labels.role, labels.membersRemoved, labels.standing], rows);
  return sectionMarkup(page, "retired", { heading: sections.retired, body: [table] });
}
