import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, termsMarkup } from "../../report/page/markup.ts";
import type { Language } from "../../report/review-view.ts";
import { suppressionText } from "../../report/words/detail-text.ts";
import { createMoments, type Moments } from "../../report/words/moments.ts";
import { peersText, togetherText } from "../../report/words/row-words.ts";
import {
  keepText,
  localText,
  type Phrases,
  phraseFor,
  phrasesOf,
  scopeTexts,
  statusTones,
} from "../../report/words/words.ts";
import type { LocalText } from "../../review/grants/grant.ts";
import type { DeskRow, Effect, KeepChoices } from "../model.ts";
import { rowEn } from "./words/row-en.ts";
import { rowZh } from "./words/row-zh.ts";

/** What rows are written with, on the server and in the page's script alike. */
export type RowPage = {
  language: Language;
  words: typeof rowEn;
  phrases: Phrases;
  moments: Moments;
  /** Whether each row comes marked as it is suggested. */
  isMarked: boolean;
};

/** The words of rows in that language; instants are shown in that time zone. */
export function rowPageIn(language: Language, timezone: string, isMarked = false): RowPage {
  const words = language === "zh" ? rowZh : rowEn;
  return { language, words, phrases: phrasesOf(language), moments: createMoments(timezone), isMarked };
}

/** A text of a source in the reader's language, or its id. */
export function nameIn(text: LocalText, { language }: Pick<RowPage, "language">, id: string): string {
  return localText(text, language) ?? id;
}

/** The days until which a grant may be kept, each once, with what to say of it. */
export function keepDaysOf({ months, longest }: KeepChoices, { words }: RowPage): { day: string; text: string }[] {
  const { fields } = words;
  const days = months.map((each) => ({ day: each.until, text: fields.untilDay(each.months, each.until) }));
  return days.some(({ day }) => day === longest) ? days : [...days, { day: longest, text: fields.longest(longest) }];
}

/** How the holder of a row is called. */
export function holderNameIn({ holder }: Pick<DeskRow, "holder">): string {
  return holder.name ?? holder.id;
}

/** Sentences as one line. */
const dotted = (pieces: (Markup | string)[]): Markup =>
  markup`${pieces.map((piece, at) => (at === 0 ? markup`${piece}` : markup` · ${piece}`))}`;

function smallMarkup(text: Markup | string): Markup {
  return markup`<p class="small">${text}</p>`;
}

function whoMarkup({ holder }: DeskRow, { words }: RowPage): Markup {
  const { status, members, departmentName, departmentId, lastDay } = holder;
  const badges = [
    ...(status === "active" ? [] : [badgeMarkup(statusTones[status], words.status[status])]),
    ...(members ? [badgeMarkup("quiet", words.group(String(members.count)))] : []),
  ];
  const place = departmentName ?? departmentId;
  const beside = [...(place ? [nameMarkup(place)] : []), ...(lastDay ? [words.lastDay(lastDay)] : [])];
  return markup`<h3>${nameMarkup(holder.name ?? holder.id)}</h3> ${badges} <span class="small">${dotted(beside)}</span>`;
}

function roleMarkup(row: DeskRow, page: RowPage): Markup {
  const { words, moments, phrases } = page;
  const { role, scopes, grantedAt, firstSeenAt } = row;
  const lets = localText(role.description, page.language);
  const places = scopeTexts(scopes, phrases);
  const where =
    scopes === null
      ? words.everywhere
      : places.length > 0
        ? `${words.where}${words.colon}${places.join(words.alternatives)}`
        : null;
  const since = grantedAt ? words.since(moments.day(grantedAt)) : words.seenSince(moments.day(firstSeenAt));
  return markup`<p class="role"><strong>${nameMarkup(nameIn(role.name, page, role.id))}</strong>${lets ? markup` <span class="lets">${lets}</span>` : null}</p>
<p class="small where">${dotted([...(where ? [where] : []), since])}</p>`;
}

function whyMarkup(row: DeskRow, page: RowPage): Markup {
  const { words, phrases, language } = page;
  const reasons = row.reasons.map((why) => {
    const { reason, rule, settled, conflict } = why;
    const leaves = keepText(why, phrases);
    const together = conflict ? `${words.colon}${togetherText(conflict, page)}` : "";
    const text = `${reason[language] || rule}${leaves ? `${words.clause}${leaves}` : ""}${together}`;
    return settled
      ? markup`${text} <span class="small">(${suppressionText(settled, phrases)})</span>`
      : markup`${text}`;
  });
  const asked =
    reasons.length > 0 ? reasons.map((reason, at) => markup`${at > 0 ? words.clause : ""}${reason}`) : words.noReason;
  const moved = row.movedFrom && words.movedFrom(row.movedFrom.name ?? row.movedFrom.id);
  return markup`<p class="asked"><span class="unseen">${words.why}${words.colon}</span>${asked}${moved ? markup`${words.clause}${moved}` : null}</p>${suggestionMarkup(row, page)}`;
}

/** What a rule suggests. The ground stands beside it, unless it is the one reason that the row says already. */
function suggestionMarkup({ suggestion, reasons }: DeskRow, { words, language }: RowPage): Markup | null {
  if (!suggestion) return null;
  const { decision, reason, rule } = suggestion;
  const isSaid = reasons.length === 1 && reasons[0]!.rule === rule;
  const ground = isSaid ? "" : `${words.colon}${reason[language] || rule}`;
  return markup`<p class="suggested ${decision}">${words.suggested[decision]}${ground}</p>`;
}

function beforeMarkup(row: DeskRow, page: RowPage): Markup {
  const { words, moments } = page;
  const { last, peers, insteadOf, holder } = row;
  const said =
    last &&
    `${words.lastTime(words.lastDid[last.decision], last.by, moments.day(last.decidedAt))}${last.reason ? `${words.clause}${words.reasonIs}${words.colon}${last.reason}` : ""}${last.fault ? `（${words.notCounted}）` : ""}`;
  const { list } = page.phrases;
  const beside = peers && peersText(peers, holder.departmentName, { list, amount: String });
  const names =
    peers && peers.names.length > 0 ? `${words.clause}${words.alsoYours(peers.names.join(words.separator))}` : "";
  const instead =
    insteadOf &&
    `${words.insteadOf[insteadOf.because](insteadOf.name ?? insteadOf.id)}${insteadOf.reason ? `${words.colon}${insteadOf.reason}` : ""}`;
  return markup`${instead ? smallMarkup(instead) : null}${said ? smallMarkup(said) : null}${beside ? smallMarkup(`${beside}${names}`) : null}`;
}

function moreMarkup(row: DeskRow, page: RowPage): Markup {
  const { words } = page;
  const { holder, role, reasons, grantId } = row;
  const { facts } = words;
  const members = holder.members;
  const listed = members?.first.map(({ id, name, status }) => `${name ?? id} (${words.status[status]})`) ?? [];
  const more =
    members && members.count > listed.length ? ` ${words.moreMembers(String(members.count - listed.length))}` : "";
  const terms: [string, Markup][] = [
    [facts.person, codeMarkup(holder.id)],
    ...(holder.lastActiveAt
      ? [[page.phrases.list.facts.lastActive, markup`${page.moments.day(holder.lastActiveAt)}`] as [string, Markup]]
      : []),
    ...(holder.email ? [[facts.email, markup`${holder.email}`] as [string, Markup]] : []),
    ...(members ? [[facts.members, markup`${listed.join(words.separator)}${more}`] as [string, Markup]] : []),
    [facts.role, codeMarkup(role.code ?? role.id)],
    ...(reasons.length > 0
      ? [[facts.rule, markup`${reasons.map(({ rule }) => rule).join(words.separator)}`] as [string, Markup]]
      : []),
    [facts.grant, codeMarkup(grantId)],
  ];
  return markup`<details class="more"><summary>${words.details}</summary>${beforeMarkup(row, page)}${termsMarkup(terms)}</details>`;
}

/** Where the grant stands now. */
function stateText({ standing, removedFrom }: DeskRow, { words, moments }: RowPage): string {
  const from = removedFrom ? `${words.separator}${words.standing.from(moments.day(removedFrom))}` : "";
  switch (standing.kind) {
    case "outcome":
      return words.outcome[standing.outcome];
    case "held":
      return words.heldBy[standing.by];
    case "pending":
      if (standing.isNarrowed) return `${words.standing.narrowed}${from}`;
      return standing.ifUndecided ? words.standing.undecided : `${words.standing.pending}${from}`;
    case "kept":
      return words.standing.kept;
    default:
      return standing satisfies never;
  }
}

/** What a decision will do, or why it cannot work; null where it does what it says. */
function effectText({ code, figures }: Effect, { words, phrases, moments }: RowPage): string | null {
  const { effects } = words;
  switch (code) {
    case "after-notice":
      return effects[code](moments.day(String(figures.notBefore)));
    case "recorded-only":
      return figures.why === "report-mode" ? effects["report-mode"] : effects["no-rule"];
    case "held":
      return effects.held(words.heldWhy[String(figures.by)] ?? phraseFor(phrases.heldBy, String(figures.by)));
    case "kept":
      return null;
    default:
      return effects[code as keyof Omit<typeof effects, "after-notice" | "held">];
  }
}

const barring: ReadonlySet<string> = new Set(["own", "gone", "closed"]);

/** Whether nothing can be decided on a row, whatever one would decide. */
export function isBarred({ effects }: Pick<DeskRow, "effects">): boolean {
  return barring.has(effects.keep.code);
}

const choices = ["keep", "revoke", "reassign"] as const;

function decideMarkup(row: DeskRow, page: RowPage): Markup {
  const { words } = page;
  const { grantId, effects } = row;
  if (isBarred(row)) return markup`<p class="cannot">${effectText(effects.keep, page)}</p>`;
  const isChosen = (value: string): Markup | null =>
    page.isMarked && row.asksForDecision && row.decision === null && row.suggestion?.decision === value
      ? markup` checked`
      : null;
  const button = (value: string, tone: string, text: string, isOff = false): Markup =>
    markup`<label class="${tone}"><input type="radio" name="decision.${grantId}" value="${value}"${isChosen(value)}${isOff ? markup` disabled` : null}><span>${text}</span></label>`;
  const said = choices.flatMap((choice) => {
    const text = effectText(effects[choice], page);
    return text ? [markup`<p class="effect ${effects[choice].works ? `when-${choice}` : "cannot"}">${text}</p>`] : [];
  });
  const isOff = !effects.reassign.works;
  return markup`<fieldset><legend class="unseen">${words.choose(holderNameIn(row), nameIn(row.role.name, page, row.role.id))}</legend><div class="choices">${button("keep", "keep", words.act.keep)}${button("revoke", "revoke", words.act.revoke)}${button("reassign", "other", words.act.reassign, isOff)}${button("", "other", words.act.unsure)}</div></fieldset>
<input type="hidden" name="seen.${grantId}" value="${row.seen}">${said}<p class="effect when-unsure">${words.unsure}</p>`;
}

function answerMarkup({ decision }: DeskRow, { words, moments }: RowPage): Markup | null {
  if (!decision) return null;
  const { until, reason, isMine, by } = decision;
  const did =
    decision.decision === "keep" ? words.decided.keep(moments.lastDay(until ?? "")) : words.decided[decision.decision];
  const who = isMine ? words.yours : words.by(by);
  return markup`<p class="answer"><strong>${who}${words.colon}${did}</strong>${reason ? markup` <span class="small">${words.reasonIs}${words.colon}${reason}</span>` : null} <span class="small">${words.changeable}</span></p>`;
}

/** One grant to decide on: who, what, why, and the choices as a part of a form. */
export function grantRow(row: DeskRow, page: RowPage): Markup {
  const { words } = page;
  const doing = row.decision ? " decided" : "";
  return markup`<li class="ask${doing}" id="g-${row.grantId}" data-suggested="${row.suggestion?.decision ?? ""}"><div class="what">${whoMarkup(row, page)}${roleMarkup(row, page)}</div>
<div class="judge"><div class="why">${whyMarkup(row, page)}</div>
<div class="decide"><p class="state">${words.now}${words.colon}${stateText(row, page)}</p>${answerMarkup(row, page)}${decideMarkup(row, page)}</div></div>${moreMarkup(row, page)}</li>
`;
}
