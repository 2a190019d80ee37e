import { isoInstant } from "../../basics/time.ts";
import {
  badgeMarkup,
  codeMarkup,
  type Markup,
  markup,
  nameMarkup,
  tableMarkup,
  termsMarkup,
} from "../../report/page/markup.ts";
import { phraseFor, phrasesOf, type Tone } from "../../report/words/words.ts";
import { instantOfReview } from "../../review/keys.ts";
import type { HeldBack, NarrowedRange, SweepStanding } from "../../review/source-standing.ts";
import type { SourceState } from "../model.ts";
import { hiddenFields, type Writing } from "./frame.ts";

const mostListed = 100;

const tones: Partial<Record<SourceState["state"], Tone>> = {
  incomplete: "bad",
  held: "bad",
  sealed: "good",
  none: "quiet",
};

function actForm(action: string, fields: Record<string, string>, button: Markup, writing: Writing): Markup {
  return markup`<form method="post" action="${writing.basePath}${action}">${hiddenFields(fields, writing)}${button}</form>`;
}

/** The newest sweep: when it began, how far it is, and what it came to. Where the brake holds it, where to approve it. */
function sweepMarkup(sweep: SweepStanding, source: string, { words, moments, amount, basePath }: Writing): Markup {
  const { source: said } = words;
  const { state, population, counts, failedChecks, longestHours } = sweep;
  const path = `${basePath}/reviews/${source}/${sweep.sweep}`;
  const figures = [
    ...(population ? [said.swept(amount(population.holders))] : []),
    ...(counts.items > 0 ? [said.sweptGrants(amount(counts.removed), amount(counts.items))] : []),
    ...(longestHours === null ? [] : [said.longestHours(amount(longestHours))]),
    ...failedChecks.map(({ name, detail }) => said.check(name, detail)),
  ];
  const link =
    state === "held"
      ? markup` <a href="${path}/approve">${said.plan}</a>`
      : markup` <a href="${path}/report">${said.report}</a>`;
  const hasReport = state !== "reading" && state !== "incomplete" && state !== "not-assessed";
  const began = moments.text(isoInstant(instantOfReview(sweep.sweep)));
  return markup`${began} ${badgeMarkup(tones[state] ?? "wait", said.states[state])} ${figures.join(words.htmlLang === "en" ? ", " : "，")}${hasReport ? link : null}`;
}

function factsMarkup(state: SourceState, writing: Writing): Markup {
  const {
    words: { source: said },
    moments,
    amount,
  } = writing;
  const { review, population, nextEvent, counts, lastSealed, nextDue, nextSweep } = state;
  const next = nextEvent
    ? said.event(said.events[nextEvent.event], nextEvent.at && moments.text(nextEvent.at))
    : said.nothingNext;
  const found =
    population && said.population(amount(population.grants), amount(population.holders), amount(population.roles));
  const removals = said.counts(
    amount(counts.removed),
    amount(counts.items),
    amount(counts.waiting),
    amount(counts.held),
    amount(counts.refused),
  );
  const sealed = lastSealed ? said.sealed(lastSealed.review, moments.text(lastSealed.sealedAt)) : said.never;
  return termsMarkup([
    ...(review === null ? [] : [[said.review, codeMarkup(review)] as [string, Markup]]),
    ...(found === null ? [] : [[said.found, markup`${found}`] as [string, Markup]]),
    [said.next, markup`${next}`],
    ...(counts.items > 0 ? [[said.progress, markup`${removals}`] as [string, Markup]] : []),
    ...(state.sweep ? [[said.sweep, sweepMarkup(state.sweep, state.source, writing)] as [string, Markup]] : []),
    [said.lastSealed, markup`${sealed}`],
    [said.nextDue, markup`${nextDue === null ? said.notScheduled : moments.text(nextDue)}`],
    ...(nextSweep === null ? [] : [[said.nextSweep, markup`${moments.text(nextSweep)}`] as [string, Markup]]),
  ]);
}

function answersMarkup({ reviewers, source, review }: SourceState, writing: Writing): Markup | null {
  const { words, amount, moments } = writing;
  const { source: said } = words;
  if (review === null || reviewers.length === 0) return null;
  const remindPath = `/reviews/${source}/${review}/remind`;
  const waiting = reviewers.filter(({ toDecide, decided }) => toDecide > decided);
  const rows = waiting
    .slice(0, mostListed)
    .map(({ id, name, toDecide, decided, told }) => [
      id === null ? markup`${said.nobody}` : nameMarkup(name ?? id),
      markup`${said.leftOf(amount(toDecide - decided), amount(toDecide))}`,
      markup`${told === null ? said.notTold : moments.text(told)}`,
      id === null
        ? markup``
        : actForm(
            remindPath,
            { reviewer: id },
            markup`<button aria-label="${said.remind}${words.htmlLang === "en" ? " " : ""}${name ?? id}">${said.remind}</button>`,
            writing,
          ),
    ]);
  const all = waiting.some(({ id }) => id !== null)
    ? actForm(remindPath, { reviewer: "" }, markup`<button>${said.remindAll}</button>`, writing)
    : null;
  return markup`<h3>${said.answers}</h3>${rows.length > 0 ? markup`${tableMarkup([said.reviewer, said.left, said.told, said.remind], rows)}${all}` : markup`<p>${said.allAnswered}</p>`}`;
}

/** A sentence with its figures. */
function liftText(template: string, figures: Record<string, string | number>, { moments }: Writing): string {
  const said = (value: string | number): string =>
    /^\d{4}-\d\d-\d\dT/.test(String(value)) ? moments.text(String(value)) : String(value);
  return template.replace(/ ?\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(figures, name) ? place.replace(/\{.*\}/, said(figures[name]!)) : "",
  );
}

function holdMarkup({ by, grants, lifts }: HeldBack, writing: Writing): Markup {
  const { words, language, amount } = writing;
  const { source: said } = words;
  const name = said.by[by] ?? phraseFor(phrasesOf(language).heldBy, by);
  const ways = lifts.map(({ code, figures }) => markup`<li>${liftText(said.lifts[code], figures, writing)}</li>`);
  return markup`<li><strong>${name}</strong> <span class="small">${said.held(amount(grants))}</span><ul>${ways}</ul></li>`;
}

function faultsMarkup(
  { failedChecks, badFiles, failedMessages }: SourceState,
  { words: { source: said }, moments }: Writing,
): Markup | null {
  const listed = [
    ...failedChecks.map(({ name, detail }) => said.check(name, detail)),
    ...badFiles.map(({ file, fault }) => said.badFile(file, fault)),
    ...failedMessages.map(({ occasion, outcome, detail, at }) =>
      said.message(occasion, detail ?? outcome, moments.text(at)),
    ),
  ];
  return listed.length > 0
    ? markup`<h3>${said.faults}</h3><ul class="faults">${listed.slice(0, mostListed).map((text) => markup`<li>${text}</li>`)}</ul>`
    : null;
}

function stopMarkup({ source, stoppedAt }: SourceState, writing: Writing): Markup {
  const { source: said } = writing.words;
  const [verb, text] = stoppedAt === null ? (["stop", said.stop] as const) : (["resume", said.resume] as const);
  const reason = markup`<div class="field"><label><span>${said.reason}</span><input name="reason" maxlength="500" required autocomplete="off"></label></div>`;
  const form = actForm(
    `/sources/${source}/${verb}`,
    {},
    markup`${reason}<button${verb === "stop" ? markup` class="revoke"` : null}>${text}</button>`,
    writing,
  );
  return markup`<details class="folded"><summary><h3>${text}</h3></summary><div>${verb === "stop" ? markup`<p class="small">${said.stopHint}</p>` : null}${form}</div></details>`;
}

function narrowedMarkup({ since, removed, acknowledged }: NarrowedRange, writing: Writing): Markup {
  const {
    words: { source: said },
    moments,
    amount,
  } = writing;
  const { departments, users, groups } = removed;
  const text = said.narrowed(moments.text(since), amount(departments), amount(users), amount(groups));
  if (acknowledged === null) return markup`<p class="notice grave">${text}</p>`;
  const { by, reason, at } = acknowledged;
  return markup`<p class="notice">${text}</p><p class="small">${said.acknowledged(by, moments.text(at), reason)}</p>`;
}

/** One source as whoever runs reviews sees it: its stage, who has not answered, what is held and what lifts it, stop and resume. */
export function sourceSection(state: SourceState, writing: Writing): Markup {
  const { words, moments, basePath } = writing;
  const { source: said } = words;
  const { source, review, stoppedAt, holds, heldPlan, narrowed } = state;
  const path = `${basePath}/reviews/${source}/${review}`;
  const links = [
    ...(heldPlan ? [markup`<a class="button save" href="${path}/approve">${said.plan}</a>`] : []),
    ...(review === null ? [] : [markup`<a class="button" href="${path}/report">${said.report}</a>`]),
  ];
  return markup`<section class="source" id="source-${source}"><h2>${source} ${badgeMarkup(tones[state.state] ?? "wait", said.states[state.state])}</h2>
${stoppedAt === null ? null : markup`<p class="notice grave">${said.stopped(moments.text(stoppedAt))}</p>`}${narrowed === null ? null : narrowedMarkup(narrowed, writing)}${factsMarkup(state, writing)}
${links.length > 0 ? markup`<p class="buttons">${links}</p>` : null}${answersMarkup(state, writing)}
${holds.length > 0 ? markup`<h3>${said.holds}</h3><ul class="holds">${holds.map((hold) => holdMarkup(hold, writing))}</ul>` : null}${faultsMarkup(state, writing)}${stopMarkup(state, writing)}</section>`;
}
