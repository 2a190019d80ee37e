import { hasLeft } from "../../functions/sandbox/company/company.ts";
import { plantedRoles, retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import type { Sandbox } from "../../functions/sandbox/sandbox.ts";
import { readKey, writeKey } from "../../functions/sandbox/tencent/cloud-keys.ts";
import { massLeave } from "../mass-leave.ts";
import type { RemoteOptions, ServedSandbox } from "../serve-sandbox.ts";

/** A kind of source whose review is killed, and how its company's books are read. */
export type KilledSource = {
  provider: string;
  /** What its configuration says of it alone. */
  settings: Record<string, unknown>;
  guard?: Record<string, unknown>;
  env: Record<string, string>;
  size: RemoteOptions;
  /** Leaves behind what the review is to remove. */
  prepare(company: Sandbox): void;
  serving: RemoteOptions & { pace: number };
  /** The call that removes, as the sandbox names it. */
  removal: string;
  /** So many grants are removed, at the least. */
  removals: number;
  /** A stage is killed before it has so many answers: fewer than the stage needs, however often it was killed before. */
  killWithinCalls: { snapshot: number; expire: number };
  /** What stands, in a fixed order. */
  standing(sandbox: ServedSandbox): Promise<string[]>;
  /** What was removed, once for every time that it was. */
  removed(sandbox: ServedSandbox): Promise<string[]>;
};

const nameOf = ({ holderId, roleId }: { holderId: string; roleId: string }): string => `${holderId} ${roleId}`;

/** 300 CoreHR grants of people who have left, removed one a call. */
export const coreHr: KilledSource = {
  provider: "feishu-corehr",
  settings: {},
  env: {},
  size: { people: 900, holders: 400, grants: 800 },
  prepare: (company) => void massLeave(company, 300),
  // A review lists roles by as many listings as its calls take long: with such a latency always by the most there can be.
  serving: { pace: 3_000, latencyMs: 40 },
  removal: "removeRoleAssign",
  removals: 51,
  killWithinCalls: { snapshot: 20, expire: 30 },
  standing: async (sandbox) => (await sandbox.grants()).map((grant) => JSON.stringify(grant)).sort(),
  removed: async (sandbox) => (await sandbox.state()).writes.map(nameOf),
};

/**
 * The same where a fifth is to be removed: what lies between the kills is short. The company is as large, as in a small one the
 * way to list is a matter of a few milliseconds of latency, and two reviews would list by different ways.
 */
export const fewCoreHr: KilledSource = {
  ...coreHr,
  prepare: (company) => void massLeave(company, 60),
  removals: 60,
  killWithinCalls: { snapshot: 20, expire: 10 },
};

/** Whoever has left is in every functional role, so that members go by the hundred. */
function joinEveryRole(company: Sandbox): void {
  massLeave(company, 300);
  const at = company.now();
  const left = company.company.employees.filter((employee) => hasLeft(employee, at)).map(({ id }) => id);
  company.happen(
    plantedRoles.map(({ id: roleId }) => ({
      op: "functional",
      by: "company",
      at,
      appId: null,
      change: { kind: "add", roleId, holderIds: left, scope: { type: "None" } },
    })),
  );
}

const functionalRoles: KilledSource = {
  provider: "feishu-functional-role",
  settings: { roles: plantedRoles },
  env: {},
  size: { people: 900, holders: 400, grants: 800 },
  prepare: joinEveryRole,
  serving: { pace: 3_000 },
  removal: "functionalMembersBatchDelete",
  removals: 51,
  killWithinCalls: { snapshot: 5, expire: 5 },
  standing: async (sandbox) => (await sandbox.functionalGrants()).map((grant) => JSON.stringify(grant)).sort(),
  removed: async (sandbox) =>
    (await sandbox.state()).functionalWrites.flatMap(({ roleId, holderIds }) =>
      holderIds.map((holderId) => nameOf({ holderId, roleId })),
    ),
};

/** Every other user of the cloud is blocked. */
function blockUsers(company: Sandbox): void {
  const blocked = [...company.company.cloud.usersById.keys()].filter((_id, index) => index % 2 === 0);
  const change = (userId: string) => ({ kind: "disable" as const, userId, isDisabled: true });
  company.happen(
    blocked.map((id) => ({ op: "cloud", by: "company", at: company.now(), secretId: null, change: change(id) })),
  );
}

const cloudPace = 100;

/** A removal takes longer than the start of the next process, so that this one finds some under way at the provider. */
const cloud: KilledSource = {
  provider: "tencent-identity-center",
  settings: {},
  env: { READ_APP: JSON.stringify(readKey), WRITE_APP: JSON.stringify(writeKey) },
  size: { people: 1300 },
  prepare: blockUsers,
  serving: { pace: cloudPace, cloudQuirks: { taskMs: 1_500 * cloudPace } },
  removal: "DeleteRoleAssignment",
  removals: 51,
  killWithinCalls: { snapshot: 20, expire: 20 },
  standing: async (sandbox) => (await sandbox.zone()).grants.map(nameOf).sort(),
  removed: async (sandbox) => (await sandbox.zone()).writes.map(({ key }) => key),
};

/** Functional roles of which one is emptied and deleted. */
export const retiringRoles: KilledSource = {
  ...functionalRoles,
  settings: { roles: plantedRoles, retire: [retirableRoleId] },
  guard: { allowUnrestorable: true },
  size: { people: 400 },
  prepare: () => {},
  serving: { pace: 3_000 },
};

/** One of each provider. */
export const killedSources: readonly KilledSource[] = [coreHr, functionalRoles, cloud];
