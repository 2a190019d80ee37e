import { Command, Help } from "commander";
import { toolVersion } from "../../runtime/stage-ports.ts";
import { type CliOptions, launcher, refuseTwoValues, type Uses, withOptions } from "../options.ts";
import { printErrorText, printText, terminalWidth } from "../print.ts";
import { type CommandNeeds, type CommandSession, inSession } from "../session.ts";

/** The commands of one run. Each group of commands adds its own. */
export type Commands = {
  program: Command;
  /** Adds a command. `example`: its words as one types them; `uses`: the common options that its help names. */
  add(name: string, description: string, example?: string, uses?: Uses): Command;
  /** A command's action: runs `work` in a session, and ends with the exit code that `work` returns. */
  inSession<Own = unknown>(
    work: (session: CommandSession, options: CliOptions & Own) => Promise<number>,
    needs?: CommandNeeds,
  ): (options: CliOptions & Own) => Promise<void>;
  /** Sets the exit code, for a command that opens no session. */
  endWith(exitCode: number): void;
  exitCode(): number;
};

const ofReviews: Uses = ["source", "review", "json"];

/** Opens a run's commands, of which there is none yet. */
export function openCommands(env: NodeJS.ProcessEnv): Commands {
  const program = new Command(launcher)
    .description("Access reviews that run by themselves: snapshot, assess, expire, seal")
    .version(toolVersion(env))
    .exitOverride()
    .showHelpAfterError(`${launcher} help names the commands`)
    .configureOutput({ writeOut: printText, writeErr: printErrorText, getOutHelpWidth: terminalWidth })
    .configureHelp({
      minWidthToWrap: 20, // by default descriptions are not wrapped in a terminal of 60 columns
      optionDescription: (option) =>
        `${Help.prototype.optionDescription(option)}${option.mandatory ? " (required)" : ""}`,
    });
  program.hook("preSubcommand", (_program, command) => refuseTwoValues(command)); // by then it has all its options
  let exitCode = 0;
  const endWith = (code: number): void => {
    exitCode = code;
  };
  return {
    program,
    add: (name, description, example = name, uses = ofReviews) =>
      withOptions(program.command(name).description(description), uses)
        .showHelpAfterError(`${launcher} help ${name} shows what it takes`)
        .addHelpText("after", `\nExample:\n  ${launcher} ${example}`),
    inSession:
      (work, needs = {}) =>
      async (options) =>
        endWith(await inSession({ options, env }, (session) => work(session, options), needs)),
    endWith,
    exitCode: () => exitCode,
  };
}
