import { checkSources } from "../check-command.ts";
import { type Uses, withSweep } from "../options.ts";
import { review } from "../review-command.ts";
import { serveSandbox } from "../sandbox.ts";
import { removingSecrets } from "../session.ts";
import { runStageCommand } from "../stage-command.ts";
import { stages } from "../stages.ts";
import type { Commands } from "./commands.ts";

const ofStages: Uses = ["source", "review", "json", "mode"];

/** Adds the commands that take a review through its life: all of it, or one stage. */
export function addReviewCommands({ add, inSession }: Commands): void {
  withSweep(
    add(
      "review",
      "the whole life of a review, for every source, as far as it goes today",
      "review --source people-hq --mode report",
      ofStages,
    ),
  )
    .option("--holder <id...>", "with --sweep: only these holders, by their ids in the source")
    .action(
      inSession(review, {
        secretsOf: (config) => ({ ...removingSecrets(config), messages: true }),
        namesForeign: true,
        beginsStore: true,
      }),
    );

  for (const [name, { run, description, ...needs }] of Object.entries(stages)) {
    const command = withSweep(add(name, description, `${name} --source people-hq`, ofStages));
    command.action(inSession((session) => runStageCommand(session, name, run), needs));
  }
}

/** Adds the commands that come before the first review: is the configuration fit, and a company to try it on. */
export function addTrialCommands({ add, inSession }: Commands): void {
  add("check", "validate the configuration and ask each source for the least it needs", "check --config my.yaml", [
    "source",
    "json",
  ]).action(
    inSession(checkSources, {
      secretsOf: () => ({ credentials: ["read", "write"], messages: true, ofSealed: true }),
      namesForeign: true,
      beginsStore: true,
    }),
  );

  add("sandbox", "serve the embedded company until stopped", "sandbox --reset", [])
    .option("--port <port>", "the port to listen on", "8787")
    .option("--reset", "forget what happened to the company so far")
    .option("--people <count>", "how many people work there")
    .option("--seed <seed>", "another company")
    .option("--pace <factor>", "divides the window of every documented limit", "60")
    .action(serveSandbox);
}
