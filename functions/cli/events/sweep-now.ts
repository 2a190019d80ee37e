import { mostHolders } from "../../review/keys.ts";
import { printNote } from "../print.ts";
import { reviewSources } from "../review-sources.ts";
import type { CommandSession } from "../session.ts";

/** Sweeps these holders of a source, or whoever left, from reading to sealing. Throws where it did not come to an end of its own. */
export async function sweepNow(session: CommandSession, sourceId: string, holderIds: string[] | null): Promise<void> {
  const holder = holderIds === null || holderIds.length > mostHolders ? undefined : holderIds;
  const { review: _review, holder: _holder, ...others } = session.options;
  const swept: CommandSession = {
    ...session,
    options: { ...others, source: sourceId, sweep: true, ...(holder ? { holder } : {}) },
    sources: [sourceId],
    stageOf: (...of) => ({ ...session.stageOf(...of), ...(holder ? { holders: holder } : {}) }),
  };
  const [reviewed] = await reviewSources(swept);
  session.progress.end();
  if (!reviewed || reviewed.status === "continue") throw new Error(`the sweep of ${sourceId} was interrupted`);
  if (reviewed.status === "failed") throw new Error(reviewed.error ?? `the sweep of ${sourceId} failed`);
  const { review, status, revoked = 0 } = reviewed;
  const { served, review: words } = session.words;
  printNote(served.swept(`${sourceId} ${review}`, holder?.length ?? null, words.statuses[status], revoked));
}
