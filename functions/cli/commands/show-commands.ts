import { diff } from "../show/diff-command.ts";
import { printReviewList } from "../show/list-command.ts";
import { openPage } from "../show/open-command.ts";
import { report } from "../show/report-command.ts";
import { simulate } from "../show/simulate-command.ts";
import { printStatus } from "../show/status-command.ts";
import { type Commands, withRequired } from "./commands.ts";

/** Adds the commands that show what is stored, and change nothing. */
export function addShowCommands({ add, inSession }: Commands): void {
  const comparing = add(
    "diff",
    "what appeared, vanished and changed between two reviews",
    "diff --source people-hq --from 2026-07-01T020000Z --to 2026-10-01T020000Z --html diff.html",
    ["source", "json"],
  );
  withRequired(withRequired(comparing, "--from <id>", "the earlier review"), "--to <id>", "the later review")
    .option("--html <file>", "write it as a page instead")
    .action(inSession(diff));

  const trying = add(
    "simulate",
    "what another policy would find and plan over a stored snapshot, beside what was; writes nothing, calls nobody",
    "simulate --source people-hq --policy new-policy.yaml --list",
  );
  withRequired(trying, "--policy <file>", "a whole configuration, or its policy: alone")
    .option("--list", "name every finding and item that comes, goes or changes, by ids")
    .option("--html <file>", "write it to this file, as a page")
    .action(inSession(simulate, { isOffline: true }));

  add(
    "report",
    "write the report of a review anew, or what is one reviewer's alone",
    "report --source people-hq --review 2026-10-01T020000Z --html report.html",
  )
    .option("--reviewer <person>", "only what is theirs to review: names and grants of nobody else (a person's id)")
    .option("--html <file>", "write it to this file instead of the store")
    .option("--link", "print an address for a browser: of a store in S3 good for an hour, for whoever has it")
    .option("--open", "open that address in the browser, too")
    .action(inSession(report, { ofRetired: true }));

  add("open", "open the newest report, or the desk, in the browser, and print its address", "open --source people-hq")
    .option("--desk", "the desk instead")
    .option("--print", "print the address alone")
    .action(inSession(openPage, { ofRetired: true, isOffline: true }));

  add(
    "status",
    "how every source stands: what is open, who has not answered, what is held and what lifts it",
    "status --source people-hq",
    ["source", "json"],
  ).action(inSession(printStatus));

  add("list", "the reviews of every source, newest first", "list --source people-hq", ["source", "json"]).action(
    inSession(printReviewList),
  );
}
