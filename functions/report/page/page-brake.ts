import type { BrakeLimit } from "../../review/plan/plan.ts";
import { phraseFor } from "../words/phrases.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, foldedMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";

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
  if (awaitsApproval(page))
    return markup`<p class="notice">${sentences.brakeTripped}</p>${approvalCommand(view.plan.planHash)}`;
  if (page.view.planStop === "brake") return markup`<p class="notice">${sentences.brakeStopped}</p>`;
  if (page.view.planStop === "report-mode") return markup`<p>${sentences.brakeInReportMode}</p>`;
  const { by, at } = view.approval ?? { by: phrases.notKnown, at: phrases.notKnown };
  return markup`<p>${sentences.brakeLifted(by, moments.text(at))}</p>`;
};

/** Whether the brake stands between this plan and its removals, so that somebody must decide. */
export const awaitsApproval = ({ view }: Page): boolean =>
  view.planStop === "brake" && !view.sealed && view.snapshot.complete;

const brakeBody = (page: Page): Markup[] => [
  verdictMarkup(page),
  ...(page.view.plan.brake.tripped ? [limitsMarkup(page)] : []),
];

/** What awaits approval, with the limits that tripped and the command that lifts the brake; nothing where none does. */
export const approvalMarkup = (page: Page): Markup =>
  awaitsApproval(page)
    ? sectionMarkup(page, "approval", { heading: page.phrases.heldBy.brake, body: brakeBody(page) })
    : markup``;

/** Whether the plan as a whole is or was stopped, and by which limits. */
export function brakeMarkup(page: Page): Markup {
  const { phrases, view } = page;
  const gist = view.plan.brake.tripped
    ? badgeMarkup("wait", view.plan.brake.limits.map(({ name }) => name).join(", "))
    : badgeMarkup("good", phrases.labels.passed);
  return foldedMarkup(page, "brake", { heading: phrases.sections.brake, gist, body: brakeBody(page) });
}
