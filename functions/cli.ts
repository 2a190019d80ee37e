import { Command, CommanderError } from "commander";
import { hashOfText } from "./basics/hash.ts";
import { approve } from "./cli/approve-command.ts";
import { checkSources } from "./cli/check-command.ts";
import { commandLine } from "./cli/command-line.ts";
import { decide } from "./cli/decide-command.ts";
import { type Comparison, diff } from "./cli/diff-command.ts";
import { codeOfError, exitCodes } from "./cli/exit-code.ts";
import { type CliOptions, withOptions } from "./cli/options.ts";
import { printAnswers, printJson, printLine, printReviews } from "./cli/print.ts";
import { type ReportOptions, report } from "./cli/report-command.ts";
import { restore } from "./cli/restore-command.ts";
import { codeOf, reviewSources } from "./cli/review-command.ts";
import { serveSandbox } from "./cli/sandbox-command.ts";
import { inSession, type Session } from "./cli/session.ts";
import { runStage } from "./cli/stage-command.ts";
import { verify } from "./cli/verify-command.ts";
import { setStopped } from "./ledger/stop.ts";
import { systemClock } from "./runtime/system-clock.ts";
import { assessGrants } from "./stages/assess/assess-grants.ts";
import { expireGrants } from "./stages/expire/expire-grants.ts";
import { sealEvidence } from "./stages/seal/seal-evidence.ts";
import { sendMessages } from "./stages/send/send-messages.ts";
import { takeSnapshot } from "./stages/snapshot/take-snapshot.ts";

const program = new Command("node functions/cli.ts")
  .description("Access reviews that run by themselves: snapshot, assess, expire, seal")
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

function command(name: string, description: string): Command {
  return withOptions(program.command(name).description(description));
}

function goOn(options: CliOptions, source: string, review: string): string {
  return commandLine(options, "review", "--source", source, "--review", review);
}

/** Runs a command's work and leaves with the exit code it gives. */
function act<T extends CliOptions>(work: (session: Session, options: T) => Promise<number>) {
  return async (options: T): Promise<void> => {
    process.exitCode = await inSession(options, (session) => work(session, options));
  };
}

command("review", "the whole life of a review, for every source, as far as it goes today").action(
  act(async (session) => {
    const reviewed = await reviewSources(session);
    await printReviews(session, reviewed);
    return codeOf(session, reviewed);
  }),
);

const stages = {
  snapshot: { run: takeSnapshot, description: "read every role and grant of a source" },
  assess: { run: assessGrants, description: "judge the snapshot by the policy and write the plan" },
  expire: { run: expireGrants, description: "remove what of the plan is due" },
  send: { run: sendMessages, description: "tell people what the review has to tell now, each once" },
  seal: { run: sealEvidence, description: "close the review and write its evidence" },
};

for (const [name, { run, description }] of Object.entries(stages)) {
  command(name, description).action(
    act(async (session) => {
      const result = await runStage(session, run);
      printAnswers(session, name, result);
      return result.exitCode;
    }),
  );
}

command("approve", "lift the brake of exactly one plan")
  .requiredOption("--plan <hash>", "the plan's hash, as the report and the held review print it")
  .requiredOption("--by <name>", "who approves")
  .requiredOption("--reason <text>", "why")
  .action(
    act(async (session, options: CliOptions & { plan: string; by: string; reason: string }) => {
      const { by, reason } = options;
      const approved = await approve(session, { planHash: hashOfText(options.plan), by, reason });
      const { source, review } = approved;
      if (options.json) printJson({ command: "approve", exitCode: exitCodes.done, ...approved });
      else printLine(`Approved. Go on with: ${goOn(options, source, review)}`);
      return exitCodes.done;
    }),
  );

command("decide", "store reviewers' decisions from a CSV file")
  .argument("<file>", "review,grant_id,decision,until,reviewer,reason,decided_at")
  .action(async (file: string, options: CliOptions) => {
    await inSession(options, async (session) => {
      const stored = await decide(session, file);
      if (options.json) printJson({ command: "decide", exitCode: exitCodes.done, ...stored });
      else printLine(`Stored ${stored.decisions} decisions on ${stored.source}: ${stored.key}`);
    });
  });

for (const name of ["stop", "resume"] as const) {
  command(name, name === "stop" ? "let no provider write begin" : "let provider writes begin again").action(
    act(async (session) => {
      for (const sourceId of session.sources) {
        await setStopped(session.store, { sourceId, isStopped: name === "stop", nowMs: systemClock.now() });
      }
      if (session.options.json) printJson({ command: name, exitCode: exitCodes.done, sources: session.sources });
      else printLine(`${name === "stop" ? "Stopped" : "Resumed"}: ${session.sources.join(", ")}`);
      return exitCodes.done;
    }),
  );
}

command("restore", "put back what a review revoked; without --grant or --all only say what that would do")
  .option("--grant <id...>", "these grants")
  .option("--all", "everything that can be put back")
  .action(
    act((session, options: CliOptions & { grant?: string[]; all?: boolean }) =>
      restore(session, { grants: options.grant, all: options.all }),
    ),
  );

command("verify", "check an evidence pack: hashes, chain, balance, nothing off plan; needs no credentials")
  .option("--expect <sha256>", "the evidence's hash, as it was kept elsewhere")
  .action(
    act((session, options: CliOptions & { expect?: string }) =>
      verify(session, hashOfText(options.expect ?? "") || null),
    ),
  );

command("diff", "what appeared, vanished and changed between two reviews")
  .requiredOption("--from <id>", "the earlier review")
  .requiredOption("--to <id>", "the later review")
  .option("--html <file>", "write it as a page instead")
  .action(act((session, options: CliOptions & Comparison) => diff(session, options)));

command("report", "write the report of a review anew, or what is one reviewer's alone")
  .option("--reviewer <person>", "only what is theirs to review: names and grants of nobody else (a person's id)")
  .option("--html <file>", "write it to this file instead of the store")
  .action(act((session, options: CliOptions & ReportOptions) => report(session, options)));

command("check", "validate the configuration and ask each source for the least it needs").action(act(checkSources));

command("sandbox", "serve the embedded company until stopped")
  .option("--port <port>", "the port to listen on", "8787")
  .option("--reset", "forget what happened to the company so far")
  .option("--people <count>", "how many people work there")
  .option("--seed <seed>", "another company")
  .option("--pace <factor>", "divides the window of every documented limit", "60")
  .action(serveSandbox);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  else {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = codeOfError(error);
  }
}
