import type { OutcomeFacts } from "../../ledger/receipts.ts";
import { sayBecause } from "../../review/because.ts";
import type { Grant, GrantEntry, Scopes } from "../../review/grants/grant.ts";
import { normalizeScopes, scopesText, scopesWithout } from "../../review/grants/grant-comparison.ts";

/** A narrowing: the grant as it was right before, and the scopes that were to stay. */
export type ToNarrow = { grant: Grant; keep: Scopes };

/**
 * What a fresh read says of a grant that was to be narrowed. `before`: the scopes are as they were. `added`: what reaches beyond
 * them, which is somebody else's.
 */
export type ScopesFound = { kind: "gone" | "before" | "narrowed" | "kept-lost" | "elsewise"; added: Scopes };

/** Compares the scopes as sets, whatever combinations they come in. */
export function narrowedBy({ grant, keep }: ToNarrow, entry: GrantEntry | undefined): ScopesFound {
  if (!entry) return { kind: "gone", added: [] };
  if (entry.scopes === null) return { kind: "elsewise", added: [] };
  const [before, now] = [grant.scopes ?? [], entry.scopes];
  const added = scopesWithout(now, before);
  const isKept = scopesWithout(keep, now).length === 0;
  const isTaken = scopesWithout(scopesWithout(now, keep), added).length === 0;
  if (isTaken) return { kind: isKept ? "narrowed" : "kept-lost", added };
  return { kind: scopesWithout(before, now).length === 0 ? "before" : "elsewise", added };
}

/** The outcome that a fresh read shows of a narrowing; null where the scopes are as they were. */
export function narrowingOutcome(
  narrowing: ToNarrow,
  entry: GrantEntry | undefined,
): Pick<OutcomeFacts, "outcome" | "detail" | "because" | "left"> | null {
  const { kind, added } = narrowedBy(narrowing, entry);
  if (kind === "before") return null;
  if (kind === "gone" || !entry) return { outcome: "already-gone" };
  const left = { scopes: normalizeScopes(entry.scopes), grantedAt: entry.grantedAt };
  if (kind === "elsewise") return { outcome: "changed", ...sayBecause("scopes-elsewise"), left };
  if (kind === "kept-lost") {
    const missing = scopesWithout(narrowing.keep, entry.scopes ?? []);
    return { outcome: "failed", ...sayBecause("kept-lost", { scopes: scopesText(missing) }), left };
  }
  const said = added.length > 0 ? sayBecause("added-meanwhile", { scopes: scopesText(added) }) : {};
  return { outcome: "narrowed", ...said, left };
}
