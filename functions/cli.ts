import { Command, CommanderError, Option } from "commander";
import { type ApproveOptions, approve } from "./cli/approve-command.ts";
import { checkSources } from "./cli/check-command.ts";
import { runDecide } from "./cli/decide-command.ts";
import { type ServeOptions, serveDesk } from "./cli/desk/serve-command.ts";
import { printStatus } from "./cli/desk/status-command.ts";
import { type DiffOptions, diff } from "./cli/diff-command.ts";
import { codeOfError, exitCodes } from "./cli/exit-code.ts";
import { exportPack } from "./cli/export-command.ts";
import { type CliOptions, launcher, withOptions } from "./cli/options.ts";
import { outliveReaders, printErrorText, printJson, printNote, printText } from "./cli/print.ts";
import { type ReasonOptions, withReasons } from "./cli/reasons.ts";
import { type ReportOptions, report } from "./cli/report-command.ts";
import { restore } from "./cli/restore-command.ts";
import { type RetireOptions, retire } from "./cli/retire-command.ts";
import { review } from "./cli/review-command.ts";
import { serveSandbox } from "./cli/sandbox.ts";
import { type CommandNeeds, type CommandSession, inSession, removingSecrets } from "./cli/session.ts";
import { runStageCommand } from "./cli/stage-command.ts";
import { stages } from "./cli/stages.ts";
import { stopSources } from "./cli/stop-command.ts";
import { type VerifyOptions, verify, verifyPack } from "./cli/verify-command.ts";
import { toolVersion } from "./runtime/stage-ports.ts";

const program = new Command(launcher)
  .description("Access reviews that run by themselves: snapshot, assess, expire, seal")
  .version(toolVersion(process.env))
  .exitOverride()
  .configureOutput({ writeOut: printText, writeErr: printErrorText })
  .configureHelp({ showGlobalOptions: true });

/** Adds a command that takes the options of every command. */
function addCommand(name: string, description: string): Command {
  return withOptions(program.command(name).description(description));
}

/** A command's action: runs `work` in a session, and leaves with the exit code that `work` returns. */
function inSessionWith<Options extends CliOptions>(
  work: (session: CommandSession, options: Options) => Promise<number>,
  needs: CommandNeeds = {},
) {
  return async (options: Options): Promise<void> => {
    process.exitCode = await inSession(options, (session) => work(session, options), needs);
  };
}

addCommand("review", "the whole life of a review, for every source, as far as it goes today").action(
  inSessionWith(review, {
    secretsOf: (config) => ({ ...removingSecrets(config), messages: true }),
    namesForeign: true,
  }),
);

for (const [name, { run, description, ...needs }] of Object.entries(stages)) {
  addCommand(name, description).action(inSessionWith((session) => runStageCommand(session, name, run), needs));
}

withReasons(addCommand("approve", "lift the brake of exactly one plan"), "approves")
  .requiredOption("--plan <hash>", "the plan's hash, as the report and the held review print it")
  .action(inSessionWith((session, options: CliOptions & ApproveOptions) => approve(session, options)));

addCommand("decide", "store reviewers' decisions from a CSV file")
  .argument("<file>", "review,grant_id,decision,until,reviewer,reason,decided_at")
  .action((file: string, options: CliOptions) => inSessionWith((session) => runDecide(session, file))(options));

for (const name of ["stop", "resume"] as const) {
  const does = name === "stop" ? "let no provider write begin" : "let provider writes begin again";
  withReasons(addCommand(name, does), name === "stop" ? "stops" : "resumes").action(
    inSessionWith((session, options: CliOptions & ReasonOptions) => stopSources(session, name, options)),
  );
}

withReasons(
  addCommand("retire-review", "let a review of the future count no more, so that the source can be gone on with"),
  "retires it",
).action(
  inSessionWith((session, options: CliOptions & RetireOptions) => retire(session, options), { ofRetired: true }),
);

addCommand("restore", "put back what a review revoked; without --grant or --all only say what that would do")
  .option("--grant <id...>", "these grants")
  .option("--all", "everything that can be put back")
  .option("--by <name>", "who puts back")
  .option("--reason <text>", "why")
  .action((options: CliOptions & Partial<ReasonOptions> & { grant?: string[]; all?: boolean }) => {
    const { grant: grants, all, by, reason } = options;
    const isAsked = grants !== undefined || all === true;
    const run = inSessionWith((session) => restore(session, { grants, all, by, reason }), {
      secretsOf: () => ({ credentials: isAsked ? ["read", "write"] : ["read"], ofSealed: true }),
      ofRetired: true,
    });
    return run(options);
  });

addCommand("export", "write a sealed review with its chain and a statement into a zip, for an auditor")
  .argument("<file>", "the zip, which must not be there yet")
  .action((file: string, options: CliOptions) =>
    inSessionWith((session) => exportPack(session, file), { ofRetired: true })(options),
  );

addCommand("verify", "check an evidence pack: signatures, hashes, chain, balance, contradictions; needs no credentials")
  .argument("[pack]", "a zip that `export` wrote, or the folder of one review: needs no configuration and no store")
  .option("--expect <sha256>", "the evidence's hash, as it was kept elsewhere")
  .option("--key <sha256...>", "a public key that counts, by its SHA-256 (docs/security.md)")
  .addOption(new Option("--language <language>", "of what is said").choices(["en", "zh"]))
  .action(async (pack: string | undefined, options: CliOptions & VerifyOptions) => {
    if (pack === undefined) await inSessionWith((session) => verify(session, options), { ofRetired: true })(options);
    else process.exitCode = await verifyPack(pack, options);
  });

addCommand("diff", "what appeared, vanished and changed between two reviews")
  .requiredOption("--from <id>", "the earlier review")
  .requiredOption("--to <id>", "the later review")
  .option("--html <file>", "write it as a page instead")
  .action(inSessionWith((session, options: CliOptions & DiffOptions) => diff(session, options)));

addCommand("report", "write the report of a review anew, or what is one reviewer's alone")
  .option("--reviewer <person>", "only what is theirs to review: names and grants of nobody else (a person's id)")
  .option("--html <file>", "write it to this file instead of the store")
  .action(
    inSessionWith((session, options: CliOptions & ReportOptions) => report(session, options), { ofRetired: true }),
  );

addCommand(
  "status",
  "how every source stands: what is open, who has not answered, what is held and what lifts it",
).action(inSessionWith(printStatus));

addCommand("serve", "serve the desk, where people decide signed in, until stopped")
  .option("--port <port>", "the port to listen on: that of desk.url on this machine, else 8443")
  .option("--listen <address>", "the address to listen at; another one only behind a proxy that ends TLS", "127.0.0.1")
  .action(
    inSessionWith((session, options: CliOptions & ServeOptions) => serveDesk(session, options), {
      secretsOf: () => ({ credentials: [], messages: true, desk: true }),
    }),
  );

addCommand("check", "validate the configuration and ask each source for the least it needs").action(
  inSessionWith(checkSources, {
    secretsOf: () => ({ credentials: ["read", "write"], messages: true, ofSealed: true }),
    namesForeign: true,
  }),
);

addCommand("sandbox", "serve the embedded company until stopped")
  .option("--port <port>", "the port to listen on", "8787")
  .option("--reset", "forget what happened to the company so far")
  .option("--people <count>", "how many people work there")
  .option("--seed <seed>", "another company")
  .option("--pace <factor>", "divides the window of every documented limit", "60")
  .action(serveSandbox);

/** Prints why the command failed, under `--json` as the one JSON summary too. */
function printFailure(message: string, exitCode: number): void {
  const words = process.argv.slice(2);
  if (!words.includes("--json")) return;
  const command = words.find((word) => program.commands.some((each) => each.name() === word)) ?? null;
  printJson({ command, exitCode, error: message, faults: message.split("\n").filter((line) => line !== "") });
}

outliveReaders();
try {
  await program.parseAsync();
} catch (error) {
  const { message } = error as Error;
  // Commander has printed what is wrong, or the help.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  else {
    printNote(message);
    process.exitCode = codeOfError(error);
  }
  if (process.exitCode !== exitCodes.done) printFailure(message, Number(process.exitCode));
}
