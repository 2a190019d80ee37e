import { type Command, CommanderError } from "commander";
import { addActCommands } from "./commands/act-commands.ts";
import { addAuditCommands } from "./commands/audit-commands.ts";
import { type Commands, openCommands } from "./commands/commands.ts";
import { addReviewCommands, addTrialCommands } from "./commands/review-commands.ts";
import { addServeCommands } from "./commands/serve-commands.ts";
import { addShowCommands } from "./commands/show-commands.ts";
import { codeOfError, exitCodes } from "./exit-code.ts";
import { languageAsked } from "./language.ts";
import { printJson, printNote, spoken } from "./print.ts";
import { type Surroundings, within } from "./surroundings.ts";
import { cliWords } from "./words/words.ts";

/** Every group of commands, in the order in which the help names them. */
const groups = [
  addReviewCommands,
  addActCommands,
  addAuditCommands,
  addShowCommands,
  addServeCommands,
  addTrialCommands,
];

/** All commands, of a run of which nothing was asked yet. */
export function commandsOf(env: NodeJS.ProcessEnv): Commands {
  const commands = openCommands(env);
  for (const add of groups) add(commands);
  translateHelp(commands.program);
  return commands;
}

/** Says the help of a command, and of the commands below it, in the language of the run. */
function translateHelp(command: Command): void {
  const { help } = spoken();
  const shown = [command.options, command.registeredArguments].flat();
  for (const each of shown) each.description = help(each.description);
  command.description(help(command.description())).helpOption("-h, --help", help("display help for command"));
  if (command.commands.length > 0) command.helpCommand("help [command]", help("display help for command"));
  for (const below of command.commands) translateHelp(below);
}

/** Runs one command line, its `words` without the program's own, and gives its exit code. */
export function runCommand(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const said = cliWords(languageAsked(words));
  return within({ ...surroundings, words: said }, async () => {
    const commands = commandsOf(surroundings.env);
    try {
      await commands.program.parseAsync(words, { from: "user" });
      return commands.exitCode();
    } catch (error) {
      return tellFailure(error as Error, words, commands);
    }
  });
}

/** Prints why the command failed, under `--json` as the one JSON summary too, and gives the exit code. */
function tellFailure(error: Error, words: readonly string[], { program }: Commands): number {
  const exitCode = codeOfFailure(error);
  const { message } = error;
  // Commander has printed what is wrong, or the help.
  if (!(error instanceof CommanderError)) printNote(spoken().failed(error));
  if (exitCode !== exitCodes.done && words.includes("--json")) {
    const command = words.find((word) => program.commands.some((each) => each.name() === word)) ?? null;
    printJson({ command, exitCode, error: message, faults: message.split("\n").filter((line) => line !== "") });
  }
  return exitCode;
}

function codeOfFailure(error: Error): number {
  if (!(error instanceof CommanderError)) return codeOfError(error);
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
