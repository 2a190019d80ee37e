import type { GrantKey } from "../../../functions/review/ports.ts";
import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { actionNames } from "../../sandbox/tencent/actions.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { closeAll, openZone } from "./open-zone.ts";

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
    held: () => sandbox.cloud.grants().map(({ holderId, roleId }) => ({ holderId, roleId })),
    refuse: (key) => quirks.failTask.push(nameOf(key)),
    loseAnswer: (key) => quirks.loseRemovalAnswer.push(nameOf(key)),
    expireToken: () => {
      quirks.expiredToken = true;
    },
    failForGood: () => {
      quirks.failFor = Object.fromEntries(actionNames.map((name) => [name, "AuthFailure.UnauthorizedOperation"]));
    },
    secrets: [keys.read.secretKey, writeCredentials.secretKey],
    close: closeAll,
  };
}

describeSource("Tencent Cloud Identity Center", open);
