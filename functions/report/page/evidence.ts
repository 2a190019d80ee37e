import type { Fate } from "../../review/proof/balance.ts";
import { checkDetail } from "../words/detail-text.ts";
import { localText, phraseFor } from "../words/words.ts";
import { betweenMarkup } from "./between.ts";
import { brakeMarkup } from "./brake.ts";
import { leaversSection } from "./leavers.ts";
import {
  badgeMarkup,
  codeMarkup,
  type Markup,
  markup,
  nameMarkup,
  tableMarkup,
  termsMarkup,
  textMarkup,
} from "./markup.ts";
import type { WordsByRule } from "./overview.ts";
import { foldedMarkup, momentMarkup, type ReportPage, sectionMarkup } from "./page.ts";

function rulesMarkup(page: ReportPage, wordsByRule: WordsByRule): Markup {
  const { view, phrases, amount, language } = page;
  const { labels, effects, sections } = phrases;
  const countByRule = new Map(Object.entries(view.summary.findingsByRule));
  const lines = [...wordsByRule].map(([rule, words]) => [
    codeMarkup(rule),
    textMarkup(words ? effects[words.then] : ""),
    textMarkup(words ? words.reason[language] : ""),
    textMarkup(amount(countByRule.get(rule) ?? 0)),
  ]);
  const table = tableMarkup([labels.rule, labels.effect, labels.reason, labels.count], lines);
  const gist = markup`<span class="small">${amount(lines.length)}</span>`;
  return foldedMarkup(page, "rules", { heading: sections.findings, gist, body: [table] });
}

function checksMarkup(page: ReportPage): Markup {
  const { labels, sections, sentences, checks: provenBy } = page.phrases;
  const { checks, complete } = page.view.snapshot;
  const rows = checks.map((check) => [
    markup`${phraseFor(provenBy, check.name)}<div class="small"><code>${check.name}</code></div>`,
    check.passed ? badgeMarkup("good", labels.passed) : badgeMarkup("bad", labels.failed),
    textMarkup(checkDetail(check, page.phrases)),
  ]);
  const passed = checks.filter((check) => check.passed).length;
  const gist = badgeMarkup(
    complete ? "good" : "bad",
    sentences.checksPassed(page.amount(passed), page.amount(checks.length)),
  );
  const table = tableMarkup([labels.check, labels.result, labels.detail], rows);
  return foldedMarkup(page, "checks", { heading: sections.checks, gist, body: [table] });
}

function balanceMarkup(page: ReportPage): Markup {
  const { view, phrases, amount } = page;
  const { labels, sections, sentences, fates } = phrases;
  if (!view.sealed) {
    const gist = badgeMarkup("quiet", sentences.open);
    const body = [markup`<p>${sentences.notSealed}</p>`];
    return foldedMarkup(page, "balance", { heading: sections.balance, gist, body });
  }
  const { population, balanced, ...counts } = view.sealed.balance;
  const verdict = balanced
    ? badgeMarkup("good", sentences.balanced(amount(population)))
    : badgeMarkup("bad", sentences.unbalanced);
  const rows = (Object.keys(fates) as Fate[]).map((fate) => [
    textMarkup(fates[fate]),
    // Evidence that an earlier version sealed says nothing of narrowing.
    textMarkup(amount(counts[fate] ?? 0)),
  ]);
  const table = tableMarkup([labels.standing, labels.count], rows);
  return foldedMarkup(page, "balance", { heading: sections.balance, gist: verdict, body: [table] });
}

function previousMarkup(page: ReportPage): Markup {
  const { view, phrases, amount, language } = page;
  const { labels, sections, sentences } = phrases;
  const { previousReview, removedByPrevious, appeared, vanished } = view.changesSincePrevious;
  const gist = markup`<span class="small">${amount(removedByPrevious.length)}</span>`;
  const folded = (body: Markup[]) => foldedMarkup(page, "previous", { heading: sections.previous, gist, body });
  if (previousReview === null) return folded([markup`<p>${sentences.firstReview}</p>`]);
  const said = markup`<p>${sentences.previousRemoved(previousReview, amount(removedByPrevious.length))}</p>
<p>${sentences.previousChanges(amount(appeared), amount(vanished))}</p>`;
  const rows = removedByPrevious.map(({ grantId, holderName, roleName, at }) => [
    nameMarkup(holderName ?? phrases.notKnown),
    nameMarkup((roleName && localText(roleName, language)) ?? phrases.notKnown),
    momentMarkup(page, at),
    codeMarkup(grantId),
  ]);
  const table = tableMarkup([labels.holder, labels.role, labels.removedAt, labels.grantId], rows);
  return folded(rows.length > 0 ? [said, table] : [said]);
}

function auditorMarkup(page: ReportPage): Markup {
  const { labels, sections, sentences, colon } = page.phrases;
  const { plan, snapshot, policy } = page.view;
  const { way, why, ...listing } = snapshot.listing;
  const terms = termsMarkup([
    [labels.provider, textMarkup(snapshot.provider)],
    [labels.origin, textMarkup(`${snapshot.origin.host} · ${snapshot.origin.account}`)],
    [labels.review, codeMarkup(snapshot.review)],
    [labels.takenAt, momentMarkup(page, snapshot.takenAt)],
    [labels.timezone, textMarkup(policy.timezone)],
    [labels.assessment, codeMarkup(plan.assessment)],
    [labels.planHash, codeMarkup(plan.planHash)],
    [labels.snapshotHash, codeMarkup(plan.snapshotSha256)],
    [labels.policyHash, codeMarkup(plan.policySha256)],
    [labels.decisionsHash, codeMarkup(plan.decisionsSha256)],
    [labels.listing, textMarkup(`${way}${colon}${checkDetail({ detail: why, ...listing }, page.phrases)}`)],
    [labels.toolVersion, textMarkup(snapshot.toolVersion)],
  ]);
  const gist = markup`<code>${plan.planHash.slice(0, 12)}…</code>`;
  return foldedMarkup(page, "auditor", {
    heading: sections.auditor,
    gist,
    body: [markup`<p>${sentences.auditor}</p>`, terms],
  });
}

/** What the report rests on, for an auditor: leavers, what came between, completeness, balance, rules, brake, the previous review, hashes. */
export function evidenceMarkup(page: ReportPage, wordsByRule: WordsByRule): Markup {
  const evidence = sectionMarkup(page, "evidence", {
    heading: page.phrases.sections.evidence,
    body: [
      checksMarkup(page),
      balanceMarkup(page),
      rulesMarkup(page, wordsByRule),
      brakeMarkup(page),
      previousMarkup(page),
      auditorMarkup(page),
    ],
  });
  return markup`${leaversSection(page)}${betweenMarkup(page)}${evidence}`;
}
