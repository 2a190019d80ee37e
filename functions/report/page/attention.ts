import { type Deciding, decidingOf } from "../deciding.ts";
import type { ReviewView, RoleToRetire } from "../review-view.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { isUnremoved, type PlanStop, standingOf } from "../rows/standing.ts";
import { localText, type Tone } from "../words/words.ts";
import { approvalMarkup } from "./brake.ts";
import { type ConflictCase, conflictCases, conflictsMarkup } from "./conflicts.ts";
import { grantTableMarkup, outcomeNotes } from "./grant-table.ts";
import { badgeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { type PagePhrases, type ReportPage, sectionMarkup } from "./page.ts";

/** How many holders the source that says who people are knows, and the first of those it does not know; nothing where no source says so. */
function unknownPeopleMarkup(page: ReportPage): Markup {
  const { people, onlyFor } = page.view;
  if (!people || onlyFor) return markup``;
  const { amount, moments } = page;
  const { people: words } = page.phrases;
  const { authority, why, holders, listed } = people;
  const told = authority
    ? [
        words.knownBy(authority.source, authority.review, moments.text(authority.takenAt)),
        words.counts(amount(holders.known), amount(holders.unknown), amount(holders.ambiguous)),
      ]
    : [words.nobody[why ?? "no-people-yet"]];
  const rows = listed.map(({ holderId, why: because }) => [
    markup`<code>${holderId}</code>`,
    textMarkup(words.why[because]),
  ]);
  const table = rows.length > 0 ? [tableMarkup([words.holder, words.reason], rows)] : [];
  const list =
    rows.length > 0
      ? [markup`<details><summary>${words.listed(amount(listed.length))}</summary>${table}</details>`]
      : [];
  const body = [...told.map((sentence) => markup`<p>${sentence}</p>`), ...list];
  return sectionMarkup(page, "people", { heading: words.heading, body });
}

/** The grants that call for a person. */
export type CallsForPerson = {
  deciding: Deciding<ListedGrant> | null;
  unremoved: ListedGrant[];
  conflicts: ConflictCase[];
};

/** Computed once for both languages: each iteration of the notable rows unpacks them all. */
export function callsForPerson(view: ReviewView, notable: Iterable<ListedGrant>): CallsForPerson {
  return {
    deciding: decidingOf(view, notable),
    unremoved: unremovedRows(notable, view.planStop),
    conflicts: view.policy.conflicts ? conflictCases(notable, view.snapshot.source) : [],
  };
}

/** Every part of the report that calls for a person: the approval, decisions and their bad files, removals that failed, roles to retire, holders whom nobody knows. */
export function attentionMarkup(page: ReportPage, { deciding, unremoved, conflicts }: CallsForPerson): Markup {
  return markup`${page.view.onlyFor ? null : approvalMarkup(page)}${badDecisionsMarkup(page)}${decidingMarkup(page, deciding)}${unremovedMarkup(page, unremoved)}${conflictsMarkup(page, conflicts, page.view.conflictBasis ?? undefined)}${retiredMarkup(page)}${unknownPeopleMarkup(page)}`;
}

function decidingTexts({ phrases, amount, moments }: ReportPage, deciding: Deciding<unknown>): string[] {
  const { isOpen, undecided, keptUndecided, untilAt } = deciding;
  const { deciding: words } = phrases;
  const at = moments.text(untilAt);
  return [
    isOpen ? words.until(at) : words.over(at),
    undecided > 0 ? words.undecided(amount(undecided)) : words.allDecided,
    ...(keptUndecided > 0 ? [words.kept(amount(keptUndecided))] : []),
  ];
}

function expiringMarkup(page: ReportPage, { expiring, untilAt, mode }: Deciding<ListedGrant>): Markup[] {
  if (expiring.length === 0) return [];
  const { amount, moments, phrases } = page;
  const { deciding: words } = phrases;
  const count = amount(expiring.length);
  const notice = mode === "report" ? words.wouldExpire(count) : words.expires(count, moments.text(untilAt));
  return [markup`<p class="notice">${notice}</p>`, ...grantTableMarkup(page, expiring)];
}

/** Until when reviewers can decide, how many grants are undecided, and which grants expire if nobody decides; nothing where the review waits for nobody. */
function decidingMarkup(page: ReportPage, deciding: Deciding<ListedGrant> | null): Markup {
  if (deciding === null) return markup``;
  const sentences = decidingTexts(page, deciding).map((sentence) => markup`<p>${sentence}</p>`);
  // Once the time to decide is over, these grants are due like any other item, or were due when the review was sealed.
  const expiring = deciding.isOpen ? expiringMarkup(page, deciding) : [];
  return sectionMarkup(page, "deciding", {
    heading: page.phrases.deciding.heading,
    body: [...sentences, ...expiring],
  });
}

/** The files of decisions that could not be understood, each with its faults; nothing where there are none, or where the report is one reviewer's alone. */
function badDecisionsMarkup(page: ReportPage): Markup {
  const { badDecisionFiles = [], onlyFor } = page.view;
  if (badDecisionFiles.length === 0 || onlyFor) return markup``;
  const { deciding: words } = page.phrases;
  const files = badDecisionFiles.map(({ file, fault }) => markup`<li><bdi>${file}</bdi>: <bdi>${fault}</bdi></li>`);
  const body = [markup`<p class="notice grave">${words.badFiles}</p>`, markup`<ul>${files}</ul>`];
  return sectionMarkup(page, "bad-decisions", { heading: words.badFilesHeading, body });
}

/** The rows of grants that should be gone and are not. */
function unremovedRows(rows: Iterable<ListedGrant>, planStop: PlanStop | null): ListedGrant[] {
  return Iterator.from(rows)
    .filter((row) => isUnremoved(standingOf(row, planStop)))
    .toArray();
}

/** Grants that could not be removed stand apart, as they need a person; nothing where every removal is proven. */
function unremovedMarkup(page: ReportPage, rows: ListedGrant[]): Markup {
  if (rows.length === 0) return markup``;
  const { unremoved: heading } = page.phrases.sections;
  return sectionMarkup(page, "unremoved", { heading, body: grantTableMarkup(page, rows) });
}

type RetirementState = keyof PagePhrases["retirements"];

function stateOf({ outcome, members, removed }: RoleToRetire, isSealed: boolean): RetirementState {
  if (outcome) return outcome.outcome;
  if (!isSealed) return "open";
  return removed < members ? "inhabited" : "undeleted";
}

const retirementTones: Record<RetirementState, Tone> = {
  deleted: "good",
  "already-gone": "good",
  refused: "wait",
  failed: "bad",
  open: "wait",
  inhabited: "wait",
  undeleted: "wait",
};

function retiredCells(page: ReportPage, each: RoleToRetire): Markup[] {
  const { phrases, amount, language, view } = page;
  const { role, outcome, members, removed } = each;
  const state = stateOf(each, view.sealed !== null);
  return [
    markup`<strong>${nameMarkup(localText(role.name, language) ?? role.id)}</strong><div class="small"><code>${role.id}</code></div>`,
    textMarkup(phrases.sentences.membersRemoved(amount(removed), amount(members))),
    markup`${badgeMarkup(retirementTones[state], phrases.retirements[state])}${outcome ? outcomeNotes(page, outcome) : markup``}`,
  ];
}

/** The roles that were to be emptied and deleted, and what became of each; nothing where there are none. */
function retiredMarkup(page: ReportPage): Markup {
  const { labels, sections } = page.phrases;
  const { rolesToRetire = [] } = page.view;
  if (rolesToRetire.length === 0) return markup``;
  const rows = rolesToRetire.map((each) => retiredCells(page, each));
  const table = tableMarkup([labels.role, labels.membersRemoved, labels.standing], rows);
  return sectionMarkup(page, "retired", { heading: sections.retired, body: [table] });
}
