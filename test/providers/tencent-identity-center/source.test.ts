import { provider } from "../../../functions/providers/tencent-identity-center/provider.ts";
import type { GrantKey } from "../../../functions/review/ports.ts";
import type { Sandbox } from "../../../functions/sandbox/sandbox.ts";
import { actionNames } from "../../../functions/sandbox/tencent/actions.ts";
import { describeLife, type OpenedProvider } from "../../contracts/life-contract.ts";
import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { closeAll, openZone } from "./open-zone.ts";

const failForGood = ({ cloud }: Sandbox): void => {
  cloud.quirks.failFor = Object.fromEntries(actionNames.map((name) => [name, "AuthFailure.UnauthorizedOperation"]));
};

const heldIn = ({ cloud }: Sandbox): GrantKey[] => cloud.grants().map(({ holderId, roleId }) => ({ holderId, roleId }));

const nameOf = ({ holderId, roleId }: GrantKey): string => `${holderId}:${roleId}`;

async function open(): Promise<OpenedSource> {
  // So many that the listing takes four pages.
  const { sandbox, open: openAnother, clock } = await openZone({}, { people: 3000 });
  const { quirks, keys } = sandbox.cloud;
  const writeCredentials = keys.write;
  return {
    source: await openAnother({ writeCredentials }),
    clock,
    reopen: () => openAnother({ writeCredentials, clock: createJumpingClock(clock.now()) }),
    held: () => heldIn(sandbox),
    refuse: (key) => quirks.failTask.push(nameOf(key)),
    loseAnswer: (key) => quirks.loseRemovalAnswer.push(nameOf(key)),
    expireToken: () => {
      quirks.expiredToken = true;
    },
    failForGood: () => failForGood(sandbox),
    secrets: [keys.read.secretKey, writeCredentials.secretKey],
    close: closeAll,
  };
}

async function openProvider(): Promise<OpenedProvider> {
  const { sandbox, clock } = await openZone();
  const { read, write } = sandbox.cloud.keys;
  return {
    provider,
    settings: { zoneId: sandbox.company.cloud.zoneId, protectManagementAccount: true },
    baseUrl: sandbox.url,
    secrets: { read, write },
    clock,
    held: () => heldIn(sandbox),
    failForGood: () => failForGood(sandbox),
    close: closeAll,
  };
}

describeSource("Tencent Cloud Identity Center", open);
describeLife("Tencent Cloud Identity Center", openProvider);
