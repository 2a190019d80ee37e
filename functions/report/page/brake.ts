import type { BrakeLimit } from "../../review/plan/plan.ts";
import { phraseFor } from "../words/words.ts";
import { badgeMarkup, type Markup, markup, tableMarkup, textMarkup } from "./markup.ts";
import { foldedMarkup, type PageLanguage, type ReportPage, sectionMarkup } from "./page.ts";

const shares = new Set(["maxShare", "maxPopulationDrop"]);

function limitFigure(page: PageLanguage, { name }: BrakeLimit, figure: number): string {
  return shares.has(name) ? `${Number((figure * 100).toFixed(1))} %` : page.amount(figure);
}

/** The limits that a plan has passed, and how far. */
export function limitsMarkup(page: PageLanguage, limits: readonly BrakeLimit[]): Markup {
  const { labels, brakeLimits } = page.phrases;
  const rows = limits.map((limit) => [
    textMarkup(phraseFor(brakeLimits, limit.name)),
    textMarkup(limitFigure(page, limit, limit.limit)),
    textMarkup(limitFigure(page, limit, limit.actual)),
  ]);
  return tableMarkup([labels.limit, labels.allowed, labels.found], rows);
}

function approvalCommand(planHash: string): Markup {
  return markup`<pre><code>npx access-review approve --plan ${planHash} --by NAME --reason TEXT</code></pre>`;
}

function verdictMarkup(page: ReportPage): Markup {
  const { view, phrases, moments } = page;
  const { sentences } = phrases;
  if (!view.plan.brake.tripped) return markup`<p>${sentences.brakeOff}</p>`;
  if (awaitsApproval(page))
    return markup`<p class="notice">${sentences.brakeTripped}</p>${approvalCommand(view.plan.planHash)}`;
  if (view.planStop === "brake") return markup`<p class="notice">${sentences.brakeStopped}</p>`;
  if (view.planStop === "report-mode") return markup`<p>${sentences.brakeInReportMode}</p>`;
  const { by, at } = view.approval ?? { by: phrases.notKnown, at: phrases.notKnown };
  return markup`<p>${sentences.brakeLifted(by, moments.text(at))}</p>`;
}

/** Whether the brake stands between this plan and its removals, so that somebody must decide. */
function awaitsApproval({ view }: ReportPage): boolean {
  return view.planStop === "brake" && !view.sealed && view.snapshot.complete;
}

function brakeBody(page: ReportPage): Markup[] {
  return [
    verdictMarkup(page),
    ...(page.view.plan.brake.tripped ? [limitsMarkup(page, page.view.plan.brake.limits)] : []),
  ];
}

/** The plan that awaits approval, with the limits that tripped and the command that lifts the brake; nothing where none does. */
export function approvalMarkup(page: ReportPage): Markup {
  if (!awaitsApproval(page)) return markup``;
  return sectionMarkup(page, "approval", { heading: page.phrases.heldBy.brake, body: brakeBody(page) });
}

/** Whether the plan as a whole is or was stopped, and by which limits. */
export function brakeMarkup(page: ReportPage): Markup {
  const { phrases, view } = page;
  const gist = view.plan.brake.tripped
    ? badgeMarkup("wait", view.plan.brake.limits.map(({ name }) => name).join(", "))
    : badgeMarkup("good", phrases.labels.passed);
  return foldedMarkup(page, "brake", { heading: phrases.sections.brake, gist, body: brakeBody(page) });
}
