import type { Command } from "commander";
import { withRequired } from "../commands/commands.ts";
import { usage } from "../exit-code.ts";

/** Who says that they act, and why, as options. */
export type ReasonOptions = { by: string; reason: string };

/** Adds the options of a command that a person answers for. `act`: what they do. */
export function withReasons(command: Command, act: string): Command {
  return withRequired(withRequired(command, "--by <name>", `who ${act}`), "--reason <text>", "why");
}

/** Throws a UsageError unless both say something. */
export function assertReasons({ by, reason }: { [name in keyof ReasonOptions]?: string | undefined }): ReasonOptions {
  if (by?.trim() && reason?.trim()) return { by, reason };
  throw usage`--by and --reason say who does it and why: neither may be left out or be empty`;
}
