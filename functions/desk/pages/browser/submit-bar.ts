import type { RowPage } from "../grant-row.ts";
import { pageIds, type ScriptInput } from "../script-input.ts";
import { decisiveMarks, type Marks } from "./marks.ts";

/** The bar at the foot of the page: how far one is, what is marked, what speaks against it, and what was answered. */
export type SubmitBar = {
  /** `counts`: whether a grant asks for a decision and has none, so that a mark on it is a step forward. */
  draw(marks: Marks, counts: (grantId: string) => boolean): void;
  say(text: string): void;
  /** Shows the page of a refusal; null takes it away. */
  showRefusal(refusal: Element | null): void;
  setBusy(isBusy: boolean): void;
};

function partOf(root: Element, className: string, role: string): HTMLElement {
  const part = document.createElement("div");
  part.className = className;
  part.setAttribute("role", role);
  root.prepend(part);
  return part;
}

const decisions = ["keep", "revoke", "reassign"] as const;

/** Opens the bar of the page. */
export function openSubmitBar(data: ScriptInput, { words }: RowPage): SubmitBar {
  const root = document.getElementById(pageIds.bar)!;
  const text = root.querySelector<HTMLElement>(".progress span")!;
  const progress = root.querySelector("progress")!;
  const button = root.querySelector<HTMLButtonElement>("button.save")!;
  const clear = root.querySelector<HTMLButtonElement>("button.clear")!;
  const said = partOf(root, "said", "status");
  const refused = partOf(root, "refused", "alert");
  const figures = new Intl.NumberFormat(words.htmlLang);
  const amount = (count: number): string => figures.format(count);
  let isBusy = false;
  let marked = 0;

  const drawButton = (): void => {
    button.disabled = isBusy || marked === 0;
    button.textContent = isBusy ? words.bar.sending : words.bar.submit(amount(marked));
  };

  function warningOf(counts: Record<string, number>): string {
    const { keep = 0, revoke = 0, reassign = 0 } = counts;
    if (keep > data.hastyKeeps.grants) return words.bar.hasty(amount(data.hastyKeeps.grants));
    return keep > 1 && revoke + reassign === 0 && keep >= data.progress.toDecide - data.progress.decided
      ? words.bar.everything
      : "";
  }

  return {
    draw(marks, counts) {
      const all = decisiveMarks(marks);
      marked = all.length;
      const numbers = Object.fromEntries(
        decisions.map((each) => [each, all.filter(([, { decision }]) => decision === each).length]),
      );
      const { decided, toDecide } = data.progress;
      progress.value = decided + all.filter(([id]) => counts(id)).length;
      const listed = decisions.flatMap((each) =>
        numbers[each]! > 0 ? [words.bar.counts[each](amount(numbers[each]!))] : [],
      );
      const chosen =
        marked > 0 ? ` · ${words.bar.marked(amount(marked))}${words.colon}${listed.join(words.separator)}` : "";
      text.textContent = `${words.bar.progress(amount(decided), amount(toDecide))}${chosen}`;
      said.textContent = warningOf(numbers);
      clear.hidden = marks.byGrant.size === 0;
      drawButton();
    },
    say(sentence) {
      said.textContent = sentence;
    },
    showRefusal(refusal) {
      refused.replaceChildren(...(refusal ? [refusal] : []));
    },
    setBusy(busy) {
      isBusy = busy;
      drawButton();
    },
  };
}
