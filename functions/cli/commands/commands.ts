import { Command, Option } from "commander";
import { toolVersion } from "../../runtime/stage-ports.ts";
import { type CliOptions, launcher, refuseTwoValues, type Uses, withOptions } from "../options.ts";
import { columnsOf, printErrorText, printText, spoken, terminalWidth, wrappedText } from "../print.ts";
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

/** Lets a command say in the language of the run what is wrong with a command line. */
function speakingFaults(command: Command): Command {
  const fail = command.error.bind(command);
  command.error = (message, options) => {
    // The error itself stays English, as `--json` prints it.
    const told = spoken().misused({ message, code: options?.code ?? null });
    command.configureOutput({ outputError: (_message, write) => write(`${told}\n`) });
    return fail(message, options);
  };
  return command;
}

// Commander's own `requiredOption` names the first that is missing, and nothing of the others.
const requiredOptions = new WeakSet<Option>();

/** Adds an option that the command cannot do without. */
export function withRequired(command: Command, flags: string, description: string): Command {
  const option = new Option(flags, `${description} (required)`);
  requiredOptions.add(option);
  return command.addOption(option);
}

/** Refuses a command line that lacks options which the command cannot do without, and names all of them. */
export function refuseMissing(command: Command): void {
  const missing = command.options.filter(
    (option) => requiredOptions.has(option) && command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length === 0) return;
  const flags = missing.map((option) => `'${option.flags}'`).join(", ");
  command.error(`error: ${command.name()} needs ${flags} as well`, { code: "access-review.missingOptions" });
}

const ofReviews: Uses = ["source", "review", "json"];

/** Opens a run's commands, of which there is none yet. */
export function openCommands(env: NodeJS.ProcessEnv): Commands {
  const program = speakingFaults(new Command(launcher))
    .description("Access reviews that run by themselves: snapshot, assess, expire, seal")
    .version(toolVersion(env))
    .exitOverride()
    .showHelpAfterError(spoken().helpNames(`${launcher} help`))
    .configureOutput({ writeOut: printText, writeErr: printErrorText, getOutHelpWidth: terminalWidth })
    .configureHelp({
      minWidthToWrap: 20, // by default descriptions are not wrapped in a terminal of 60 columns
      styleTitle: (title) => spoken().help(title),
      displayWidth: columnsOf,
      boxWrap: wrappedText, // Chinese has no blanks to break a line at
    });
  program.hook("preSubcommand", (_program, command) => refuseTwoValues(command)); // by then it has all its options
  program.hook("preAction", (_program, command) => refuseMissing(command));
  let exitCode = 0;
  const endWith = (code: number): void => {
    exitCode = code;
  };
  return {
    program,
    add: (name, description, example = name, uses = ofReviews) =>
      withOptions(speakingFaults(program.command(name)).description(description), uses)
        .showHelpAfterError(spoken().helpShows(`${launcher} help ${name}`))
        .addHelpText("after", `\n${spoken().help("Example:")}\n  ${launcher} ${example}`),
    inSession:
      (work, needs = {}) =>
      async (options) =>
        endWith(await inSession({ options, env }, (session) => work(session, options), needs)),
    endWith,
    exitCode: () => exitCode,
  };
}
