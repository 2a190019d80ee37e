import { chunked } from "../../basics/chunked.ts";
import { byText } from "../../basics/sorted.ts";
import type { ResponsibleLine } from "../../review/people/responsible.ts";
import { type NamedReviewer, namedReviewers, type Person, type ReviewerRules } from "../../review/people/routing.ts";
import type { DepartmentPartners, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import { openResponsibleSpool, type ResponsibleSpool } from "./responsible-spool.ts";
import type { SnapshotState } from "./snapshot-state.ts";
import type { Spool, SpooledGrant } from "./spool.ts";

type ResponsibleReading = { state: SnapshotState; spool: Spool };

type Work = { stage: Stage; source: Reader; rules: ReviewerRules; colleagues: Colleagues; kept: ResponsibleSpool };

/** Batches in flight at once, so that latency does not cap the rate. */
const atOnce = 4;

/**
 * Reads who is responsible for the holders that were listed, as far as the order of reviewers asks for it; reads nothing
 * where no order is configured. True once everything is read; false where the deadline came first. A read that fails for good
 * fails the stage.
 */
export async function readResponsible(
  stage: Stage,
  source: Reader,
  { state, spool }: ResponsibleReading,
): Promise<boolean> {
  const rules = state.reviewers;
  if (!rules || state.responsible?.key) return true;
  const colleagues = await colleaguesIn(stage, state);
  const kept = await openResponsibleSpool(stage, { state, spool });
  const work: Work = { stage, source, rules, colleagues, kept };
  try {
    // People are read before `climbDepartments`, as partners who left are nobody's reviewers, and after, as `climbDepartments` names more partners.
    for (const step of [readDepartments, readPartners, readWorkplaces, readPeople, climbDepartments, readPeople]) {
      if (!(await step(work))) return false;
    }
    state.unknownReviewers = unknownReviewers(work);
    await kept.finish(await linesOf(work));
  } finally {
    await kept.flush();
  }
  return true;
}

function asks({ rules }: Work, ...kinds: ReviewerRules["order"]): boolean {
  return kinds.some((kind) => rules.order.includes(kind));
}

/** The books of partners; asked for only by an order that the provider can follow. */
function booksOf({ source }: Work) {
  if (source.partners) return source.partners;
  throw new Error(`Cannot read who is responsible as ${source.provider} keeps no such books: correct reviewers.order`);
}

/** Reads the items in batches, some at once, and keeps the answers; false where the deadline came first. */
async function inBatches<Item>(
  { stage, kept }: Work,
  { items, size }: { items: Item[]; size: number },
  read: (batch: Item[]) => Promise<void>,
): Promise<boolean> {
  for (let from = 0; from < items.length; from += size * atOnce) {
    if (stage.shouldStop()) return false;
    const group = items.slice(from, from + size * atOnce);
    await Promise.all(chunked(group, size).map((batch) => read(batch)));
    await kept.keepUp();
    stage.progress({ stage: "reviewers", counts: kept.counts() });
  }
  return true;
}

async function readDepartments(work: Work): Promise<boolean> {
  const { kept, stage } = work;
  if (kept.hasDepartments() || !asks(work, "holder-hrbp", "department-hrbp")) return true;
  if (stage.shouldStop()) return false;
  kept.addDepartments(await booksOf(work).listDepartments());
  return true;
}

async function readPartners(work: Work): Promise<boolean> {
  if (!asks(work, "holder-hrbp")) return true;
  const books = booksOf(work);
  const items = work.colleagues.holderIds().filter((id) => !work.kept.partnersByHolder.has(id));
  return await inBatches(work, { items, size: books.holdersPerRead }, async (ids) => {
    const found = await books.ofHolders(ids);
    for (const id of ids) work.kept.addPartners("holder", id, found.get(id) ?? []);
  });
}

async function readWorkplaces(work: Work): Promise<boolean> {
  if (!asks(work, "location-bp")) return true;
  const books = booksOf(work);
  const items = work.colleagues.holderIds().filter((id) => !work.kept.localPartnersByHolder.has(id));
  return await inBatches(work, { items, size: books.holdersPerRead }, async (ids) => {
    const found = await books.atWorkplaces(ids);
    for (const id of ids) work.kept.addPartners("workplace", id, found.get(id) ?? []);
  });
}

/** The reviewers of the configuration who were not found: the provider shows nothing of them. */
function unknownReviewers({ stage, rules, kept }: Work): NamedReviewer[] {
  const now = { timezone: stage.policy.timezone, nowMs: stage.clock.now() };
  return namedReviewers(rules, now).filter(({ id }) => {
    const person = kept.peopleById.get(id);
    return !person || (person.status === "unknown" && person.name === null && person.email === null);
  });
}

/** Reads everybody who may be asked and is not read yet. A person whom the provider does not show is `unknown`. */
async function readPeople(work: Work): Promise<boolean> {
  const { kept, rules, colleagues, source } = work;
  const configured = [
    ...(asks(work, "role-owner") ? Object.values(rules.roleOwners) : []),
    ...(rules.fallback ? [rules.fallback] : []),
    ...rules.delegates.flatMap(({ from, to }) => [from, to]),
  ];
  const managers = asks(work, "manager") ? colleagues.managerIds() : [];
  const named = new Set([...configured, ...managers, ...kept.partnerIds()]);
  const items = [...named].filter((id) => !kept.peopleById.has(id)).sort();
  return await inBatches(work, { items, size: source.holdersPerRead }, async (ids) => {
    const found = await source.readHolders(ids);
    for (const id of ids) {
      const { status = "unknown", name = null, email = null, managerId } = found.get(id) ?? {};
      kept.addPerson({ id, status, name, email, ...(managerId ? { managerId } : {}) } satisfies Person);
    }
  });
}

/**
 * Asks who is responsible further up for departments that have no partner of their own who may decide: nobody, people who
 * left, or people of the department itself. An answer names every department above as well, so most need not be asked for.
 */
async function climbDepartments(work: Work): Promise<boolean> {
  if (!asks(work, "department-hrbp")) return true;
  const { kept, colleagues } = work;
  const books = booksOf(work);
  const mayDecide = (departmentId: string, partnerId: string): boolean =>
    kept.peopleById.get(partnerId)?.status !== "left" && colleagues.departmentOf(partnerId) !== departmentId;
  const isCovered = (id: string): boolean =>
    (kept.partnersByDepartment.get(id) ?? []).some((partnerId) => mayDecide(id, partnerId));
  const items = colleagues.departmentIds().filter((id) => !kept.chainByDepartment.has(id) && !isCovered(id));
  return await inBatches(work, { items, size: 1 }, async ([id = ""]) => {
    // The answer for another department may have named this one on its way up.
    if (kept.chainByDepartment.has(id)) return;
    const chain = await books.climbFrom(id);
    const missing: DepartmentPartners = { departmentId: id, partnerIds: [] };
    kept.addChain(chain[0]?.departmentId === id ? chain : [missing, ...chain]);
  });
}

/** The lines that the snapshot keeps, in a fixed order, so that the same answers give the same bytes. */
async function linesOf(work: Work): Promise<ResponsibleLine[]> {
  const { kept, colleagues, source } = work;
  const departmentIds = asks(work, "holder-hrbp", "department-hrbp")
    ? [...new Set([...colleagues.departmentIds(), ...kept.partnersByDepartment.keys()])].sort()
    : [];
  const names = await departmentNames(source, departmentIds);
  const departments = departmentIds.map((id): ResponsibleLine => {
    const above = kept.chainByDepartment.get(id)?.slice(1);
    const own = kept.partnersByDepartment.get(id) ?? [];
    const name = names.get(id) ?? null;
    const line = { kind: "department" as const, id, name, holders: colleagues.holdersIn(id), partnerIds: own };
    return above ? { ...line, above } : line;
  });
  const people = [...kept.peopleById.values()].map((person): ResponsibleLine => ({ kind: "person", ...person }));
  return [
    ...departments,
    ...partnerLines("holder", kept.partnersByHolder),
    ...partnerLines("workplace", kept.localPartnersByHolder),
    ...people.sort((a, b) => (a.id < b.id ? -1 : 1)),
  ];
}

/** Holders whose list of partners is empty are left out. */
function partnerLines(kind: "holder" | "workplace", partners: ReadonlyMap<string, string[]>): ResponsibleLine[] {
  return [...partners]
    .filter(([, partnerIds]) => partnerIds.length > 0)
    .sort(([a], [b]) => byText(a, b))
    .map(([id, partnerIds]) => ({ kind, id, partnerIds }));
}

async function departmentNames(source: Reader, ids: string[]): Promise<Map<string, string | null>> {
  const [named] = await source.nameScopes([[[{ dimension: "department", ids, names: ids.map(() => null) }]]]);
  const names = named?.[0]?.[0]?.names ?? [];
  return new Map(ids.map((id, at) => [id, names[at] ?? null]));
}

/** Everybody who was listed with a grant: where they work, and whom they report to. Groups are not among them. */
type Colleagues = {
  /** In a fixed order. */
  holderIds(): string[];
  managerIds(): Iterable<string>;
  /** Departments in which somebody holds a grant, in a fixed order. */
  departmentIds(): string[];
  /** Null where the person holds nothing, or their department is not known. */
  departmentOf(holderId: string): string | null;
  holdersIn(departmentId: string): number;
};

/** Read from the grants that the snapshot has kept so far; memory holds an entry per person, none per grant. */
async function colleaguesIn({ store }: Stage, { runs }: SnapshotState): Promise<Colleagues> {
  const departmentByHolder = new Map<string, string | null>();
  const managers = new Set<string>();
  for (const key of runs) {
    for await (const { holder } of store.readLines<SpooledGrant>(key)) {
      if (holder.kind !== "user") continue;
      departmentByHolder.set(holder.id, holder.departmentId ?? departmentByHolder.get(holder.id) ?? null);
      if (holder.managerId) managers.add(holder.managerId);
    }
  }
  const holdersByDepartment = new Map<string, number>();
  for (const id of departmentByHolder.values()) {
    if (id) holdersByDepartment.set(id, (holdersByDepartment.get(id) ?? 0) + 1);
  }
  return {
    holderIds: () => [...departmentByHolder.keys()].sort(),
    managerIds: () => managers,
    departmentIds: () => [...holdersByDepartment.keys()].sort(),
    departmentOf: (holderId) => departmentByHolder.get(holderId) ?? null,
    holdersIn: (departmentId) => holdersByDepartment.get(departmentId) ?? 0,
  };
}
