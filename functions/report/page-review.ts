import { type Markup, markup, nameMarkup } from "./markup.ts";
import { type Page, sectionMarkup, tableMarkup, termsMarkup, textMarkup } from "./page.ts";

const codeMarkup = (text: string): Markup => markup`<code>${text}</code>`;

/** Which review this is: source, origin, when, in which mode, open or sealed; and a loud word if it cannot be relied on. */
export function headerMarkup({ view, phrases, moments }: Page): Markup {
  const { labels, sentences } = phrases;
  const { snapshot } = view;
  const notices = [
    snapshot.complete ? null : markup`<p class="notice grave">${sentences.incomplete}</p>`,
    view.mode === "report" ? markup`<p class="notice">${sentences.reportMode}</p>` : null,
  ];
  const terms = termsMarkup([
    [labels.provider, textMarkup(snapshot.provider)],
    [labels.origin, textMarkup(`${snapshot.origin.host} · ${snapshot.origin.account}`)],
    [labels.review, codeMarkup(snapshot.review)],
    [labels.takenAt, moments.markup(snapshot.takenAt)],
    [labels.timezone, textMarkup(view.policy.timezone)],
    [labels.mode, textMarkup(phrases.modes[view.mode])],
    [labels.state, textMarkup(view.sealed ? sentences.sealedAt(moments.text(view.sealed.sealedAt)) : sentences.open)],
  ]);
  return markup`<header><h1>${phrases.title} <bdi>${snapshot.source}</bdi></h1>${terms}
${notices}</header>\n`;
}

/** What the previous review took away, and how the source changed since. */
export function previousMarkup({ view, phrases, moments, amount }: Page): Markup {
  const { labels, sections, sentences } = phrases;
  const { previousReview, removedByPrevious, appeared, vanished } = view.changesSincePrevious;
  if (previousReview === null)
    return sectionMarkup("previous", sections.previous, [markup`<p>${sentences.firstReview}</p>`]);
  const said = markup`<p>${sentences.previousRemoved(previousReview, amount(removedByPrevious.length))}</p>
<p>${sentences.previousChanges(amount(appeared), amount(vanished))}</p>`;
  const rows = removedByPrevious.map(({ grantId, holderName, roleName, at }) => [
    nameMarkup(holderName ?? phrases.notKnown),
    nameMarkup(roleName ?? phrases.notKnown),
    moments.markup(at),
    codeMarkup(grantId),
  ]);
  const table = tableMarkup([labels.holder, labels.role, labels.removedAt, labels.grantId], rows);
  return sectionMarkup("previous", sections.previous, rows.length > 0 ? [said, table] : [said]);
}

/** The hashes and names by which an auditor finds what this report rests on. */
export function auditorMarkup({ view, phrases }: Page): Markup {
  const { labels, sections, sentences } = phrases;
  const { plan, snapshot } = view;
  const terms = termsMarkup([
    [labels.review, codeMarkup(snapshot.review)],
    [labels.assessment, codeMarkup(plan.assessment)],
    [labels.planHash, codeMarkup(plan.planHash)],
    [labels.snapshotHash, codeMarkup(plan.snapshotSha256)],
    [labels.policyHash, codeMarkup(plan.policySha256)],
    [labels.decisionsHash, codeMarkup(plan.decisionsSha256)],
    [labels.listing, textMarkup(`${snapshot.listing.way}${phrases.colon}${snapshot.listing.why}`)],
    [labels.toolVersion, textMarkup(snapshot.toolVersion)],
  ]);
  return sectionMarkup("auditor", sections.auditor, [markup`<p>${sentences.auditor}</p>`, terms]);
}
