import { withLedger } from "../../ledger/ledger.ts";
import { finalReport } from "../../ledger/reports.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import type { Stage } from "../../review/stage.ts";
import { personalReport, requestOf } from "./personal-report.ts";
import { reportOf } from "./review-report.ts";

/** The page that one may see of a review: with ids, what is to be reviewed by the person who has them; with null, all of it. Null where nothing is theirs. */
export async function deskReport(stage: Stage, readerIds: readonly string[] | null): Promise<string | null> {
  if (readerIds === null) return await wholeReport(stage);
  for (const id of readerIds) {
    const own = await personalReport(stage, id);
    if (own) return own.html;
  }
  return null;
}

async function wholeReport(stage: Stage): Promise<string> {
  const sealed = await stage.store.get(finalReport(stage).htmlKey);
  if (sealed) return new TextDecoder().decode(sealed.body);
  const { view, list } = await reportOf(withLedger(stage), await requestOf(stage));
  return await createHtmlReport(view, list);
}
