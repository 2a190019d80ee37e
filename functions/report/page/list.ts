import type { ReviewView } from "../review-view.ts";
import { type ListSettings, listIds, type PackedList, type PackedRows } from "../rows/packed-rows.ts";
import { type Markup, markup } from "./markup.ts";
import { inBoth, type ReportPage } from "./page.ts";

/** Ids of the departments where listed holders work, or worked before the previous review. */
function departmentIdsIn({ holders, histories }: PackedRows): (string | null)[] {
  return [...holders.map(({ departmentId }) => departmentId), ...histories.map(({ movedFrom }) => movedFrom)];
}

/** Of the known names those that the list shows. */
function namesIn({ notable, others }: PackedList, known: ReviewView["departmentNames"]): Record<string, string> {
  const ids = [...new Set([...departmentIdsIn(notable), ...departmentIdsIn(others)])].sort();
  return Object.fromEntries(
    ids.flatMap((id) => {
      const name = id === null ? undefined : known?.get(id);
      return name === undefined ? [] : [[id, name]];
    }),
  );
}

function settingsOf(
  { snapshot, policy, language, sealed, planStop, whoReviews, onlyFor, departmentNames }: ReviewView,
  packed: PackedList,
): ListSettings {
  return {
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
  };
}

/** JSON within a script element, which ends at the first `</script` of its text. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** The section that the page's script fills with the list of grants. */
export function listMarkup(pages: ReportPage[]): Markup {
  return markup`<section id="${listIds.root}">${inBoth(pages, ({ phrases }) => markup`<h2>${phrases.sections.grants}</h2>`)}
<noscript>${inBoth(pages, ({ phrases }) => markup`<p class="notice">${phrases.sentences.noScript}</p>`)}</noscript></section>`;
}

/** The settings of the list and its notable rows, as elements that carry text and run nothing. */
export async function listCargo(view: ReviewView, packed: PackedList): Promise<Markup> {
  return {
    html: `<script type="application/json" id="${listIds.settings}">${jsonText(settingsOf(view, packed))}</script>
${await rowsCargo(listIds.rows, packed.notable)}`,
  };
}

/** The other rows, in the same way. */
export async function otherRowsCargo({ others }: PackedList): Promise<Markup> {
  return { html: await rowsCargo(listIds.otherRows, others) };
}

// A browser reads the text of one element at once: during a megabyte it neither paints nor answers a click.
const pieceLength = 65_536;

async function rowsCargo(id: string, packed: PackedRows): Promise<string> {
  const text = await deflated(jsonPieces(packed));
  const pieces = text.match(new RegExp(`.{1,${pieceLength}}`, "g")) ?? [];
  return `<div hidden id="${id}">${pieces.map((piece) => `<script type="text/plain">${piece}</script>`).join("")}</div>`;
}

/** A text in pieces, deflated and in base64. Raw deflate has no header, so the same text gives the same bytes. */
async function deflated(pieces: Iterable<string>): Promise<string> {
  const stream = ReadableStream.from(pieces)
    .pipeThrough(new TextEncoderStream())
    .pipeThrough(new CompressionStream("deflate-raw"));
  return Buffer.from(await new Response(stream).arrayBuffer()).toString("base64");
}

/** So few that V8 does not allocate the text of these elements as a large object. */
const elementsPerPiece = 200;

/** The text of `JSON.stringify` for an object of long arrays, in pieces: a whole text would be in memory twice, as text and as bytes. */
export function* jsonPieces(columns: Readonly<Record<string, unknown>>): Generator<string> {
  let before = "{";
  for (const [name, column] of Object.entries(columns)) {
    yield `${before}${JSON.stringify(name)}:`;
    if (Array.isArray(column)) yield* arrayPieces(column);
    else yield JSON.stringify(column);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function* arrayPieces(elements: readonly unknown[]): Generator<string> {
  let before = "[";
  for (let from = 0; from < elements.length; from += elementsPerPiece) {
    yield before + JSON.stringify(elements.slice(from, from + elementsPerPiece)).slice(1, -1);
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
