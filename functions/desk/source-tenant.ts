import { openLedger } from "../ledger/ledger.ts";
import type { Store } from "../review/ports.ts";
import type { DeskPorts } from "./ports.ts";
import { Refused } from "./refusal.ts";
import type { Identity } from "./sign-in/sign-in.ts";
import { type Asker, refusedAsUnknown } from "./who-asks.ts";

/**
 * The sources that were read from another tenant than the one under which somebody signed in, as their newest snapshots say:
 * an id that the sign-in proves is another person's there. Sources whose snapshots name no tenant are none of them.
 */
async function sourcesOfOtherTenants(
  store: Store,
  { tenant, sourceIds }: { tenant: string | null; sourceIds: readonly string[] },
): Promise<string[]> {
  if (tenant === null) return [];
  const found = await Promise.all(
    sourceIds.map(async (id) => {
      const snapshot = await openLedger(store, id).newestCompleteSnapshot();
      const { tenant: readFrom = tenant } = snapshot?.origin ?? {};
      return readFrom === tenant ? [] : [id];
    }),
  );
  return found.flat();
}

type Tenants = Pick<DeskPorts, "config" | "store" | "note">;

/**
 * Who signed in, without what they would be in sources of another tenant: an id of theirs may be somebody else's there. Who is
 * then nobody anywhere is told so at once.
 */
export async function withoutOtherTenants({ config, store, note }: Tenants, identity: Identity): Promise<Identity> {
  const { desk } = config;
  const { subject, tenant, people: found } = identity;
  const others = await sourcesOfOtherTenants(store, { tenant, sourceIds: Object.keys(found) });
  if (others.length === 0) return identity;
  const source = others.join(", ");
  note(`Nobody is signed in as a person of ${source}, as it is read from another tenant than desk.signIn.tenant`);
  const people = Object.fromEntries(Object.entries(found).filter(([id]) => !others.includes(id)));
  const named = [...desk.operators, ...desk.approvers, ...desk.people.map((each) => each.subject)];
  const isNobody = !named.includes(subject) && Object.keys(people).length === 0;
  if (isNobody) throw new Refused(403, "source-tenant", { figures: { source } });
  return { ...identity, people };
}

/** Why somebody sees nothing of a source: it is of another tenant, they are nobody in any, or nothing of it is theirs. */
export async function nothingOf({ store }: Pick<Tenants, "store">, sourceId: string, asker: Asker): Promise<Refused> {
  const { session, reader } = asker;
  const others = Object.hasOwn(reader.ids, sourceId)
    ? []
    : await sourcesOfOtherTenants(store, { tenant: session.tenant, sourceIds: [sourceId] });
  if (others.length > 0) return new Refused(403, "source-tenant", { figures: { source: sourceId } });
  return Object.keys(reader.ids).length > 0 ? new Refused(403, "not-yours") : refusedAsUnknown(session);
}
