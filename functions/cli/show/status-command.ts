import { nextBeginning } from "../../config/cron.ts";
import type { SourceStanding } from "../../review/source-standing.ts";
import { sourceStanding } from "../../stages/show/source-state.ts";
import { exitCodes } from "../exit-code.ts";
import { printJson, printLine } from "../print.ts";
import type { CommandSession } from "../session.ts";

/** Prints how every chosen source stands: offline, and nothing is written. */
export async function printStatus(session: CommandSession): Promise<number> {
  const { config, sources, clock, options } = session;
  const nextDue = nextBeginning(config.schedule, clock.now());
  const standings: SourceStanding[] = [];
  for (const source of sources) standings.push(await sourceStanding(session.stageOf(source, "status"), nextDue));
  const exitCode = exitCodes.done;
  // Names of people are for the desk: a terminal shows ids.
  const nameless = standings.map(({ reviewers, ...standing }) => ({
    ...standing,
    reviewers: reviewers.map(({ name: _name, ...reviewer }) => reviewer),
  }));
  if (options.json) printJson({ command: "status", exitCode, sources: nameless });
  else for (const standing of standings) printLine(textOf(standing));
  return exitCode;
}

function textOf(standing: SourceStanding): string {
  const { source, review, state, nextEvent, counts, lastSealed, nextDue, population } = standing;
  const next = nextEvent && `${nextEvent.event}${nextEvent.at === null ? "" : ` at ${nextEvent.at}`}`;
  const rows: [string, string][] = [
    ["next", next ?? "nothing by itself"],
    ...(population
      ? [["population", `${population.grants} grants, ${population.holders} holders`] as [string, string]]
      : []),
    [
      "removals",
      `${counts.items} planned, ${counts.removed} removed, ${counts.refused} refused, ${counts.held} held, ${counts.waiting} waiting`,
    ],
    ...detailRows(standing),
    ["last sealed", lastSealed ? `${lastSealed.review} at ${lastSealed.sealedAt}` : "never"],
    ["next due", nextDue ?? "no schedule"],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  return [`${source} ${review ?? "(no review)"}: ${state}`, ...lines].join("\n");
}

function detailRows(standing: SourceStanding): [string, string][] {
  const { stoppedAt, failedChecks, reviewers, holds, badFiles, failedMessages } = standing;
  const silent = reviewers.filter(({ toDecide, decided }) => decided < toDecide);
  return [
    ...(stoppedAt === null ? [] : [["stopped", stoppedAt] as [string, string]]),
    ...failedChecks.map(({ name, detail }): [string, string] => ["failed check", `${name}: ${detail}`]),
    ...silent.map(({ id, toDecide, decided, told }): [string, string] => [
      "no answer",
      `${id ?? "nobody may review"}: ${decided} of ${toDecide} decided${told === null ? "" : `, told ${told}`}`,
    ]),
    ...holds.map(({ by, grants, lifts }): [string, string] => [
      "held",
      `${grants} by ${by}: ${lifts.map(liftText).join("; ")}`,
    ]),
    ...badFiles.map(({ file, fault }): [string, string] => ["bad file", `${file}: ${fault}`]),
    ...failedMessages.map(({ key, outcome, detail }): [string, string] => [
      "message",
      `${key} ${outcome}: ${detail ?? ""}`,
    ]),
  ];
}

function liftText({ code, figures }: SourceStanding["holds"][number]["lifts"][number]): string {
  const said = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? code : `${code} (${said.join(", ")})`;
}
