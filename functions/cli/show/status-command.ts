import { nextBeginnings } from "../../config/due.ts";
import type { SourceStanding } from "../../review/source-standing.ts";
import { sourceStanding } from "../../stages/show/source-state.ts";
import { exitCodes } from "../exit-code.ts";
import { padded, printJson, printLine } from "../print.ts";
import type { CommandSession } from "../session.ts";

/** Prints how every chosen source stands: offline, and nothing is written. */
export async function printStatus(session: CommandSession): Promise<number> {
  const { config, sources, clock, options, words } = session;
  const standings: SourceStanding[] = [];
  for (const source of sources) {
    const next = nextBeginnings(config, source, clock.now());
    standings.push(await sourceStanding(session.stageOf(source, "status"), next));
  }
  const exitCode = exitCodes.done;
  // Names of people are for the desk: a terminal shows ids.
  const nameless = standings.map(({ reviewers, narrowed, ...standing }) => ({
    ...standing,
    reviewers: reviewers.map(({ name: _name, ...reviewer }) => reviewer),
    narrowed: narrowed && { ...narrowed, acknowledged: narrowed.acknowledged && { at: narrowed.acknowledged.at } },
  }));
  if (options.json) printJson({ command: "status", exitCode, sources: nameless });
  else for (const standing of standings) printLine(textOf(words, standing));
  return exitCode;
}

type Words = CommandSession["words"];
type Row = [name: string, value: string];

function textOf(words: Words, standing: SourceStanding): string {
  const { source, review, state, nextEvent, counts, lastSealed, nextDue, nextSweep, population, sweep } = standing;
  const { rows: labels, ...said } = words.status;
  const rows: Row[] = [
    [labels.next, nextEvent ? said.event(said.events[nextEvent.event], nextEvent.at) : said.nothingNext],
    ...(population ? [[labels.population, said.population(population.grants, population.holders)] as Row] : []),
    [labels.removals, said.removals(counts)],
    ...detailRows(words, standing),
    ...(sweep ? [[labels.sweep, said.sweep(sweep, said.states[sweep.state])] as Row] : []),
    [labels.lastSealed, lastSealed ? said.sealed(lastSealed.review, lastSealed.sealedAt) : said.never],
    [labels.nextDue, nextDue ?? said.noSchedule],
    ...(nextSweep === null ? [] : [[labels.nextSweep, nextSweep] as Row]),
  ];
  const lines = rows.map(([name, value]) => `  ${padded(name, labelColumns)} ${value}`);
  return [words.named(review === null ? source : `${source} ${review}`, said.states[state]), ...lines].join("\n");
}

const labelColumns = 12;

function detailRows(words: Words, standing: SourceStanding): Row[] {
  const { stoppedAt, narrowed, failedChecks, reviewers, holds, badFiles, failedMessages } = standing;
  const { rows: labels, ...said } = words.status;
  const silent = reviewers.filter(({ toDecide, decided }) => decided < toDecide);
  const ways = { ...words.phrases.heldBy, ...said.stops };
  return [
    ...(stoppedAt === null ? [] : [[labels.stopped, stoppedAt] as Row]),
    ...(narrowed === null ? [] : [[labels.narrowed, said.narrowed(narrowed)] as Row]),
    ...failedChecks.map((check): Row => {
      const name = words.known(check.name, words.phrases.checks);
      return [labels.failedCheck, words.named(name, words.checkDetail(check))];
    }),
    ...silent.map(({ id, toDecide, decided, told }): Row => {
      return [labels.noAnswer, said.noAnswer(id, decided, toDecide, told)];
    }),
    ...holds.map(({ by, grants, lifts }): Row => {
      return [labels.held, said.held(grants, words.known(by, ways), lifts.map(words.lift).join(said.between))];
    }),
    ...badFiles.map(({ file, fault }): Row => [labels.badFile, words.named(file, fault)]),
    ...failedMessages.map(({ key, outcome, detail }): Row => {
      return [labels.message, said.message(key, outcome, detail ?? "")];
    }),
  ];
}
