import type { Channel } from "../review/people/message.ts";
import type { PermissionCheck } from "../review/ports.ts";
import { codeOfError, exitCodes } from "./exit-code.ts";

/** What was found of one way to tell people, and the exit code it stands for. */
export type ChannelChecked = { checks: PermissionCheck[]; code: number };

/** Whether a message could be sent, told without sending one: its secret, its bot, the bot's permissions, the group. */
export async function checkChannel(channel: Channel): Promise<ChannelChecked> {
  const { address } = channel;
  try {
    const checks = await asked(channel);
    const named = checks.map((check) => ({ ...check, call: `${address}: ${check.call}` }));
    return { checks: named, code: checks.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed };
  } catch (error) {
    return { checks: [{ call: address, passed: false, missing: (error as Error).message }], code: codeOfError(error) };
  }
}

async function asked(channel: Channel): Promise<PermissionCheck[]> {
  const open = await channel.open();
  try {
    if (open.check) return await open.check();
    return [{ call: "open", passed: true, missing: "only a message shows whether it arrives" }];
  } finally {
    await open.close();
  }
}
