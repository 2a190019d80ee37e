import { isoInstant } from "../../functions/basics/time.ts";
import { decisionsPrefix } from "../../functions/review/keys.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { grantIdOf, type Life, sourceId } from "./open-life.ts";

export const dayMs = 86_400_000;

/** A decision about one grant; `reviewer` is somebody of the company, and not its holder, unless said. */
export type Told = Pair & { decision: "keep" | "revoke"; reviewer?: string; reason?: string };

/** Hands in decisions about the grants as a review showed them; a keep holds for so many days. */
export async function decide(life: Life, review: string, decisions: Told[], keepDays = 100): Promise<void> {
  const { clock, store } = life;
  const lines = decisions.map((told) => {
    const until = told.decision === "keep" ? isoInstant(clock.now() + keepDays * dayMs) : "";
    const reviewer = told.reviewer ?? someReviewer(life, told.holderId);
    return [
      review,
      grantIdOf(told),
      told.decision,
      until,
      reviewer,
      told.reason ?? "looked at it",
      isoInstant(clock.now()),
    ].join(",");
  });
  const text = ["review,grant_id,decision,until,reviewer,reason,decided_at", ...lines, ""].join("\n");
  const key = `${decisionsPrefix(sourceId)}${review}-${clock.now()}.csv`;
  await store.create(key, new TextEncoder().encode(text));
}

/** An employment of somebody else than the holder, who holds a grant as well: every snapshot knows them. */
export function someReviewer({ sandbox }: Pick<Life, "sandbox">, holderId: string): string {
  const [first = "", second = ""] = sandbox.company.backgroundHolders;
  return first === holderId ? second : first;
}
