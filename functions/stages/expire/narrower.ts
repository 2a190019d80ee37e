import { isoInstant } from "../../basics/time.ts";
import { type OutcomeFacts, writeIntent, writeOutcome } from "../../ledger/receipts.ts";
import { writeAhead } from "../../ledger/write-ahead.ts";
import { sayBecause } from "../../review/because.ts";
import type { Grant, GrantEntry, Scopes } from "../../review/grants/grant.ts";
import { sameScopes, scopesText, scopesWithout } from "../../review/grants/grant-comparison.ts";
import { narrowedBy, narrowingOutcome, type ToNarrow } from "../removal/narrowed.ts";
import { presenceOf, readPresent } from "../removal/presence.ts";
import { planHashBegunUnder, settleUnrevoked } from "./removal-outcomes.ts";
import type { Context, DueItem, StillDue } from "./revoker.ts";

/** A fresh read is taken at most this long before the narrowing that it is for. */
const rereadLeadMs = 1_000;
const waitMs = 10_000;
const triesAtMost = 3;
/** When the scopes are read after the call: right after, and twice more. */
const looksAfterMs = [0, 3_000, 10_000];

type Narrowing = NonNullable<Context["source"]["narrowing"]>;
type NarrowReply = Awaited<ReturnType<Narrowing["setScopes"]>>;

type Narrower = Context & { narrowing: Narrowing; shouldStop: () => boolean; faults: string[] };

/**
 * Narrows the due items one after another, as a narrowing replaces whatever is there: each is read, judged again, written down,
 * read once more right before the call, and read back. True once every item was dealt with; false where the invocation has to
 * stop. Throws at the end where an item could not be read, or got no answer at all.
 */
export async function narrowItems(
  context: Context & { shouldStop: () => boolean; report: (items: number) => void },
  due: readonly DueItem[],
): Promise<boolean> {
  const { narrowing } = context.source;
  if (due.length > 0 && !narrowing)
    throw new Error(`Cannot narrow as ${context.source.provider} takes grants whole alone`);
  const narrower: Narrower = { ...context, narrowing: narrowing!, faults: [] };
  for (const [at, each] of due.entries()) {
    if (!(await narrowItem(narrower, each))) return false;
    context.report(at + 1);
  }
  if (narrower.faults.length > 0) throw new Error(narrower.faults.join("\n"));
  return true;
}

/** False where the invocation has to stop before the item is dealt with. */
async function narrowItem(narrower: Narrower, due: DueItem): Promise<boolean> {
  const { stage, source, receipts, narrowing } = narrower;
  const { grantId } = due.item;
  const intent = receipts.intents.get(grantId);
  let begun: ToNarrow | null = intent?.keep ? { grant: intent.grant, keep: intent.keep } : null;
  // What looks like another's change may be a call of ours that got no answer, or that an earlier invocation sent.
  const isOurs = async (): Promise<boolean> =>
    begun !== null && (await takeLook(narrower, begun, { requestId: requestIdOf(narrower, grantId) })) === "settled";
  if (await isOurs()) return true;
  let silence = "";
  for (let times = 0; times < triesAtMost; times++) {
    if (!(await untilReady(narrower))) return false;
    const still = (await narrower.checkStillDue([due])).get(grantId)!;
    await narrower.lease.check();
    if (still.kind !== "revoke") {
      if (await isOurs()) return true;
      await settleUnrevoked(narrower, grantId, still);
      if (still.kind === "unreadable") narrower.faults.push(unreadable(grantId));
      if (still.kind === "person-unread") {
        narrower.faults.push(
          `Cannot narrow ${grantId} as who its holder is could not be read, and nothing was changed: ${still.detail}`,
        );
      }
      return true;
    }
    const keep = await narrowing.withoutGone(still.grant, still.keep ?? []);
    const unfit = unfitFacts(keep, narrowing);
    if (unfit && !intent) await settle(narrower, grantId, unfit);
    // What an earlier invocation began by another plan is not sent again: seal tells what became of it.
    if (unfit || (intent && !(intent.keep && sameScopes(intent.keep, keep)))) return true;
    const reply = await send(narrower, { grant: still.grant, keep }, still.person);
    if ("said" in reply) {
      if (!(await isOurs())) await settle(narrower, grantId, { outcome: reply.kind, ...reply.said });
      return true;
    }
    const asked = { grant: still.grant, keep, planned: still.keep ?? [] };
    begun = asked;
    if ((await lookAfter(narrower, asked, reply)) !== "silent") return true;
    silence = reply.kind === "no-answer" ? reply.detail : "";
  }
  narrower.faults.push(
    `Cannot tell what became of ${grantId} as its narrowing got no answer ${triesAtMost} times (the last: ${silence}): run expire again once the provider is well`,
  );
  return true;

  function unreadable(id: string): string {
    return `Cannot narrow ${id} as its holder could not be read in ${stage.sourceId} (${source.origin.host}): nothing was changed; is the app's data range everyone?`;
  }
}

async function untilReady({ stage, narrowing, lease, shouldStop }: Narrower): Promise<boolean> {
  for (;;) {
    if (shouldStop()) return false;
    const delayMs = narrowing.delay() - rereadLeadMs;
    if (delayMs <= 0) return true;
    await lease.check();
    await stage.clock.sleep(Math.min(delayMs, waitMs));
  }
}

type Facts = Pick<OutcomeFacts, "outcome" | "detail" | "because" | "left">;

/** Why a narrowing cannot be sent at all: nothing of what is to stay exists, or it is more than one call takes. */
function unfitFacts(keep: Scopes, { mostCombinations: most }: Narrowing): Facts | null {
  if (keep.length === 0) return { outcome: "failed", ...sayBecause("keep-vanished") };
  if (keep.length <= most) return null;
  return { outcome: "failed", ...sayBecause("too-many-scopes", { count: keep.length, most }) };
}

async function settle(narrower: Narrower, grantId: string, facts: Facts): Promise<void> {
  const planHash = planHashBegunUnder(narrower, grantId);
  const requestId = requestIdOf(narrower, grantId);
  await writeOutcome(narrower.stage, { grantId, planHash, requestId, ...facts, isVerified: true });
}

function requestIdOf({ state }: Narrower, grantId: string): string | null {
  return state.accepted[grantId]?.requestId ?? null;
}

/** Somebody else changed the grant between the read and the call: nothing was sent. */
class ChangedMeanwhileError extends Error {
  override readonly name = "ChangedMeanwhileError";
}

/** The grant is another than it was when it was judged again: nothing was sent. */
type NotSent = { kind: "changed" | "already-gone"; said: Partial<Facts> };

/** Sends the narrowing, after one more look. */
async function send(
  narrower: Narrower,
  { grant, keep }: ToNarrow,
  person: Extract<StillDue, { kind: "revoke" }>["person"],
): Promise<NarrowReply | NotSent> {
  const { stage, source, planHash, narrowing } = narrower;
  let present: GrantEntry | undefined;
  const writeAndLook = async (): Promise<void> => {
    await writeIntent(stage, planHash, grant, { keep, person });
    // The provider knows no version of a grant: what is changed after this look is replaced unseen.
    present = (await readPresent(stage, source, [grant])).get(grant.id);
    if (presenceOf(grant, present) !== "there") throw new ChangedMeanwhileError("changed before the call");
  };
  try {
    return await narrowing.setScopes(grant, keep, () => writeAhead(narrower, writeAndLook));
  } catch (error) {
    if (!(error instanceof ChangedMeanwhileError)) throw error;
    return present ? { kind: "changed", said: sayBecause("scopes-elsewise") } : { kind: "already-gone", said: {} };
  }
}

type Asked = ToNarrow & { planned: Scopes };

/** Looks right after the call, and again. `open`: the outcome is left to seal; `silent`: no answer, and nothing has changed. */
async function lookAfter(narrower: Narrower, asked: Asked, reply: NarrowReply): Promise<"settled" | "open" | "silent"> {
  const { stage, state, lease } = narrower;
  const { id } = asked.grant;
  const sentAtMs = stage.clock.now();
  if (reply.kind === "accepted") {
    state.accepted[id] = { requestId: reply.requestId, at: isoInstant(sentAtMs) };
    await narrower.save();
  }
  const added: Scopes = [];
  for (const afterMs of looksAfterMs) {
    const leftMs = sentAtMs + afterMs - stage.clock.now();
    if (leftMs > 0) await stage.clock.sleep(leftMs);
    await lease.check();
    const isLast = afterMs === looksAfterMs.at(-1);
    const requestId = reply.kind === "no-answer" ? null : reply.requestId;
    const look = await takeLook(narrower, asked, { requestId, added, isLast, isSilent: reply.kind === "no-answer" });
    if (look === "settled") return "settled";
    if (reply.kind === "refused") {
      await settle(narrower, id, { outcome: "refused", ...sayBecause("narrowing-refused", { reason: reply.detail }) });
      return "settled";
    }
  }
  return reply.kind === "accepted" ? "open" : "silent";
}

/** `added`: what looks have shown that somebody else added; each look adds to it. */
type Looking = {
  requestId: string | null;
  added?: Scopes;
  isLast?: boolean;
  isSilent?: boolean;
};

/** One look at the scopes: writes the outcome where the look tells it. */
async function takeLook(
  narrower: Narrower,
  asked: ToNarrow & { planned?: Scopes },
  { requestId, added = [], isLast = true, isSilent = false }: Looking,
): Promise<"settled" | "unsettled"> {
  const { stage, source } = narrower;
  const { grant, keep, planned = keep } = asked;
  const read = async (): Promise<GrantEntry | undefined> => (await readPresent(stage, source, [grant])).get(grant.id);
  let entry = await read();
  const found = narrowedBy(asked, entry);
  added.push(...scopesWithout(found.added, added));
  // A provider may show a change late: only the last look is believed where it shows something unexpected.
  const isTold = found.kind === "narrowed" || found.kind === "gone" || (isLast && found.kind !== "before");
  if (!isTold) return "unsettled";
  const lost = found.kind === "narrowed" ? scopesWithout(added, entry?.scopes ?? []) : [];
  if (lost.length > 0) {
    await putBackAdded(narrower, grant, lost);
    entry = await read();
  }
  const facts = narrowingOutcome(asked, entry);
  if (!facts) return "unsettled";
  const gone = scopesWithout(planned, keep);
  const said =
    facts.outcome !== "narrowed" || (facts.because && lost.length === 0)
      ? {}
      : lost.length > 0
        ? sayBecause("added-put-back", { scopes: scopesText(lost) })
        : gone.length > 0
          ? sayBecause("kept-out", { scopes: scopesText(gone) })
          : isSilent
            ? sayBecause("silent-and-narrowed")
            : {};
  const planHash = planHashBegunUnder(narrower, grant.id);
  await writeOutcome(stage, { grantId: grant.id, planHash, requestId, ...facts, ...said, isVerified: true });
  return "settled";
}

/** Gives back what a look showed that somebody else had added, and our call has replaced. */
async function putBackAdded(narrower: Narrower, grant: Grant, lost: Scopes): Promise<void> {
  await narrower.narrowing.addScopes(grant, lost, () => writeAhead(narrower, async () => {}));
}
