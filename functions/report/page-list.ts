import { deflated } from "./deflated.ts";
import { jsonPieces } from "./json-pieces.ts";
import { type ListSettings, listIds } from "./list-settings.ts";
import { type Markup, markup } from "./markup.ts";
import type { PackedList, PackedRows } from "./packed-rows.ts";
import { inBoth, type Page } from "./page.ts";
import type { ReviewView } from "./review-view.ts";
import type { PlanStop } from "./standing.ts";

const settingsOf = (
  { snapshot, policy, language, sealed, whoReviews, onlyFor }: ReviewView,
  planStop: PlanStop | null,
): ListSettings => ({
  source: snapshot.source,
  review: snapshot.review,
  language,
  timezone: policy.timezone,
  isSealed: sealed !== null,
  planStop,
  maxKeepDays: policy.guard.maxKeepDays,
  population: snapshot.population.grants,
  onlyFor: onlyFor?.id ?? null,
  isRouted: Boolean(whoReviews),
  rules: policy.rules.map(({ id, then, overridable }) => ({ id, then, overridable })),
});

// A script element ends at the first `</script`, whatever JSON it is within.
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/** The section that the page's script fills with the list of grants. */
export const listMarkup = (pages: Page[]): Markup =>
  markup`<section id="${listIds.root}">${inBoth(pages, "div", ({ phrases }) => markup`<h2>${phrases.sections.grants}</h2>`)}
<noscript>${inBoth(pages, "div", ({ phrases }) => markup`<p class="notice">${phrases.sentences.noScript}</p>`)}</noscript></section>`;

/** The rows and settings of the list, as elements that carry text and run nothing. */
export async function listCargo(view: ReviewView, planStop: PlanStop | null, packed: PackedList): Promise<Markup> {
  return {
    html: `<script type="application/json" id="${listIds.settings}">${jsonText(settingsOf(view, planStop))}</script>
${await rowsCargo(listIds.rows, packed.notable)}
${await rowsCargo(listIds.otherRows, packed.others)}`,
  };
}

const rowsCargo = async (id: string, packed: PackedRows): Promise<string> =>
  `<script type="text/plain" id="${id}">${await deflated(jsonPieces(packed))}</script>`;
