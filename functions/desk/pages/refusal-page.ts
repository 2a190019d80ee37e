import { codeMarkup, type Markup, markup } from "../../report/page/markup.ts";
import type { RefusalModel } from "../model.ts";
import type { PageParts, Writing } from "./frame.ts";
import { rowEn } from "./words/row-en.ts";
import { rowZh } from "./words/row-zh.ts";

type Fault = RefusalModel["faults"][number];

function filled(text: string, figures: Fault["figures"]): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name] || "–"));
}

/** Figures as a person reads them: a holder's status in words, an instant as a day. */
function readable(figures: Fault["figures"], { language, moments }: Writing): Fault["figures"] {
  const { status, grantedAt } = figures;
  const statuses: Readonly<Record<string, string>> = (language === "zh" ? rowZh : rowEn).status;
  return {
    ...figures,
    ...(typeof status === "string" ? { status: statuses[status] ?? status } : {}),
    ...(typeof grantedAt === "string" ? { grantedAt: moments.day(grantedAt) } : {}),
  };
}

function faultMarkup({ field, code, figures, grantId }: Fault, writing: Writing): Markup {
  const sentence = filled(writing.words.refusal.faults[code] ?? code, readable(figures, writing));
  const where = grantId ? codeMarkup(grantId) : field ? codeMarkup(field) : null;
  return markup`<li${grantId ? markup` data-grant="${grantId}"` : null} data-code="${code}">${where} ${sentence}</li>`;
}

/** A refused form as one that can be sent again: what was marked is not lost, with or without a script. */
function againMarkup({ faults, status }: RefusalModel, writing: Writing): Markup | null {
  const { sent, words, basePath, viewer } = writing;
  if (!sent || viewer === null) return null;
  const faulty = new Set(faults.flatMap(({ grantId }) => grantId ?? []));
  const isLeftOut = (name: string): boolean => faulty.has(name.slice(name.indexOf(".") + 1));
  const fields = sent.fields.filter(([name]) => !isLeftOut(name) && name !== "csrf");
  const left = fields.filter(([name, value]) => name.startsWith("decision.") && value !== "").length;
  const isSame = status === 429 || status >= 500;
  if (!isSame && (faulty.size === 0 || left === 0)) return null;
  const all: [string, string][] = [["csrf", viewer.csrf], ...fields];
  return markup`<form method="post" action="${basePath}${sent.path}">${all.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`)}<button class="save">${
    isSame ? words.refusal.again : words.refusal.others(writing.amount(left))
  }</button></form>`;
}

/** Why something was refused, and what to do now. */
export function refusalPage(model: RefusalModel, writing: Writing): PageParts {
  const { words, basePath, sent, path } = writing;
  const { status, code, faults, signInPath, figures } = model;
  const said = words.refusal.refusals[code];
  const shown = faults.slice(0, 50).map((fault) => faultMarkup(fault, writing));
  const review =
    sent?.path.replace(/\/(decisions|remind)$/, "") ??
    (/^\/reviews\/[^/]+\/[^/?]+\//.exec(path)?.[0].slice(0, -1) || null);
  const isLost =
    status === 401 || code === "unknown-person" || code === "wrong-tenant" || (status === 400 && signInPath !== null);
  const links = [
    ...(signInPath ? [markup`<a class="button save" href="${basePath}${signInPath}">${words.refusal.signIn}</a>`] : []),
    ...(review && !isLost ? [markup`<a class="button" href="${basePath}${review}">${words.refusal.back}</a>`] : []),
    ...(isLost ? [] : [markup`<a class="button" href="${basePath}/">${words.refusal.home}</a>`]),
  ];
  return {
    title: said.title,
    body: markup`<section class="request refusal" data-code="${code}"><p class="small">${words.refusal.status(String(status))}</p><h1>${said.title}</h1>
<p>${filled(said.text, figures)}</p><p>${filled(said.next, figures)}</p>
${shown.length > 0 ? markup`<ul class="faults">${shown}</ul>` : null}
<div class="buttons">${againMarkup(model, writing)}${links}</div></section>`,
  };
}
