import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { type Endpoint, endpointNames } from "../../sandbox/feishu/endpoints.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { closeAll, openCompany } from "./open-company.ts";

const refusedForGood = { status: 400, code: 99991672 };

async function open(): Promise<OpenedSource> {
  const { sandbox, open: openAnother, clock } = await openCompany();
  const writeCredentials = sandbox.apps.write;
  return {
    source: await openAnother({ writeCredentials }),
    clock,
    reopen: () => openAnother({ writeCredentials, clock: createJumpingClock(clock.now()) }),
    held: () => sandbox.grants().map(({ holderId, roleId }) => ({ holderId, roleId })),
    refuse: ({ holderId, roleId }) => sandbox.quirks.refuseRemoval.push(`${holderId}:${roleId}`),
    loseAnswer: ({ holderId, roleId }) => sandbox.quirks.loseRemovalAnswer.push(`${holderId}:${roleId}`),
    expireToken: () => {
      sandbox.quirks.expiredPageToken = true;
    },
    failForGood: () => {
      const names = endpointNames.filter((name): name is Endpoint => name !== "tenantAccessToken");
      sandbox.quirks.failFor = Object.fromEntries(names.map((name) => [name, refusedForGood]));
    },
    secrets: [sandbox.apps.read.appSecret, writeCredentials.appSecret],
    close: closeAll,
  };
}

describeSource("Feishu CoreHR", open);
