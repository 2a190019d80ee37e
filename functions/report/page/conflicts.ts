import type { Grant } from "../../review/grants/grant.ts";
import type { ConflictBasis } from "../../review/grants/snapshot.ts";
import { type ConflictingGrant, isConflictRule } from "../../review/rules/conflicts.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { suppressionText } from "../words/detail-text.ts";
import { localText } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup } from "./markup.ts";
import { dayMarkup, type PageLanguage, sectionMarkup } from "./page.ts";

/**
 * A grant of a person who holds too much. `settled`: why it asks nobody any more, null while it asks; left out where these
 * rows do not tell, as the grant is of another source or another reviewer's.
 */
export type ConflictPart = Pick<ConflictingGrant, "source" | "grantId" | "role" | "since"> & {
  settled?: Finding["suppressedBy"];
};

/** What one person holds together against one conflict. `more`: grants of it that the findings do not name. */
export type ConflictCase = {
  rule: string;
  reason: Finding["reason"];
  holder: { id: string; name: string | null };
  parts: ConflictPart[];
  more: number;
};

/** A row with what is said of its grant, as both the page's list and the desk have it. */
export type ConflictRow = {
  grant: Pick<Grant, "id" | "role" | "grantedAt" | "firstSeenAt"> & { holder: { id: string; name: string | null } };
  findings: readonly Pick<Finding, "rule" | "reason" | "suppressedBy" | "conflict">[];
};

/** The conflicts among the rows of a source, each person of each conflict once, in the order of the rows. */
export function conflictCases(rows: Iterable<ConflictRow>, source: string): ConflictCase[] {
  const cases = new Map<string, ConflictCase & { byGrant: Map<string, ConflictPart> }>();
  for (const { grant, findings } of rows) {
    for (const { rule, reason, suppressedBy, conflict } of findings) {
      if (!conflict || !isConflictRule(rule)) continue;
      const { id, name } = grant.holder;
      const key = `${rule}\n${id}`;
      const own = cases.get(key) ?? { rule, reason, holder: { id, name }, parts: [], more: 0, byGrant: new Map() };
      cases.set(key, own);
      const since = grant.grantedAt ?? grant.firstSeenAt;
      own.byGrant.set(`${source}/${grant.id}`, {
        source,
        grantId: grant.id,
        role: grant.role,
        since,
        settled: suppressedBy,
      });
      for (const { source: of, grantId, role, since: from } of conflict.with) {
        const other = `${of}/${grantId}`;
        if (!own.byGrant.has(other)) own.byGrant.set(other, { source: of, grantId, role, since: from });
      }
      own.more = Math.max(own.more, conflict.all - conflict.with.length);
    }
  }
  return [...cases.values()].map(({ byGrant, ...each }) => ({ ...each, parts: [...byGrant.values()] }));
}

const shownCases = 500;

/**
 * Who holds roles that nobody must hold together: person, roles, since when, and what was decided; nothing where nobody does.
 * What is not known of another source is said all the same.
 */
export function conflictsMarkup(
  page: PageLanguage,
  cases: readonly ConflictCase[],
  { against, unread }: ConflictBasis = { against: [], unread: [] },
): Markup {
  if (cases.length === 0 && unread.length === 0) return markup``;
  const { conflicts: words, labels } = page.phrases;
  const shown = cases.slice(0, shownCases);
  const more = cases.length - shown.length;
  const headings = [labels.holder, labels.reason, words.roles, words.since, words.decided];
  const body = [
    markup`<p>${words.what}</p>`,
    ...(unread.length > 0
      ? [markup`<p class="notice">${words.unread(unread.join(page.phrases.listSeparator))}</p>`]
      : []),
    ...against.map(
      ({ source, review, takenAt }) =>
        markup`<p class="small">${words.against(source, review, page.moments.text(takenAt))}</p>`,
    ),
    ...(shown.length > 0
      ? [
          tableMarkup(
            headings,
            shown.map((each) => cellsOf(page, each)),
          ),
        ]
      : []),
    ...(more > 0 ? [markup`<p>${words.more(page.amount(more))}</p>`] : []),
  ];
  return sectionMarkup(page, "conflicts", { heading: words.heading, body });
}

function cellsOf(page: PageLanguage, { rule, reason, holder, parts, more }: ConflictCase): Markup[] {
  const { conflicts: words } = page.phrases;
  const rest = more > 0 ? markup`<div class="small">${words.moreRoles(page.amount(more))}</div>` : null;
  return [
    markup`<strong>${nameMarkup(holder.name ?? holder.id)}</strong><div class="small">${codeMarkup(holder.id)}</div>`,
    markup`${reason[page.language]}<div class="small">${codeMarkup(rule)}</div>`,
    markup`${parts.map((part) => line(roleMarkup(page, part)))}${rest}`,
    markup`${parts.map(({ since }) => line(dayMarkup(page, since)))}`,
    markup`${parts.map((part) => line(decidedMarkup(page, part)))}`,
  ];
}

function line(text: Markup): Markup {
  return markup`<div>${text}</div>`;
}

function roleMarkup({ language }: PageLanguage, { role, source }: ConflictPart): Markup {
  const name = localText(role.name, language) ?? role.code ?? role.id;
  return markup`${nameMarkup(name)} <span class="small">${source}</span>`;
}

function decidedMarkup({ phrases }: PageLanguage, { settled }: ConflictPart): Markup {
  const { conflicts: words } = phrases;
  if (settled === undefined) return markup`<span class="small">${words.elsewhere}</span>`;
  return settled === null ? badgeMarkup("wait", words.open) : markup`${suppressionText(settled, phrases)}`;
}
