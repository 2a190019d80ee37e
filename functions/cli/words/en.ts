import type { Detailed } from "../../report/words/detail-text.ts";
import { pagesEn } from "../../report/words/pages-en.ts";
import type { NarrowedRange, SourceStanding, SweepStanding } from "../../review/source-standing.ts";
import type { ListedReview } from "../../stages/show/list-reviews.ts";
import type { Sentence } from "./sentence.ts";

type Lift = SourceStanding["holds"][number]["lifts"][number];

/** An error as it is told: `said` is its sentence with a code, where it has one; `isTold`: it is in the reader's language already. */
type SpokenError = Pick<Error, "name" | "message"> & { said?: Sentence | null; isTold?: boolean };

/** What a check says, and its code where other languages have a sentence of their own. */
export type SaidCheck = {
  missing: string | null;
  said?: { code: "not-subscribed" } | { code: "try-it"; why: string | null };
};

/**
 * What the command line prints in English. Under `--json` nothing of it is printed. Commands, options, keys of the
 * configuration and paths are the same in every language. Above 300 lines, as a text is looked up in one place.
 */
export const cliEn = {
  phrases: pagesEn,
  none: "none",
  /** What is wrong with a command line: the sentence, and its code. */
  misused: ({ message }: { message: string; code: string | null }): string => message,
  /** A text of the help, by its English. */
  help: (text: string): string => text,
  helpNames: (command: string): string => `${command} names the commands`,
  helpShows: (command: string): string => `${command} shows what it takes`,
  /** Why a command, or a source's part of it, failed. */
  failed: ({ message }: SpokenError): string => message,
  ignored: (source: string, folder: string): string => `${source}: ignored ${folder}: its name is no review id`,
  progress: {
    stage: (name: string): string => name,
    count: (count: number, name: string): string => `${count} ${name}`,
    left: (seconds: number): string => `${seconds} s left`,
    waiting: (seconds: number, call: string, why: string): string => `Waiting ${seconds} s before ${call}: ${why}`,
    interrupted: "Interrupted: ends after the calls under way, within five seconds in any case (again: at once)",
    cutOff: "Cut off in the middle of a call or a wait. Run the same command again: it goes on where it stopped.",
  },
  /** A stage's own answer, by the names of its fields. */
  answers: {
    statuses: (status: string): string => status,
    fields: (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    truth: (isTrue: boolean): string => String(isTrue),
    count: (count: string | number, name: string): string => `${count} ${name}`,
  },
  served: {
    desk: (url: string, at: string): string => `The desk: ${url} (listens at ${at}; Ctrl-C ends it)`,
    company: (url: string, folder: string): string =>
      `The embedded company answers at ${url} (its state is in ${folder})`,
    begins: (source: string, review: string): string =>
      `${source}: no review is open: ${review} begins, so that there is something to decide on`,
    onceDecided: (source: string, command: string): string =>
      `${source}: once somebody has decided, go on with: ${command}`,
    listening: (app: string, host: string): string => `Listening to the events of ${app} at ${host} (Ctrl-C ends it)`,
    lost: "The long connection is lost: it is made again",
    there: "The long connection is there again: events come",
    swept: (sweep: string, holders: number | null, status: string, removed: number): string =>
      `${sweep}: swept ${holders === null ? "whoever left" : `${holders} ${holders === 1 ? "holder" : "holders"}`} after an event: ${status}, ${removed} removed`,
    narrowed: (departments: number, users: number, groups: number): string =>
      `The app sees less of the company than before (gone: ${departments} departments, ${users} people, ${groups} groups): whoever left there may be hidden. Compare the app's data range in Feishu's console with what is to be reviewed`,
    /** What goes wrong with events, as the code that works them off says it. */
    ofEvents: (fault: string): string => fault,
  },
  diff: {
    fates: (fate: string): string => fate,
    changes: (change: string): string => change,
    moved: "moved",
    between: { at: "said at", what: "between", holder: "holder", role: "role" },
    columns: { grant: "grant", holder: "holder", role: "role", changes: "changes" },
    nothing: "Nothing changed.",
    changed: (count: number): string => `${count} changed`,
  },
  simulate: {
    leftOut: (source: string): string => `${source}: left out, as no review of it has a complete snapshot yet`,
    triedOver: (reviews: string): string => `Tried over ${reviews}`,
    heading: (review: string, asOf: string, assessment: string | null): string =>
      `${review}, as of ${asOf}, ${assessment === null ? "no assessment yet" : `beside assessment ${assessment}`}`,
    columns: { rule: "rule", was: "was", would: "would", added: "added", gone: "gone" },
    plan: { items: "plan: items", remove: "plan: remove", narrow: "plan: narrow", held: "plan: held" },
    stays: (count: number): string => `${count} items stay in the plan, with another end or another day`,
    list: { grant: "grant", rule: "rule", holder: "holder", role: "role", does: "does", plan: "plan" },
    change: (change: string): string => change,
    does: (end: string): string => end,
    brake: (would: boolean, was: boolean | null): string =>
      `The brake would ${would ? "trip" : "not trip"}${was === null ? "" : ` (was: ${was ? "trips" : "does not trip"})`}`,
    limit: (name: string, actual: number, limit: number): string => `${name}: ${actual}, at most ${limit}`,
  },
  /** Between a name and what is said of it. */
  named: (name: string, said: string): string => `${name}: ${said}`,
  and: ", ",
  /** A rule, a guard or a limit by the name that it has in the configuration; its words where the language needs them. */
  known: (name: string, _words: Readonly<Record<string, string>>): string => name,
  /** Why a check failed. */
  checkDetail: ({ detail }: Detailed): string => detail,
  /** What lifts a hold: a code with its figures. */
  lift: ({ code, figures }: Lift): string => {
    const said = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    return said.length === 0 ? code : `${code} (${said.join(", ")})`;
  },
  nextSteps: {
    goOn: (command: string): string => `Go on then with: ${command}`,
    goOnAfter: (command: string): string => `Then go on: ${command}`,
    decide: (command: string): string => `Decide in the report, then: ${command}`,
    let: (command: string): string => `To let it: ${command}`,
    interrupted: (command: string): string => `Interrupted. Go on with: ${command}`,
    deskHere: (url: string, command: string): string => `Decide signed in, at ${url}: ${command}`,
    desk: (url: string): string => `Decide signed in: ${url}`,
    report: (place: string): string => `Report: ${place}`,
    summary: (place: string): string => `Summary: ${place}`,
  },
  review: {
    rows: {
      review: "review",
      population: "population",
      changes: "changes",
      findings: "findings",
      expired: "expired",
      held: "held",
      alsoGone: "also gone",
      notRemoved: "not removed",
      waiting: "waiting",
      deciding: "deciding",
      reviewers: "reviewers",
      brake: "brake",
      failedCheck: "failed check",
      plan: "plan",
      leftOpen: "left open",
      unreadable: "unreadable",
      retired: "retired",
      notRetired: "not retired",
      messages: "messages",
      evidence: "evidence",
    },
    statuses: {
      sealed: "sealed",
      waiting: "waiting",
      held: "held: the brake stopped the plan",
      incomplete: "incomplete",
      failed: "failed",
      continue: "interrupted",
      "not-begun": "not begun",
    },
    waitingUntil: (at: string): string => `waiting until ${at}`,
    stopped: (said: string): string => said,
    population: (grants: number, holders: number, roles: number): string =>
      `${grants} grants of ${holders} holders in ${roles} roles`,
    changes: (review: string, removed: number, appeared: number, vanished: number): string =>
      `since ${review}: ${removed} removed by it, ${appeared} appeared, ${vanished} vanished`,
    finding: (count: number, rule: string, effect: string): string => `${count} ${rule} (${effect})`,
    effects: { expire: "expire", narrow: "narrow", flag: "flag" },
    /** Between the causes that hold something back. */
    between: ", ",
    heldBy: (count: number, by: string): string => `${count} by ${by}`,
    outcome: (count: number, outcome: string): string => `${count} ${outcome}`,
    waiting: (count: number, notBefore: string | null): string =>
      count === 0 ? "0" : `${count}, the first until ${notBefore}`,
    deciding: (untilAt: string, isOpen: boolean, undecided: number): string =>
      `${isOpen ? "until" : "ended"} ${untilAt}: ${undecided} undecided`,
    expiring: (count: number, isReport: boolean): string =>
      `, ${count} of them ${isReport ? "would expire" : "expire"} if nobody decides`,
    keptUndecided: (count: number): string => `, ${count} kept as nobody decided`,
    reviewers: (count: number): string => `${count} people`,
    ofNobody: (count: number): string => `grants that nobody is left to review: ${count}`,
    coverage: (uncovered: number, former: number | null): string =>
      `departments without an HRBP of their own: ${uncovered}; HRBPs who left: ${former}`,
    outdated: (ageDays: number, maxAgeDays: number): string =>
      `${ageDays} days old, and guard.maxPlanAgeDays is ${maxAgeDays}: sealed; review begins the next`,
    sent: (sent: number, failed: number, unanswered: number): string =>
      `${sent} sent${failed ? `, ${failed} failed` : ""}${unanswered ? `, ${unanswered} without an answer` : ""}`,
  },
  limit: (name: string, actual: string, allowed: string): string => `${name}: ${actual}, allowed ${allowed}`,
  limitStopped: "stopped: no provider write begins until `resume`",
  failures: {
    refused: "refused",
    failed: "failed",
    unverified: "unverified",
    unsettled: "unsettled",
    skipped: "skipped",
    leftForBadFiles: "left for bad files",
  },
  failure: (count: number, name: string): string => `${count} ${name}`,
  notAll: (source: string, review: string, counts: string): string =>
    `${source} ${review}: not everything was removed (${counts}): see its report`,
  badFile: (source: string, fault: string): string =>
    `${source}: a file of decisions cannot be understood, correct it or take it back: ${fault}`,
  status: {
    rows: {
      next: "next",
      population: "population",
      removals: "removals",
      stopped: "stopped",
      narrowed: "narrowed",
      failedCheck: "failed check",
      noAnswer: "no answer",
      held: "held",
      badFile: "bad file",
      message: "message",
      sweep: "newest sweep",
      lastSealed: "last sealed",
      nextDue: "next due",
      nextSweep: "next sweep",
    },
    states: {
      none: "no review yet",
      reading: "reading",
      incomplete: "incomplete",
      "not-assessed": "not-assessed",
      deciding: "deciding",
      waiting: "waiting",
      held: "held",
      removing: "removing",
      sealed: "sealed",
    } satisfies Record<SourceStanding["state"], string>,
    events: {
      "window-ends": "window-ends",
      "notice-ends": "notice-ends",
      removal: "removal",
      seal: "seal",
      review: "review",
      sweep: "sweep",
    } satisfies Record<NonNullable<SourceStanding["nextEvent"]>["event"], string>,
    event: (event: string, at: string | null): string => (at === null ? event : `${event} at ${at}`),
    nothingNext: "nothing by itself",
    population: (grants: number, holders: number): string => `${grants} grants, ${holders} holders`,
    removals: ({ items, removed, refused, held, waiting }: SourceStanding["counts"]): string =>
      `${items} planned, ${removed} removed, ${refused} refused, ${held} held, ${waiting} waiting`,
    noAnswer: (id: string | null, decided: number, toDecide: number, told: string | null): string =>
      `${id ?? "nobody may review"}: ${decided} of ${toDecide} decided${told === null ? "" : `, told ${told}`}`,
    held: (grants: number, by: string, lifts: string): string => `${grants} by ${by}: ${lifts}`,
    /** Between the ways that lift one hold. */
    between: "; ",
    /** What stops a whole plan, beside the brake. */
    stops: { stopped: "The source is stopped" },
    message: (key: string, outcome: string, detail: string): string => `${key} ${outcome}: ${detail}`,
    sealed: (review: string, at: string): string => `${review} at ${at}`,
    never: "never",
    sweep: ({ sweep, population, counts, longestHours }: SweepStanding, state: string): string =>
      `${sweep}: ${state}, ${population?.holders ?? 0} holders, ${counts.removed} of ${counts.items} removed${longestHours === null ? "" : `, a leaver kept something for ${longestHours} h at most`}`,
    noSchedule: "no schedule",
    narrowed: ({ since, removed: { departments, users, groups }, acknowledged }: NarrowedRange): string =>
      `since ${since} the app sees less of the company (gone: ${departments} departments, ${users} people, ${groups} groups): whoever leaves there may be hidden. ${acknowledged ? `Acknowledged at ${acknowledged.at}: the store's drift/ and the operators' page say by whom and why. A complete review ends this line` : "Compare the app's data range in Feishu's console, then run review: a complete one ends this line. Where the range is as it should be, say so with acknowledge"}`,
  },
  list: {
    noReview: (source: string): string => `${source}: no review yet`,
    states: {
      reading: "reading",
      incomplete: "incomplete",
      open: "open",
      sealed: "sealed",
      retired: "retired",
    } satisfies Record<ListedReview["state"], string>,
    grants: (count: number): string => `${count} grants`,
    removed: (count: number): string => `${count} removed`,
    sealedAt: (at: string): string => `sealed at ${at}`,
  },
  check: {
    /** What a check says of the subscriptions to events: `missing` in English, `said` its code. */
    ofEvents: ({ missing }: SaidCheck): string | null => missing,
    checking: (source: string): string => `${source}: checking`,
    passed: "ok     ",
    missing: "missing",
    readOnly: (source: string): string => `${source}: stopped, so what writes was not asked for`,
    comesOnce: (cron: string): string => `schedule ${cron}: begins one review at most`,
    gap: (cron: string, days: number): string =>
      `schedule ${cron}: at most ${days} ${days === 1 ? "day" : "days"} between the beginnings of two reviews`,
    allPassed: (count: number, command: string): string => `${count} checks passed, none failed. Next: ${command}`,
    failed: (failed: number, count: number, sources: string, command: string): string =>
      `${failed} of ${count} checks failed (${sources}). Mend what is missing, then check again: ${command}`,
  },
  acts: {
    approved: (command: string): string => `Approved. Go on with: ${command}`,
    approvedByFew: (by: number, needed: number): string =>
      `Approved by ${by} of ${needed}: somebody else has to approve it too.`,
    /** With the store: a stop in another store stops nothing. */
    stopped: (sources: string, store: string): string => `Stopped: ${sources}, in ${store}`,
    resumed: (sources: string, store: string): string => `Resumed: ${sources}, in ${store}`,
    acknowledged: (sources: string): string =>
      `Acknowledged: the app sees less of ${sources}. Leavers there may be hidden until a complete review`,
    notTold: (source: string, why: string): string =>
      `${source}: people are told of this by the next \`send\`, as now ${why}`,
    retired: (source: string, review: string, by: string, at: string): string =>
      `Retired ${source} ${review} by ${by} at ${at}: it counts no more; the next evidence lists it`,
    stored: (decisions: number, source: string, place: string): string =>
      `Stored ${decisions} decisions on ${source}: ${place}`,
    readAs: (encoding: string): string => `The file was read as ${encoding}.`,
    exported: (source: string, review: string, file: string, hash: string | null): string =>
      `Exported ${source} ${review} to ${file}: evidence SHA-256 ${hash}`,
    reported: (grants: number, place: string): string => `${grants} grants: ${place}`,
    nothingToPutBack: (source: string, review: string): string => `${source} ${review}: there is nothing to put back`,
    nothingDone: "Nothing was done. Put back with --grant ID … or --all, and --by NAME --reason TEXT.",
    restoreColumns: { grant: "grant", holder: "holder", role: "role", what: "what" },
    restoreSteps: {
      unrestorable: "cannot be put back: no call of the provider gives it",
      leftSince: "the holder has left since: only --grant puts it back",
      personUnread:
        "the source that says who people are (people.authority) could not be asked whether the holder has left: ask again, or only --grant puts it back",
      needsNaming: "is there with other scopes: only --grant adds these to them",
      removedSince: "was put back before, and is gone: see which review removed it since",
      add: "would be put back",
      alreadyThere: "is there already",
    },
    notProved: (error: string): string => `is not proved: ${error}`,
  },
};
