import { approve } from "../act/approve-command.ts";
import { type ReasonOptions, withReasons } from "../act/reasons.ts";
import { restore } from "../act/restore-command.ts";
import { retire } from "../act/retire-command.ts";
import { acknowledge, stopSources } from "../act/source-commands.ts";
import { runDecide } from "../decide-command.ts";
import type { CliOptions } from "../options.ts";
import { type Commands, withRequired } from "./commands.ts";

/** Adds the commands by which a person acts on a review or a source, and answers for it. */
export function addActCommands({ add, inSession }: Commands): void {
  const approving = add(
    "approve",
    "lift the brake of exactly one plan",
    'approve --plan HASH --by "Li Wei" --reason "HR confirmed that they left"',
  );
  withRequired(approving, "--plan <hash>", "the plan's hash, as the report and the held review print it");
  withReasons(approving, "approves").action(inSession(approve));

  add("decide", "store reviewers' decisions from a CSV file", "decide decisions.csv", ["source", "json"])
    .argument("<file>", "its columns: review, grant_id, decision, until, reviewer, reason, decided_at")
    .action((file: string, options: CliOptions) => inSession((session) => runDecide(session, file))(options));

  for (const name of ["stop", "resume"] as const) {
    const does = name === "stop" ? "let no provider write begin" : "let provider writes begin again";
    const example = `${name} --source people-hq --by "Li Wei" --reason "looks wrong"`;
    withReasons(add(name, does, example, ["source", "json"]), name === "stop" ? "stops" : "resumes").action(
      inSession((session, options: ReasonOptions) => stopSources(session, name, options)),
    );
  }

  withReasons(
    add(
      "acknowledge",
      "say that the app is meant to see less than before, as status says that it does",
      'acknowledge --source people-hq --by "Li Wei" --reason "the branch was sold"',
      ["source", "json"],
    ),
    "acknowledges",
  ).action(inSession(acknowledge));

  withReasons(
    add(
      "retire-review",
      "let a review of the future count no more, so that the source can be gone on with",
      'retire-review --source people-hq --review 2062-01-01T020000Z --by "Li Wei" --reason "the clock was ahead"',
    ),
    "retires it",
  ).action(inSession(retire, { ofRetired: true }));

  add(
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
      const run = inSession((session) => restore(session, { grants, all, by, reason }), {
        secretsOf: () => ({ credentials: isAsked ? ["read", "write"] : ["read"], ofSealed: true }),
        ofRetired: true,
      });
      return run(options);
    });
}
