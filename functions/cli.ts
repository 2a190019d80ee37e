import { Command, CommanderError, Help, Option } from "commander";
import { type ApproveOptions, approve } from "./cli/approve-command.ts";
import { checkSources } from "./cli/check-command.ts";
import { runDecide } from "./cli/decide-command.ts";
import { type ServeOptions, serveDesk } from "./cli/desk/serve-command.ts";
import { listen } from "./cli/events/listen-command.ts";
import { serveEvents } from "./cli/events/serve-events.ts";
import { codeOfError, exitCodes } from "./cli/exit-code.ts";
import { exportPack } from "./cli/export-command.ts";
import { type CliOptions, launcher, type Uses, withOptions, withSweep } from "./cli/options.ts";
import { outliveReaders, printErrorText, printJson, printNote, printText } from "./cli/print.ts";
import { type ReasonOptions, withReasons } from "./cli/reasons.ts";
import { restore } from "./cli/restore-command.ts";
import { type RetireOptions, retire } from "./cli/retire-command.ts";
import { review } from "./cli/review-command.ts";
import { serveSandbox } from "./cli/sandbox.ts";
import { type CommandNeeds, type CommandSession, inSession, removingSecrets } from "./cli/session.ts";
import { type DiffOptions, diff } from "./cli/show/diff-command.ts";
import { printReviewList } from "./cli/show/list-command.ts";
import { type ReportOptions, report } from "./cli/show/report-command.ts";
import { type SimulateOptions, simulate } from "./cli/show/simulate-command.ts";
import { printStatus } from "./cli/show/status-command.ts";
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
  .configureHelp({
    optionDescription: (option) =>
      `${Help.prototype.optionDescription(option)}${option.mandatory ? " (required)" : ""}`,
  });

const ofReviews: Uses = ["source", "review", "json"];

/** Adds a command. `example`: its words as one types them; `uses`: the common options that its help names. */
function addCommand(name: string, description: string, example = name, uses: Uses = ofReviews): Command {
  const command = withOptions(program.command(name).description(description), uses);
  return command.addHelpText("after", `\nExample:\n  ${launcher} ${example}`);
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

const ofStages: Uses = [...ofReviews, "mode"];

withSweep(
  addCommand(
    "review",
    "the whole life of a review, for every source, as far as it goes today",
    "review --source people-hq --mode report",
    ofStages,
  ),
)
  .option("--holder <id...>", "with --sweep: only these holders, by their ids in the source")
  .action(
    inSessionWith(review, {
      secretsOf: (config) => ({ ...removingSecrets(config), messages: true }),
      namesForeign: true,
    }),
  );

for (const [name, { run, description, ...needs }] of Object.entries(stages)) {
  const command = withSweep(addCommand(name, description, `${name} --source people-hq`, ofStages));
  command.action(inSessionWith((session) => runStageCommand(session, name, run), needs));
}

withReasons(
  addCommand(
    "approve",
    "lift the brake of exactly one plan",
    'approve --plan HASH --by "Li Wei" --reason "HR confirmed that they left"',
  ),
  "approves",
)
  .requiredOption("--plan <hash>", "the plan's hash, as the report and the held review print it")
  .action(inSessionWith((session, options: CliOptions & ApproveOptions) => approve(session, options)));

addCommand("decide", "store reviewers' decisions from a CSV file", "decide decisions.csv", ["source", "json"])
  .argument("<file>", "review,grant_id,decision,until,reviewer,reason,decided_at")
  .action((file: string, options: CliOptions) => inSessionWith((session) => runDecide(session, file))(options));

for (const name of ["stop", "resume"] as const) {
  const does = name === "stop" ? "let no provider write begin" : "let provider writes begin again";
  const example = `${name} --source people-hq --by "Li Wei" --reason "looks wrong"`;
  withReasons(addCommand(name, does, example, ["source", "json"]), name === "stop" ? "stops" : "resumes").action(
    inSessionWith((session, options: CliOptions & ReasonOptions) => stopSources(session, name, options)),
  );
}

withReasons(
  addCommand(
    "retire-review",
    "let a review of the future count no more, so that the source can be gone on with",
    'retire-review --source people-hq --review 2062-01-01T020000Z --by "Li Wei" --reason "the clock was ahead"',
  ),
  "retires it",
).action(
  inSessionWith((session, options: CliOptions & RetireOptions) => retire(session, options), { ofRetired: true }),
);

addCommand(
  "restore",
  "put back what a review revoked; without --grant or --all only say what that would do",
  'restore --review 2026-10-01T020000Z --all --by "Li Wei" --reason "the data range was too narrow"',
)
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

addCommand(
  "export",
  "write a sealed review with its chain and a statement into a zip, for an auditor",
  "export --source people-hq --review 2026-10-01T020000Z q4.zip",
)
  .argument("<file>", "the zip, which must not be there yet")
  .action((file: string, options: CliOptions) =>
    inSessionWith((session) => exportPack(session, file), { ofRetired: true })(options),
  );

addCommand(
  "verify",
  "check an evidence pack: signatures, hashes, chain, balance, contradictions; needs no credentials",
  "verify q4.zip --key 3f0c…",
)
  .argument("[pack]", "a zip that `export` wrote, or the folder of one review: needs no configuration and no store")
  .option("--expect <sha256>", "the evidence's hash, as it was kept elsewhere")
  .option("--key <sha256...>", "a public key that counts, by its SHA-256 (docs/security.md)")
  .addOption(new Option("--language <language>", "of what is said").choices(["en", "zh"]))
  .action(async (pack: string | undefined, options: CliOptions & VerifyOptions) => {
    if (pack === undefined) await inSessionWith((session) => verify(session, options), { ofRetired: true })(options);
    else process.exitCode = await verifyPack(pack, options);
  });

addCommand(
  "diff",
  "what appeared, vanished and changed between two reviews",
  "diff --source people-hq --from 2026-07-01T020000Z --to 2026-10-01T020000Z --html diff.html",
  ["source", "json"],
)
  .requiredOption("--from <id>", "the earlier review")
  .requiredOption("--to <id>", "the later review")
  .option("--html <file>", "write it as a page instead")
  .action(inSessionWith((session, options: CliOptions & DiffOptions) => diff(session, options)));

addCommand(
  "simulate",
  "what another policy would find and plan over a stored snapshot, beside what was; writes nothing, calls nobody",
  "simulate --source people-hq --policy new-policy.yaml --list",
)
  .requiredOption("--policy <file>", "a whole configuration, or its policy: alone")
  .option("--list", "name every finding and item that comes, goes or changes, by ids")
  .action(
    inSessionWith((session, options: CliOptions & SimulateOptions) => simulate(session, options), { isOffline: true }),
  );

addCommand(
  "report",
  "write the report of a review anew, or what is one reviewer's alone",
  "report --source people-hq --review 2026-10-01T020000Z --html report.html",
)
  .option("--reviewer <person>", "only what is theirs to review: names and grants of nobody else (a person's id)")
  .option("--html <file>", "write it to this file instead of the store")
  .action(
    inSessionWith((session, options: CliOptions & ReportOptions) => report(session, options), { ofRetired: true }),
  );

addCommand(
  "status",
  "how every source stands: what is open, who has not answered, what is held and what lifts it",
  "status --source people-hq",
  ["source", "json"],
).action(inSessionWith(printStatus));

addCommand("list", "the reviews of every source, newest first", "list --source people-hq", ["source", "json"]).action(
  inSessionWith(printReviewList),
);

addCommand("serve", "serve the desk, where people decide signed in, until stopped", "serve", ["json"])
  .option("--port <port>", "the port to listen on: that of desk.url on this machine, else 8443")
  .option("--listen <address>", "the address to listen at; another one only behind a proxy that ends TLS", "127.0.0.1")
  .action(
    inSessionWith(
      (session, options: CliOptions & ServeOptions) => serveDesk(session, options, () => serveEvents(session)),
      {
        secretsOf: (config) =>
          config.events
            ? { ...removingSecrets(config), messages: true, desk: true, events: "webhook" }
            : { credentials: [], messages: true, desk: true },
      },
    ),
  );

addCommand(
  "listen",
  "receive Feishu's events over its long connection, and sweep leavers, until stopped",
  "listen --config my.yaml",
  ["source", "mode", "json"],
).action(
  inSessionWith(listen, {
    secretsOf: (config) => ({ ...removingSecrets(config), messages: true, events: "connection" }),
  }),
);

addCommand("check", "validate the configuration and ask each source for the least it needs", "check --config my.yaml", [
  "source",
  "json",
]).action(
  inSessionWith(checkSources, {
    secretsOf: () => ({ credentials: ["read", "write"], messages: true, ofSealed: true }),
    namesForeign: true,
  }),
);

addCommand("sandbox", "serve the embedded company until stopped", "sandbox --reset", [])
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
