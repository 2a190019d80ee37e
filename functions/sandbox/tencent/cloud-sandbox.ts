import type { BlindRepeats, HttpAnswer, HttpRequest } from "../calls.ts";
import { type Company, isoOf } from "../company/company.ts";
import type { CompanyEvent } from "../company/events.ts";
import { actionNames } from "./actions.ts";
import { type CloudKey, readKey, temporaryKey, writeKey } from "./cloud-keys.ts";
import { type CloudQuirks, noCloudQuirks } from "./cloud-quirks.ts";
import { cloudServer } from "./cloud-server.ts";
import { endDueTasks } from "./cloud-tasks.ts";
import type { CloudCallLog, CloudWorld } from "./cloud-world.ts";

/** An assignment that is in force, with holder and role as a review names them. `grantedAt` is UTC, ISO 8601. */
export type CloudGrant = { holderId: string; roleId: string; grantedAt: string };

type Secrets = { secretId: string; secretKey: string; token?: string };

/** The zone of a running sandbox. */
export type CloudSandbox = {
  keys: { read: Secrets; write: Secrets; temporary: Secrets };
  /** May be changed while it runs. */
  quirks: CloudQuirks;
  calls: CloudCallLog;
  grants(): CloudGrant[];
  answer(request: HttpRequest): HttpAnswer;
};

type CloudParts = {
  company: Company;
  quirks: Partial<CloudQuirks>;
  pace(): number;
  now(): number;
  record(events: CompanyEvent[]): void;
  repeats: BlindRepeats;
};

function secretsOf({ secretId, secretKey, token }: CloudKey): Secrets {
  return {
    secretId,
    secretKey,
    ...(token === undefined ? {} : { token }),
  };
}

/** The vendor's API over the company's zone. */
export function openCloudSandbox({ quirks, ...parts }: CloudParts): CloudSandbox {
  const calls: CloudCallLog = {
    byAction: Object.fromEntries(
      actionNames.map((name) => [name, { calls: 0, refusals: 0 }]),
    ) as CloudCallLog["byAction"],
    writes: [],
  };
  const { company } = parts;
  const world: CloudWorld = {
    ...parts,
    quirks: { ...noCloudQuirks(), ...quirks },
    calls,
    lostRemovals: new Set(),
    tokensSeen: 0,
  };
  return {
    keys: { read: secretsOf(readKey), write: secretsOf(writeKey), temporary: secretsOf(temporaryKey) },
    quirks: world.quirks,
    calls,
    grants() {
      endDueTasks(world);
      return [...company.cloud.assignmentsByKey.values()].map(({ principalId, configurationId, uin, createdAtS }) => ({
        holderId: principalId,
        roleId: `${configurationId}@${uin}`,
        grantedAt: isoOf(createdAtS),
      }));
    },
    answer: cloudServer(world, [readKey, writeKey, temporaryKey]),
  };
}
