import type { ReviewView } from "../review-view.ts";
import { deflated } from "../rows/deflated.ts";
import { jsonPieces } from "../rows/json-pieces.ts";
import { type ListSettings, listIds } from "../rows/list-settings.ts";
import type { PackedList, PackedRows } from "../rows/packed-rows.ts";
import { type Markup, markup } from "./markup.ts";
import { inBoth, type Page } from "./page.ts";

/** Where listed holders work, or did before the previous review. */
const departmentIdsIn = ({ holders, histories }: PackedRows): (string | null)[] => [
  ...holders.map(({ departmentId }) => departmentId),
  ...histories.map(({ movedFrom }) => movedFrom),
];

/** Of the known names those that the list shows. */
const namesIn = ({ notable, others }: PackedList, known: ReviewView["departmentNames"]): Record<string, string> => {
  const ids = [...new Set([...departmentIdsIn(notable), ...departmentIdsIn(others)])].sort();
  return Object.fromEntries(
    ids.flatMap((id) => {
      const name = id === null ? undefined : known?.get(id);
      return name === undefined ? [] : [[id, name]];
    }),
  );
};

const settingsOf = (
  { snapshot, policy, language, sealed, planStop, whoReviews, onlyFor, departmentNames }: ReviewView,
  packed: PackedList,
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
  departmentNames: namesIn(packed, departmentNames),
  rules: policy.rules.map(({ id, then, overridable }) => ({ id, then, overridable })),
});

// A script element ends at the first `</script`, whatever JSON it is within.
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/** The section that the page's script fills with the list of grants. */
export const listMarkup = (pages: Page[]): Markup =>
  markup`<section id="${listIds.root}">${inBoth(pages, "div", ({ phrases }) => markup`<h2>${phrases.sections.grants}</h2>`)}
<noscript>${inBoth(pages, "div", ({ phrases }) => markup`<p class="notice">${phrases.sentences.noScript}</p>`)}</noscript></section>`;

/** The settings of the list and the rows it opens with, as elements that carry text and run nothing. */
export async function listCargo(view: ReviewView, packed: PackedList): Promise<Markup> {
  return {
    html: `<script type="application/json" id="${listIds.settings}">${jsonText(settingsOf(view, packed))}</script>
${await rowsCargo(listIds.rows, packed.notable)}`,
  };
}

/** The other rows, in the same way. */
export const otherRowsCargo = async ({ others }: PackedList): Promise<Markup> => ({
  html: await rowsCargo(listIds.otherRows, others),
});

// A browser reads an element of text in one go: a megabyte would keep it from painting and from hearing a click.
const pieceLength = 65_536;

const rowsCargo = async (id: string, packed: PackedRows): Promise<string> => {
  const text = await deflated(jsonPieces(packed));
  const pieces = text.match(new RegExp(`.{1,${pieceLength}}`, "g")) ?? [];
  return `<div hidden id="${id}">${pieces.map((piece) => `<script type="text/plain">${piece}</script>`).join("")}</div>`;
};
