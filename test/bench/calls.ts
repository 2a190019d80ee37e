import { subscribe, unsubscribe } from "node:diagnostics_channel";
import Table from "cli-table3";
import { answeredCalls } from "../../functions/http/signals.ts";
import { reviewIdOf } from "../../functions/review/keys.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, forgetKnownEntries, type Life, openLife } from "../review-life/open-life.ts";
import { type CallCounts, fewestCalls, sumOf } from "./fewest.ts";

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

/**
 * How many calls a snapshot makes over the fewest that could do it, by tenant, as a table. On a clock that jumps, so that the
 * provider is near and the counts are the same on any machine.
 */
export async function callsTable(): Promise<string> {
  const head = ["tenant", "made / fewest by call", "made", "fewest", "ratio", "goal", "proofs", "goal"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { name, size, quirks = {} } of kinds) {
    const life = await openLife({ ...size, quirks });
    forgetKnownEntries(life);
    const fewest = fewestCalls(life.sandbox.company, life.sandbox.quirks);
    const { made, proofs } = await countSnapshot(life);
    await endLives();
    const detail = Object.entries(made).map(([call, count]) => `${call} ${count} / ${fewest[call] ?? 0}`);
    const [sum, least] = [sumOf(made), sumOf(fewest)];
    const share = `${proofs} (${((proofs / least) * 100).toFixed(1)} %)`;
    const ratio = (sum / least).toFixed(3);
    table.push([name, detail.join("\n"), sum, least, ratio, `<= ${goal}`, share, `<= ${proofGoal * 100} %`]);
    process.stderr.write(`calls: ${name}: ${ratio} times the fewest, ${proofs} for proofs\n`);
  }
  return table.toString();
}

async function countSnapshot(life: Life): Promise<Counted> {
  const counted: Counted = { made: {}, proofs: 0 };
  let isProving = false;
  const onCall = (name: unknown): void => {
    if (isProving && proving.includes(String(name))) counted.proofs += 1;
    else counted.made[String(name)] = (counted.made[String(name)] ?? 0) + 1;
  };
  subscribe(answeredCalls.name, onCall);
  try {
    // Who reviews is read by calls of their own.
    const stage = { ...life.stageOf(reviewIdOf(life.clock.now())), reviewers: null };
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
  }
}
