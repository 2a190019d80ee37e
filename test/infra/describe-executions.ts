import { pathToFileURL } from "node:url";
import type { Context } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import type { Config } from "../../functions/config/config.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import { decisionsPrefix, reviewKeys, tableKey } from "../../functions/review/keys.ts";
import { itemOf, type PlanItem } from "../../functions/review/plan/plan.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { valid } from "../config/valid.ts";
import { motoStartMs } from "../moto-server.ts";
import { someReviewer } from "../review-life/decide.ts";
import { plantBrake } from "../sandbox/brakes.ts";
import { expectationNow } from "../sandbox/expectation.ts";
import { configOver, type Deployed, deploy, temporaryFolder } from "./deployed.ts";
import { type Definition, definitionIn, type Executed, execute } from "./executed-machine.ts";
import { synthesise } from "./synthesised.ts";

type Handler = (event: unknown, context: Context) => Promise<Record<string, unknown>>;

const handlerOf = async (stage: string): Promise<Handler> => {
  switch (stage) {
    case "snapshot":
      return (await import("../../functions/take-snapshot.ts")).handler;
    case "assess":
      return (await import("../../functions/assess-grants.ts")).handler;
    case "expire":
      return (await import("../../functions/expire-grants.ts")).handler;
    case "approve":
      return (await import("../../functions/approve-plan.ts")).handler;
    case "seal":
      return (await import("../../functions/seal-evidence.ts")).handler;
    default:
      throw new Error(`No stage is called ${stage}`);
  }
};

/** A context whose deadline is near after so many looks at it. */
const contextWith = (looks: number): Context => {
  let left = looks;
  const getRemainingTimeInMillis = (): number => (left-- > 0 ? 900_000 : 0);
  return { awsRequestId: crypto.randomUUID(), getRemainingTimeInMillis } as Context;
};

const machineIn = (mode: "enforce" | "report"): Definition =>
  definitionIn(synthesise(valid.replace("mode: report", `mode: ${mode}`)));
const review = "2026-10-01T020000Z";

let aws: Deployed;
let folder: ReturnType<typeof temporaryFolder>;
let sandbox: Sandbox;
/** How many grants an undisturbed review would revoke. */
let revocations = 0;
let store: Store;

/** Starts AWS before the tests of a file. */
function setUp(): void {
  beforeAll(async () => {
    folder = temporaryFolder();
    aws = await deploy();
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
  }, motoStartMs);
  afterAll(async () => {
    vi.unstubAllEnvs();
    folder.remove();
    await aws.stop();
  });
}

/** A bucket, and the environment of a handler. */
async function openBucket(): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
  const bucket = await aws.newBucket();
  vi.stubEnv("EVIDENCE_BUCKET", bucket);
  store = await aws.storeOf(bucket);
}

async function endCompany(): Promise<void> {
  vi.useRealTimers();
  await sandbox.close();
}

type Use = { change?: (config: Config) => void; people?: number; ids?: string[] };

/** A company, and the shipped configuration over it. */
const use = async ({ change = () => {}, people = 40, ids = ["people"] }: Use = {}): Promise<void> => {
  sandbox = await startSandbox({ people, pace: 60 });
  await aws.putSecret("people/read", sandbox.apps.read);
  await aws.putSecret("people/write", sandbox.apps.write);
  const config = configOver(sandbox, ids, change);
  revocations = expectationNow(sandbox).revoked.length;
  vi.stubEnv("CONFIG_FILE", pathToFileURL(folder.write("config.json", config)).href);
};

type Lived = {
  looks?: (stage: string, event: Record<string, unknown>) => number;
  before?: (stage: string, event: Record<string, unknown>) => Promise<void>;
  of?: Definition;
};

/** Executes the synthesised state machine over the real handlers. Time passes where it waits. */
const run = async (
  input: Record<string, unknown>,
  { looks, before, of = machineIn("enforce") }: Lived = {},
): Promise<Executed> =>
  await execute(of, {
    input,
    invoke: async (stage, event) => {
      await before?.(stage, event);
      const answer = await (await handlerOf(stage))(event, contextWith(looks?.(stage, event) ?? 1_000_000));
      if (typeof answer.lookAgainAt === "string") vi.setSystemTime(answer.lookAgainAt);
      // Lambda speaks JSON.
      return JSON.parse(JSON.stringify(answer));
    },
  });

const evidenceOf = async (source = "people"): Promise<Evidence | null> =>
  await store.getJson<Evidence>(reviewKeys(source, review).evidence);

/** More removals than one window of the provider's limit takes, and no brake but what a test sets. */
const manyLeave = ({ policy }: Config): void => {
  Object.assign(policy.guard, { maxExpiries: 100, maxShare: 1 });
  plantBrake(sandbox, "maxExpiries");
};

/** A policy that gives three days to decide on old grants of people who stay, and takes silence for a revoke. */
const askingPolicy = ({ policy }: Config): Config["policy"] => ({
  ...policy,
  decideWithinDays: 3,
  rules: [
    ...policy.rules.filter(({ noticeDays }) => noticeDays === 0),
    {
      id: "to-decide",
      when: 'holder.status == "active" && grant.grantedAt < now - days(200)',
      then: "flag",
      noticeDays: 0,
      reason: { en: "Held for over 200 days", zh: "持有已超过 200 天" },
      overridable: true,
      onNoDecision: "expire",
    },
  ],
  guard: { ...policy.guard, allowExpireUndecided: true, maxExpiries: 500, maxShare: 1 },
});

/** What expires if nobody decides, by the newest plan. */
const undecidedItems = async (): Promise<PlanItem[]> =>
  ((await newestPlan({ store, sourceId: "people", review }))?.items ?? []).filter(
    ({ ifUndecided, hold }) => ifUndecided && !hold,
  );

/** Hands in a keep, as whoever may put files under decisions/ would. */
const keep = async ({ grantId, holderId }: PlanItem): Promise<void> => {
  const [decidedAt, until] = [0, 100].map((days) => isoInstant(Date.now() + days * dayMs));
  const text = `review,grant_id,decision,until,reviewer,reason,decided_at\n${review},${grantId},keep,${until},${someReviewer({ sandbox }, holderId)},needed,${decidedAt}\n`;
  await store.create(`${decisionsPrefix("people")}kept.csv`, new TextEncoder().encode(text));
};

/** What any change of a handler may break, in one review: rounds, a held plan, and a source beside it that fails. */
export function describeExecutions(): void {
  describe("the state machine over the real handlers, a company and S3", () => {
    setUp();

    let lived: Executed;
    let writesWhileHeld = 0;

    beforeAll(async () => {
      await openBucket();
      const change = (config: Config): void => {
        manyLeave(config);
        config.policy.guard.maxExpiries = 0;
      };
      await use({ change, people: 120, ids: ["people", "broken"] });
      let assessed = 0;
      const approveOnThirdDay = async (stage: string, { source }: Record<string, unknown>): Promise<void> => {
        if (stage !== "assess" || source !== "people" || ++assessed !== 3) return;
        writesWhileHeld = sandbox.calls.writes.length;
        const assess = await handlerOf("assess");
        const { planHash } = (await assess({ source: "people", review }, contextWith(1_000))) as { planHash: string };
        const approval = { source: "people", review, approve: planHash, by: "ops", reason: "seen" };
        await (await handlerOf("approve"))(approval, contextWith(1_000_000));
      };
      let snapshots = 0;
      const looks = (stage: string, { source }: Record<string, unknown>): number =>
        stage === "snapshot" && source === "people" && ++snapshots > 1 ? 1_000_000 : 1;
      const of = definitionIn(synthesise(twoNamed));
      lived = await run({ review }, { before: approveOnThirdDay, looks, of });
    });
    afterAll(endCompany);

    it("takes a review in several rounds, and removes what an undisturbed one would", async () => {
      const rounds = (stage: string): number =>
        lived.invoked.filter(([name, { source, earlier }]) => name === stage && source === "people" && !earlier).length;
      expect(rounds("snapshot")).toBeGreaterThan(1);
      expect(rounds("expire")).toBeGreaterThan(1);
      expect(revocations).toBeGreaterThan(1);
      expect((await evidenceOf())?.balance).toMatchObject({ revoked: revocations, pending: 0, balanced: true });
      expect((await verifyEvidence({ store, source: "people", review }, null)).faults).toEqual([]);
      const table = await store.get(tableKey("grants", "people", review));
      const [part] = new TextDecoder().decode(table?.body).split("\n");
      expect(part).toBe(`s3://${process.env.EVIDENCE_BUCKET}/${reviewKeys("people", review).part(0)}`);
      expect(Object.values(sandbox.calls.byEndpoint).reduce((sum, { refusals }) => sum + refusals, 0)).toBe(0);
    });

    it("holds a plan until somebody runs the command it was told, then carries out exactly that plan", async () => {
      expect(writesWhileHeld).toBe(0);
      expect(lived.waits.filter(({ answer }) => answer.source === "people")).toHaveLength(2);
      // At once, and once more after a day.
      const told = lived.told.filter((text) => text.includes("maxExpiries"));
      expect(told).toHaveLength(2);
      expect(told[1]).toContain("--payload");
      const [, event] = /--payload '(.*)' /.exec(told[0]!)!;
      const keys = reviewKeys("people", review);
      expect(await store.getJson(keys.approval(JSON.parse(event!).approve))).toMatchObject({
        by: "ops",
        reason: "seen",
      });
    });

    it("lets a source that fails stop none beside it, and says in the end which and why", async () => {
      expect(lived.error).toBe("SourceFailed");
      expect(lived.cause).toContain("secretsmanager:broken/read");
      expect(await evidenceOf("broken")).toBeNull();
    });
  });
}

/** What is rarer. Without S3, review-state-machine.test.ts, healing.test.ts and decision-window.test.ts test each of it. */
export function describeRareExecutions(): void {
  describe("the state machine over the real handlers, a company and S3, in rarer cases", () => {
    setUp();
    beforeEach(openBucket);
    afterEach(endCompany);

    it("waits for a notice, a day at a time, and then removes", async () => {
      await use({
        change: ({ policy }) => {
          for (const rule of policy.rules) if (rule.id === "leaver") rule.noticeDays = 2;
        },
      });
      const { waits, error } = await run({ review });
      expect(error).toBeNull();
      expect(waits).toHaveLength(2);
      expect(
        waits.every(({ answer }) => answer.status === "waiting" && answer.resumeAt === waits[0]!.answer.resumeAt),
      ).toBe(true);
      expect(sandbox.calls.writes).toHaveLength(revocations);
      expect((await evidenceOf())?.balance).toMatchObject({ revoked: revocations, balanced: true });
    });

    itStaysOpenIn("enforce");
    itStaysOpenIn("report");

    it("goes on where a crashed execution stopped, once it is begun again with the same review", async () => {
      await use({ change: manyLeave, people: 120 });
      let removals = 0;
      const crash = async (stage: string): Promise<void> => {
        if (stage === "expire" && ++removals >= 2) throw new Error("the machine is gone");
      };
      const crashed = await run({ review }, { before: crash, looks: (stage) => (stage === "expire" ? 1 : 1_000) });
      expect(crashed.error).toBe("SourceFailed");
      const { error } = await run({ review });
      expect(error).toBeNull();
      const written = sandbox.calls.writes.map(({ holderId, roleId }) => `${holderId} ${roleId}`);
      expect(new Set(written).size).toBe(written.length);
      expect((await evidenceOf())?.balance).toMatchObject({ revoked: revocations, balanced: true });
    });

    it("seals what is open of the source before it begins anew", async () => {
      await use({
        change: ({ policy }) => {
          policy.guard.maxExpiries = 0;
        },
      });
      const handler = await handlerOf("snapshot");
      const earlier = "2026-07-01T020000Z";
      await handler({ source: "people", review: earlier }, contextWith(1_000_000));
      await (await handlerOf("assess"))({ source: "people", review: earlier }, contextWith(1_000));
      const stop = async (stage: string): Promise<void> => {
        if (stage === "assess") throw new Error("enough");
      };
      await run({ review }, { before: stop });
      expect(await store.getJson(reviewKeys("people", earlier).evidence)).toMatchObject({
        balance: { balanced: true },
      });
    });
  });
}

function itStaysOpenIn(mode: "enforce" | "report"): void {
  it(`stays open for decisions in ${mode} mode, a day at a time, honours the one that came, and then closes`, async () => {
    await use({ change: (config) => Object.assign(config, { mode, policy: askingPolicy(config) }) });
    let assessed = 0;
    let kept = "";
    const decideOnSecondDay = async (stage: string): Promise<void> => {
      if (stage !== "assess" || ++assessed !== 3) return;
      const [item] = await undecidedItems();
      kept = item!.grantId;
      await keep(item!);
    };
    const { waits, error, invoked } = await run({ review }, { before: decideOnSecondDay, of: machineIn(mode) });
    expect(error).toBeNull();
    expect(waits).toHaveLength(3);
    expect(new Set(waits.map(({ answer }) => answer.status))).toEqual(new Set(["waiting"]));
    expect(invoked.at(-1)?.[0]).toBe("seal");
    const plan = (await newestPlan({ store, sourceId: "people", review }))!;
    expect(itemOf(plan, kept)?.hold?.by).toBe("decision");
    expect((await undecidedItems()).length).toBeGreaterThan(0);
    const written = sandbox.calls.writes.map(({ holderId, roleId }) => `${holderId} ${roleId}`).sort();
    const expired = plan.items.filter(({ hold }) => mode === "enforce" && !hold);
    expect(written).toEqual(expired.map(({ holderId, roleId }) => `${holderId} ${roleId}`).sort());
    expect((await verifyEvidence({ store, source: "people", review }, null)).faults).toEqual([]);
  });
}

const twoNamed = valid.replace("mode: report", "mode: enforce").replace(
  "policy:\n",
  `  - id: broken
    provider: feishu-corehr
    baseUrl: https://open.feishu.cn
    credentials: { read: "secretsmanager:broken/read", write: "secretsmanager:broken/write" }
policy:
`,
);
