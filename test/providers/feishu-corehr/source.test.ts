import { provider } from "../../../functions/providers/feishu-corehr/provider.ts";
import { type Endpoint, endpointNames } from "../../../functions/sandbox/feishu/endpoints.ts";
import type { Sandbox } from "../../../functions/sandbox/sandbox.ts";
import { describeLife, type OpenedProvider } from "../../contracts/life-contract.ts";
import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { closeAll, openCompany } from "./open-company.ts";

const refusedForGood = { status: 400, code: 99991672 };

const failForGood = ({ quirks }: Sandbox): void => {
  const names = endpointNames.filter((name): name is Endpoint => name !== "tenantAccessToken");
  quirks.failFor = Object.fromEntries(names.map((name) => [name, refusedForGood]));
};

const heldIn = (sandbox: Sandbox) => sandbox.grants().map(({ holderId, roleId }) => ({ holderId, roleId }));

async function open(): Promise<OpenedSource> {
  const { sandbox, open: openAnother, clock } = await openCompany();
  const writeCredentials = sandbox.apps.write;
  return {
    source: await openAnother({ writeCredentials }),
    clock,
    reopen: () => openAnother({ writeCredentials, clock: createJumpingClock(clock.now()) }),
    held: () => heldIn(sandbox),
    refuse: ({ holderId, roleId }) => sandbox.quirks.refuseRemoval.push(`${holderId}:${roleId}`),
    loseAnswer: ({ holderId, roleId }) => sandbox.quirks.loseRemovalAnswer.push(`${holderId}:${roleId}`),
    expireToken: () => {
      sandbox.quirks.expiredPageToken = true;
    },
    failForGood: () => failForGood(sandbox),
    secrets: [sandbox.apps.read.appSecret, writeCredentials.appSecret],
    close: closeAll,
  };
}

async function openProvider(): Promise<OpenedProvider> {
  const { sandbox, clock } = await openCompany();
  return {
    provider,
    settings: {},
    baseUrl: sandbox.url,
    secrets: sandbox.apps,
    clock,
    held: () => heldIn(sandbox),
    failForGood: () => failForGood(sandbox),
    close: closeAll,
  };
}

describeSource("Feishu CoreHR", open);
describeLife("Feishu CoreHR", openProvider);
