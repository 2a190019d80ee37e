import type { ListedGrant } from "../rows/packed-rows.ts";
import { detailText, suppressionText } from "../words/detail-text.ts";
import { historyTexts, memberTexts, peersText, reasonTexts } from "../words/row-words.ts";
import { keepText, localText, type Phrases, phraseFor, scopeTexts } from "../words/words.ts";
import { element, nameElement } from "./element.ts";
import type { ListState } from "./list-state.ts";

type Part = { heading: string; texts: string[] };

function part({ heading, texts }: Part): HTMLElement {
  return element(
    "div",
    {},
    element("h3", {}, heading),
    element(
      "ul",
      {},
      texts.map((text) => element("li", {}, nameElement(text))),
    ),
  );
}

function reasons(row: ListedGrant, { words }: ListState): string[] {
  const { phrases, list } = words;
  const texts = reasonTexts(row, words);
  if (texts.length === 0) return [list.noFinding];
  return row.findings.map((finding, at) => {
    const { rule, then, suppressedBy } = finding;
    const leaves = keepText(finding, phrases);
    const aside = suppressedBy ? ` — ${suppressionText(suppressedBy, phrases)}` : "";
    const kept = leaves ? ` — ${leaves}` : "";
    return `${texts[at]} (${rule}${phrases.listSeparator}${phrases.effects[then]})${kept}${aside}`;
  });
}

function removability({ grant }: ListedGrant, { words }: ListState): string {
  const { facts } = words.list;
  if (!grant.removable) return `${facts.unremovable}${grant.unremovableReason ? `: ${grant.unremovableReason}` : ""}`;
  return grant.restorable ? facts.removable : facts.unrestorable;
}

function insists({ findings }: ListedGrant, { words, settings }: ListState): string[] {
  const rules = new Map(settings.rules.map((rule) => [rule.id, rule]));
  const isInsisted = findings.some(({ rule, then }) => then !== "flag" && rules.get(rule)?.overridable === false);
  return isInsisted ? [words.list.facts.insists] : [];
}

/** For whom a delegate decides; a report that is one reviewer's alone names nobody. */
function delegateText(delegateOf: string | null | undefined, said: Phrases["reviewers"]): string | null {
  if (delegateOf === "") return said.asDelegate;
  return delegateOf ? said.delegateOf(delegateOf) : null;
}

/** Who reviews, by which part of the order, and for whom. */
function reviewerText(
  reviewer: ListedGrant["reviewer"],
  { settings, words }: Pick<ListState, "settings" | "words">,
): string | null {
  const { reviewers: said } = words.phrases;
  if (!reviewer) return settings.isRouted ? said.nobody : null;
  const { id, name, by, delegateOf, handOn } = reviewer;
  const kind = by === "handed-on" && handOn ? null : by && said.kinds[by];
  const giver = handOn && said.handedOnBy(handOn.by.name ?? handOn.by.id);
  const aside = [kind, giver, delegateText(delegateOf, said)].filter(Boolean).join(words.phrases.listSeparator);
  return `${name ?? id}${aside && ` (${aside})`}`;
}

function holderFacts({ grant: { holder }, reviewer }: ListedGrant, { words, rows, settings }: ListState): string[] {
  const { phrases, list } = words;
  const manager =
    holder.managerId &&
    (rows.find(({ grant }) => grant.holder.id === holder.managerId)?.grant.holder.name ?? holder.managerId);
  const labelled: [string, string | null][] = [
    [list.filterBy.status, phrases.holderStatus[holder.status]],
    [phrases.labels.lastDay, holder.lastDay],
    [list.facts.lastActive, holder.lastActiveAt ? words.moments.day(holder.lastActiveAt) : null],
    [list.facts.email, holder.email],
    [list.facts.manager, manager],
    [list.facts.id, holder.id],
    [list.filterBy.reviewer, reviewerText(reviewer, { settings, words })],
  ];
  return labelled.flatMap(([label, value]) => (value ? [`${label}${phrases.colon}${value}`] : []));
}

function roleFacts({ grant: { role } }: ListedGrant, { words }: ListState): string[] {
  return [
    localText(role.description, words.language) ?? words.list.noDescription,
    [role.code, role.kind].filter(Boolean).join(" · ") || role.id,
  ];
}

/** The detail of the outcome or of the hold: what the provider or the plan says beyond the badge. */
function standingDetail({ outcome, item }: ListedGrant, { words }: ListState): string[] {
  const { phrases, moments } = words;
  const { detail, because } = outcome ?? item?.hold ?? {};
  const said = detail ? [detailText({ detail, ...(because ? { because } : {}) }, phrases)] : [];
  return outcome ? [`${phraseFor(phrases.outcomes, outcome.outcome)} ${moments.text(outcome.at)}`, ...said] : said;
}

/** How many of the holder's department, or of the same manager, have the role. */
function beside({ grant: { holder }, peers }: ListedGrant, { words, amount }: ListState): string[] {
  const text = peersText(peers, words.departmentNames.get(holder.departmentId ?? ""), { list: words.list, amount });
  return text ? [text] : [];
}

function members(row: ListedGrant, { words, amount }: ListState): Part[] {
  const { members: group } = row.grant.holder;
  return group ? [{ heading: words.list.members(amount(group.count)), texts: memberTexts(row, words) }] : [];
}

/** Everything that the report says of a grant: reasons, role, scopes by name, holder, members, history, and what becomes of the grant. */
export function rowDetail(row: ListedGrant, state: ListState): HTMLElement {
  const { phrases, list } = state.words;
  const scopes = row.grant.scopes === null ? [phrases.notKnown] : scopeTexts(row.grant.scopes, phrases);
  const parts: Part[] = [
    { heading: list.columns.why, texts: [...reasons(row, state), ...insists(row, state), ...beside(row, state)] },
    { heading: list.roleLets, texts: roleFacts(row, state) },
    { heading: phrases.labels.scopes, texts: scopes },
    { heading: phrases.labels.holder, texts: holderFacts(row, state) },
    ...members(row, state),
    { heading: list.history, texts: historyTexts(row, state.words) },
    {
      heading: phrases.labels.standing,
      texts: [
        ...standingDetail(row, state),
        removability(row, state),
        `${phrases.labels.grantId}${phrases.colon}${row.grant.id}`,
      ],
    },
  ];
  const request = row.outcome?.requestId;
  if (request) parts.at(-1)?.texts.push(`${phraseFor(phrases.labels, "requestId")}${phrases.colon}${request}`);
  return element("div", { class: "detail", role: "cell" }, parts.map(part));
}
