import { provider } from "../../../functions/providers/feishu-functional-role/provider.ts";
import type { GrantKey } from "../../../functions/review/ports.ts";
import { type Endpoint, functionalEndpoints } from "../../../functions/sandbox/feishu/endpoints.ts";
import type { Sandbox } from "../../../functions/sandbox/sandbox.ts";
import { describeLife, type OpenedProvider } from "../../contracts/life-contract.ts";
import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { closeAll, openRoles, roles } from "./open-roles.ts";

const refusedForGood = { status: 400, code: 99991672 };

const failForGood = ({ quirks }: Sandbox): void => {
  const names = Object.keys(functionalEndpoints) as Endpoint[];
  quirks.failFor = Object.fromEntries(names.map((name) => [name, refusedForGood]));
};

const heldIn = (sandbox: Sandbox): GrantKey[] =>
  sandbox.functionalGrants().map(({ userId, roleId }) => ({ holderId: userId, roleId }));

async function open(): Promise<OpenedSource> {
  // So many that a role takes more than a page.
  const {
    sandbox,
    source,
    open: openAnother,
    clock,
  } = await openRoles({}, { people: 5000, holders: 1900, grants: 2000 });
  const holderIds = new Map(sandbox.functionalGrants().map(({ userId, holderId }) => [userId, holderId]));
  const nameOf = ({ holderId, roleId }: GrantKey): string => `${holderIds.get(holderId)}:${roleId}`;
  return {
    source,
    clock,
    reopen: () => openAnother({ clock: createJumpingClock(clock.now()) }),
    held: () => heldIn(sandbox),
    refuse: (key) => {
      sandbox.quirks.memberReasons = { [nameOf(key)]: 3 };
    },
    loseAnswer: (key) => sandbox.quirks.loseRemovalAnswer.push(nameOf(key)),
    expireToken: () => {
      sandbox.quirks.expiredPageToken = true;
    },
    failForGood: () => failForGood(sandbox),
    secrets: [sandbox.apps.read.appSecret, sandbox.apps.write.appSecret],
    close: closeAll,
  };
}

async function openProvider(): Promise<OpenedProvider> {
  const { sandbox, clock } = await openRoles();
  return {
    provider,
    settings: { roles },
    baseUrl: sandbox.url,
    secrets: sandbox.apps,
    clock,
    held: () => heldIn(sandbox),
    failForGood: () => failForGood(sandbox),
    close: closeAll,
  };
}

describeSource("Feishu functional roles", open);
describeLife("Feishu functional roles", openProvider);
