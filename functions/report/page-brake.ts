import type { BrakeLimit } from "../review/plan.ts";
import { type Markup, markup } from "./markup.ts";
import { type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import { phraseFor } from "./phrases.ts";

const shares = new Set(["maxShare", "maxPopulationDrop"]);

const limitFigure = (page: Page, { name }: BrakeLimit, figure: number): string =>
  shares.has(name) ? `${Number((figure * 100).toFixed(1))} %` : page.amount(figure);

const limitsMarkup = (page: Page): Markup => {
  const { labels, brakeLimits } = page.phrases;
  const rows = page.view.plan.brake.limits.map((limit) => [
    textMarkup(phraseFor(brakeLimits, limit.name)),
    textMarkup(limitFigure(page, limit, limit.limit)),
    textMarkup(limitFigure(page, limit, limit.actual)),
  ]);
  return tableMarkup([labels.limit, labels.allowed, labels.found], rows);
};

const approvalCommand = (planHash: string): Markup =>
  markup`<pre><code>node functions/cli.ts approve --plan ${planHash} --by NAME --reason TEXT</code></pre>`;

const verdictMarkup = (page: Page): Markup => {
  const { view, phrases, moments } = page;
  const { sentences } = phrases;
  if (!view.plan.brake.tripped) return markup`<p>${sentences.brakeOff}</p>`;
  if (page.planStop === "brake" && (view.sealed || !view.snapshot.complete))
    return markup`<p class="notice">${sentences.brakeStopped}</p>`;
  if (page.planStop === "brake")
    return markup`<p class="notice">${sentences.brakeTripped}</p>${approvalCommand(view.plan.planHash)}`;
  if (page.planStop === "report-mode") return markup`<p>${sentences.brakeInReportMode}</p>`;
  const { by, at } = view.approval ?? { by: phrases.notKnown, at: phrases.notKnown };
  return markup`<p>${sentences.brakeLifted(by, moments.text(at))}</p>`;
};

/** Whether the plan as a whole is stopped, by which limits, and the command that lets it go on. */
export function brakeMarkup(page: Page): Markup {
  const limits = page.view.plan.brake.tripped ? [limitsMarkup(page)] : [];
  return sectionMarkup("brake", page.phrases.sections.brake, [verdictMarkup(page), ...limits]);
}
