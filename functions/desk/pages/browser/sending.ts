import type { DeskRow } from "../../model.ts";
import { holderNameIn, nameIn, type RowPage } from "../grant-row.ts";
import { type DeskMark, decisiveMarks, type Marks } from "./marks.ts";

/** What came of a submission: its receipt, a page that says why not, or nothing as the desk was not reached. */
export type Sent =
  | { kind: "receipt"; number: string }
  | { kind: "refused"; refusal: HTMLElement }
  | { kind: "unreached" };

type Payload = { oneAct: boolean; decisions: object[] };

function payloadOf(marks: Marks, fieldFor: (name: string) => string): Payload {
  const all = decisiveMarks(marks);
  const answer = ([grantId, { decision, seen, until, reason, to }]: [string, DeskMark]) => ({
    grantId,
    seen,
    decision,
    until: decision === "keep" ? until || fieldFor("until") : null,
    reason: reason || fieldFor(`reason.${decision}`),
    to: decision === "reassign" ? to || fieldFor("to") || null : null,
  });
  const acts = new Set(all.map(([, { act }]) => act));
  return { oneAct: all.length > 1 && acts.size === 1 && !acts.has(null), decisions: all.map(answer) };
}

/** The names of what was refused, where the page knows them; what leads back here is left out. */
function fitted(refusal: HTMLElement, rows: readonly DeskRow[], page: RowPage): HTMLElement {
  for (const part of refusal.querySelectorAll("form, .buttons a:not(.save)")) part.remove();
  for (const fault of refusal.querySelectorAll<HTMLElement>("[data-grant]")) {
    const row = rows.find(({ grantId }) => grantId === fault.dataset.grant);
    const code = fault.querySelector("code");
    if (!row || !code) continue;
    const link = document.createElement("a");
    link.href = `#g-${row.grantId}`;
    link.textContent = `${holderNameIn(row)} · ${nameIn(row.role.name, page, row.role.id)}`;
    code.replaceWith(link);
  }
  return refusal;
}

/** Sends marks. The same marks have the same number however often they are sent, so that they are stored once; others get another. */
export function openSending(page: RowPage, form: HTMLFormElement, rows: () => readonly DeskRow[]) {
  const valueIn = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? "";
  const sent = { text: "", requestId: valueIn("requestId"), count: 0 };
  return async function send(marks: Marks, fieldFor: (name: string) => string): Promise<Sent> {
    const payload = payloadOf(marks, fieldFor);
    const text = JSON.stringify(payload);
    if (text !== sent.text) Object.assign(sent, { text, count: sent.count + 1 });
    const requestId = `${sent.requestId}-${sent.count}`;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/html", "x-csrf-token": valueIn("csrf") },
        body: JSON.stringify({ ...payload, requestId }),
      });
      const answered = new DOMParser().parseFromString(await response.text(), "text/html");
      const number = answered.querySelector<HTMLElement>("[data-receipt]")?.dataset.receipt;
      if (response.ok && number) return { kind: "receipt", number };
      const refusal = answered.querySelector<HTMLElement>(".refusal");
      return refusal
        ? { kind: "refused", refusal: fitted(document.importNode(refusal, true), rows(), page) }
        : { kind: "unreached" };
    } catch {
      return { kind: "unreached" };
    }
  };
}
