import { isoInstant } from "../basics/time.ts";
import { newestPlan } from "../ledger/plans.ts";
import type { Holder } from "../review/grants/grant.ts";
import type { Stage } from "../review/stage.ts";
import { openKnownPeople, type PersonOf, readPeopleMatch, standingAuthority } from "./authority.ts";
import { openPeopleAnew } from "./people-anew.ts";

/** What is told of a holder: they have left since or were disabled, or nobody could be asked whether they have. */
export type Gone = "left-since" | "person-unread";

/** The source whose holders they are. */
type Asked = Pick<Parameters<typeof openPeopleAnew>[1], "source" | "goOn">;

type Seen = { was: Holder; is: Holder };

/**
 * Which of these holders, as a snapshot shows them, have left since, were disabled, or are not shown any more: by the source
 * itself, and by the one that says who people are, where it is another one. Both are asked anew.
 */
export async function goneSince(stage: Stage, asked: Asked, holders: readonly Holder[]): Promise<Map<string, Gone>> {
  const { source } = asked;
  const were = new Map(holders.filter(({ status }) => goneness(status) < 2).map((holder) => [holder.id, holder]));
  const ids = [...were.keys()];
  const gone = new Map<string, Gone>();
  const here: Seen[] = [];
  for (let from = 0; from < ids.length; from += source.holdersPerRead) {
    const batch = ids.slice(from, from + source.holdersPerRead);
    const read = await source.readHolders(batch);
    for (const id of batch) {
      const [was, is] = [were.get(id)!, read.get(id)];
      if (goneness(is?.status) > goneness(was.status)) gone.set(id, "left-since");
      else if (is) here.push({ was, is });
    }
  }
  for (const [id, why] of await goneElsewhere(stage, asked, here)) gone.set(id, why);
  return gone;
}

/** How far somebody is gone: not at all, disabled, or left; whoever is not shown any more counts as having left. */
function goneness(status: Holder["status"] | undefined): number {
  return status === undefined || status === "left" ? 2 : status === "disabled" ? 1 : 0;
}

/** The same by the source that says who people are, compared with whom the plan knew them as. */
async function goneElsewhere(
  stage: Stage,
  { source, goOn }: Asked,
  holders: readonly Seen[],
): Promise<Map<string, Gone>> {
  const gone = new Map<string, Gone>();
  if (!stage.authority || stage.authority.source === stage.sourceId || holders.length === 0) return gone;
  const standing = await standingAuthority(stage, isoInstant(stage.clock.now()));
  if (!standing?.authority) return gone;
  const plan = await newestPlan(stage);
  const then = plan && (await readPeopleMatch(stage, plan));
  const whoWas = await openKnownPeople(stage, then?.authority ?? null);
  const people = openPeopleAnew(stage, { known: standing.authority, source, goOn });
  try {
    const { byHolder, unread } = await people.read(holders.map(({ is }) => is));
    for (const { was, is } of holders) {
      if (unread !== null) gone.set(is.id, "person-unread");
      else if (gonenessOf(byHolder.get(is.id)) > gonenessOf(whoWas(was))) gone.set(is.id, "left-since");
    }
  } finally {
    await people.close();
  }
  return gone;
}

/** Who cannot be told from others, or has no key, is not gone by that. */
function gonenessOf(person: ReturnType<PersonOf> | undefined): number {
  return person?.known ? goneness(person.status) : 0;
}
