import { createListSharing, type ResponsibleLine } from "../../review/people/responsible.ts";
import type { Person } from "../../review/people/routing.ts";
import type { DepartmentPartners } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import type { SnapshotState } from "./snapshot-state.ts";
import { keepRun, numbered, type Spool } from "./spool.ts";

/** A line as it is kept while reading goes on. */
type KeptLine =
  | { of: "departments"; departments: DepartmentPartners[] }
  | { of: "holder" | "workplace"; id: string; partnerIds: string[] }
  | { of: "chain"; chain: DepartmentPartners[] }
  | { of: "person"; person: Person };

/** Who is responsible, as far as the books were read: in memory, and durable, so that the next invocation does not ask again. */
export type ResponsibleSpool = {
  /** By holder id; `[]` where the books name nobody: the holder was asked about. */
  readonly partnersByHolder: ReadonlyMap<string, string[]>;
  readonly localPartnersByHolder: ReadonlyMap<string, string[]>;
  /** Departments' own partners. */
  readonly partnersByDepartment: ReadonlyMap<string, string[]>;
  /** The department itself, then those above it. */
  readonly chainByDepartment: ReadonlyMap<string, DepartmentPartners[]>;
  readonly peopleById: ReadonlyMap<string, Person>;
  hasDepartments(): boolean;
  /** Everybody whom anything names as a partner. */
  partnerIds(): Iterable<string>;
  counts(): Record<string, number>;
  addDepartments(departments: DepartmentPartners[]): void;
  addPartners(of: "holder" | "workplace", id: string, partnerIds: string[]): void;
  addChain(chain: DepartmentPartners[]): void;
  addPerson(person: Person): void;
  /** Flushes where many lines wait, or the last flush is long ago. */
  keepUp(): Promise<void>;
  flush(): Promise<void>;
  /** Keeps the result; from then on the books are not read again. */
  finish(lines: ResponsibleLine[]): Promise<void>;
};

const runLines = 5_000;
const flushAfterMs = 15_000;

type Kept = { state: SnapshotState; spool: Spool };

/** Opens the spool with the lines that earlier invocations have kept. */
export async function openResponsibleSpool(stage: Stage, { state, spool }: Kept): Promise<ResponsibleSpool> {
  const progress = state.responsible ?? { runs: [], key: null };
  state.responsible = progress;
  const partnersByHolder = new Map<string, string[]>();
  const localPartnersByHolder = new Map<string, string[]>();
  const partnersByDepartment = new Map<string, string[]>();
  const chainByDepartment = new Map<string, DepartmentPartners[]>();
  const peopleById = new Map<string, Person>();
  const shared = createListSharing();
  let hasDepartments = false;
  let pending: KeptLine[] = [];
  let flushedAt = stage.clock.now();

  const learnLine = (line: KeptLine): void => {
    switch (line.of) {
      case "departments":
        hasDepartments = true;
        for (const { departmentId, partnerIds } of line.departments) partnersByDepartment.set(departmentId, partnerIds);
        return;
      case "chain":
        for (const [at, { departmentId }] of line.chain.entries())
          chainByDepartment.set(departmentId, line.chain.slice(at));
        return;
      case "person":
        peopleById.set(line.person.id, line.person);
        return;
      default:
        (line.of === "holder" ? partnersByHolder : localPartnersByHolder).set(line.id, shared(line.partnerIds));
    }
  };
  const add = (line: KeptLine): void => {
    learnLine(line);
    pending.push(line);
  };
  for (const key of progress.runs) for await (const line of stage.store.readLines<KeptLine>(key)) learnLine(line);

  const flush = async (): Promise<void> => {
    if (pending.length > 0) {
      progress.runs.push(await keepRun(stage, `responsible-${numbered(progress.runs)}`, pending));
      pending = [];
    }
    await spool.flush();
    flushedAt = stage.clock.now();
  };

  return {
    partnersByHolder,
    localPartnersByHolder,
    partnersByDepartment,
    chainByDepartment,
    peopleById,
    hasDepartments: () => hasDepartments,
    *partnerIds() {
      for (const partners of [partnersByHolder, localPartnersByHolder, partnersByDepartment]) {
        for (const ids of partners.values()) yield* ids;
      }
      for (const chain of chainByDepartment.values()) for (const { partnerIds } of chain) yield* partnerIds;
    },
    counts: () => ({ holders: partnersByHolder.size, people: peopleById.size }),
    addDepartments: (departments) => add({ of: "departments", departments }),
    addPartners: (of, id, partnerIds) => add({ of, id, partnerIds }),
    addChain: (chain) => add({ of: "chain", chain }),
    addPerson: (person) => add({ of: "person", person }),
    async keepUp() {
      if (pending.length >= runLines || stage.clock.now() - flushedAt > flushAfterMs) await flush();
    },
    flush,
    async finish(lines) {
      progress.key = await keepRun(stage, "responsible", lines, "kept");
    },
  };
}
