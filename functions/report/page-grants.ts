import { type Markup, markup } from "./markup.ts";
import { type Page, sectionMarkup, tableHead } from "./page.ts";
import { grantHeadings, grantRow, type PlacedRow } from "./page-grant-row.ts";
import type { RowGroup } from "./phrases.ts";
import type { Language, ReportRow } from "./review-view.ts";
import { localText } from "./scope-text.ts";
import { isUnremoved, type PlanStop, type Standing, standingOf } from "./standing.ts";

/** The rows worth showing, by role and holder, those apart that should be gone and are not. */
export type PlacedRows = { unremoved: PlacedRow[]; others: PlacedRow[] };

const sortKeyOf = ({ grant }: ReportRow, language: Language): [string, string] => [
  localText(grant.role.name, language) ?? grant.role.id,
  grant.holder.name ?? grant.holder.id,
];

/** Places every row that has a finding, an item or an outcome. */
export function placeRows(rows: ReportRow[], planStop: PlanStop | null, language: Language): PlacedRows {
  const collator = new Intl.Collator(language, { numeric: true });
  const keyed = rows
    .filter(({ findings, item, outcome }) => findings.length > 0 || item || outcome)
    .map((row) => ({ key: sortKeyOf(row, language), row: { ...row, standing: standingOf(row, planStop) } }));
  keyed.sort((a, b) => collator.compare(a.key[0], b.key[0]) || collator.compare(a.key[1], b.key[1]));
  const placed = keyed.map(({ row }) => row);
  return {
    unremoved: placed.filter((row) => isUnremoved(row.standing)),
    others: placed.filter((row) => !isUnremoved(row.standing)),
  };
}

const groupOf = (standing: Standing): RowGroup => {
  if (standing.kind === "outcome") return standing.outcome === "changed" ? "changed" : "removed";
  return standing.kind === "pending" ? "waiting" : standing.kind;
};

const groupBody = (page: Page, group: RowGroup, rows: PlacedRow[]): Markup => {
  const headings = grantHeadings(page);
  const heading = markup`${page.phrases.groups[group]} <span class="small">${page.amount(rows.length)}</span>`;
  return markup`<tbody><tr class="group"><th colspan="${headings.length}" scope="rowgroup">${heading}</th></tr>
${rows.map((row) => grantRow(page, headings, row))}</tbody>`;
};

const grantsTable = (page: Page, bodies: Markup[]): Markup =>
  markup`<div class="wide"><table class="grants">${tableHead(grantHeadings(page))}${bodies}</table></div>`;

/** What could not be removed: it stands apart, for it needs a person. */
export function unremovedMarkup(page: Page, rows: PlacedRow[]): Markup {
  const { sections, sentences } = page.phrases;
  const headings = grantHeadings(page);
  const body = markup`<tbody>${rows.map((row) => grantRow(page, headings, row))}</tbody>`;
  const shown = rows.length > 0 ? grantsTable(page, [body]) : markup`<p>${sentences.nothingUnremoved}</p>`;
  return sectionMarkup("unremoved", sections.unremoved, [shown]);
}

/** All other grants that something was said of, grouped by what becomes of them, and how many nobody asked for. */
export function grantsMarkup(page: Page, { unremoved, others }: PlacedRows): Markup {
  const { phrases, amount, view } = page;
  const rowsByGroup = Map.groupBy(others, (row) => groupOf(row.standing));
  const bodies = (Object.keys(phrases.groups) as RowGroup[])
    .filter((group) => rowsByGroup.has(group))
    .map((group) => groupBody(page, group, rowsByGroup.get(group) ?? []));
  const { grants } = view.snapshot.population;
  const silent = Math.max(0, grants - unremoved.length - others.length);
  return sectionMarkup("grants", phrases.sections.grants, [
    bodies.length > 0 ? grantsTable(page, bodies) : markup``,
    markup`<p>${phrases.sentences.nothingAsked(amount(silent), amount(grants))}</p>`,
  ]);
}
