import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { answeredCalls } from "../../functions/http/signals.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { type SandboxOptions, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type SandboxProcess, startSandboxProcess } from "../start-sandbox-process.ts";
import { type CallCounts, fewestCalls, sumOf } from "./fewest.ts";
import { openTenant } from "./tenant.ts";

// Slow enough that a call takes as little of its share of the limit as at a real tenant, where it has 600 ms.
const pace = 20;
const runs = 5;
const goal = 1.1;
const proofGoal = 0.05;

type Kind = { name: string; size: Omit<SandboxOptions, "now">; quirks?: Partial<Quirks> };

const kinds: Kind[] = [
  { name: "few holders among many employees", size: { people: 60_000, holders: 1_000, roles: 120 } },
  {
    name: "4,000 roles with one or two holders each",
    size: { people: 60_000, holders: 6_000, roles: 4_000, grants: 6_400 },
  },
  { name: "role_id_list narrows", size: { people: 60_000, holders: 10_000, roles: 120 } },
  {
    name: "role_id_list does not narrow",
    size: { people: 60_000, holders: 10_000, roles: 120 },
    quirks: { roleFilterNarrows: false },
  },
  // Real access data: the median role has one holder, the largest some 800, and everybody who has not left holds something.
  {
    name: "a long tail: 7,226 roles, 12,320 holders",
    size: { people: 13_700, holders: 12_320, roles: 7_226, grants: 29_671, longTail: true },
  },
  {
    name: "the same, where one in five holds something",
    size: { people: 60_000, holders: 12_320, roles: 7_226, grants: 29_671, longTail: true },
  },
  {
    name: "neither list narrows",
    size: { people: 20_000, holders: 3_300, roles: 120 },
    quirks: { roleFilterNarrows: false, employeeFilterSkipsNonHolders: false },
  },
];

/** What proofs ask for; facts of the last holders come beside them. */
const proving = ["searchAssignedUsers", "queryAuthorizations"];

type Counted = { made: CallCounts; proofs: number };

/** How many calls a snapshot makes over the fewest that could do it, by tenant, as a table. */
export async function callsTable(): Promise<string> {
  const head = [
    "tenant",
    "made / fewest by call",
    "made",
    "fewest",
    `ratio, median of ${runs}`,
    "goal",
    "proofs",
    "goal",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const kind of kinds) {
    const { counted, fewest } = await countCalls(kind);
    const { made, proofs } = counted.toSorted((a, b) => sumOf(a.made) - sumOf(b.made))[runs >> 1]!;
    const detail = Object.entries(made).map(([name, count]) => `${name} ${count} / ${fewest[name] ?? 0}`);
    const [sum, least] = [sumOf(made), sumOf(fewest)];
    const share = `${proofs} (${((proofs / least) * 100).toFixed(1)} %)`;
    const ratio = (sum / least).toFixed(3);
    table.push([kind.name, detail.join("\n"), sum, least, ratio, `<= ${goal}`, share, `<= ${proofGoal * 100} %`]);
    const each = counted.map((one) => (sumOf(one.made) / least).toFixed(3)).join(", ");
    process.stderr.write(`calls: ${kind.name}: ${each} times the fewest, ${proofs} for proofs\n`);
  }
  return table.toString();
}

async function countCalls({ size, quirks = {} }: Kind): Promise<{ counted: Counted[]; fewest: CallCounts }> {
  const options = { ...size, pace, quirks };
  const company = await startSandbox(options);
  const fewest = fewestCalls(company.company, company.quirks);
  await company.close();
  const sandbox = await startSandboxProcess(options);
  try {
    // Code that runs for the first time makes the provider seem far away, and the first calls are what tells how far it is.
    await countSnapshot(sandbox);
    const counted: Counted[] = [];
    for (let run = 0; run < runs; run += 1) {
      await sleep(60_000 / pace);
      counted.push(await countSnapshot(sandbox));
    }
    return { counted, fewest };
  } finally {
    await sandbox.close();
  }
}

async function countSnapshot({ url }: SandboxProcess): Promise<Counted> {
  const tenant = await openTenant(url, pace);
  const counted: Counted = { made: {}, proofs: 0 };
  let isProving = false;
  const onCall = (name: unknown): void => {
    if (isProving && proving.includes(String(name))) counted.proofs += 1;
    else counted.made[String(name)] = (counted.made[String(name)] ?? 0) + 1;
  };
  subscribe(answeredCalls.name, onCall);
  try {
    const stage = tenant.stage();
    const openReader: typeof stage.openReader = async () => {
      const source = await stage.openReader();
      const prove: typeof source.prove = (sample) => {
        isProving = true;
        return source.prove(sample);
      };
      return { ...source, prove };
    };
    const answer = await takeSnapshot({ ...stage, openReader });
    if (answer.status !== "done") throw new Error(`The snapshot ended ${JSON.stringify(answer)}`);
    delete counted.made.tenantAccessToken;
    return counted;
  } finally {
    unsubscribe(answeredCalls.name, onCall);
    tenant.remove();
  }
}
