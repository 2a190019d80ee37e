import { openLedger } from "../../ledger/ledger.ts";
import { newestPlan } from "../../ledger/plans.ts";
import { reviewKeys, summaryKey } from "../../review/keys.ts";
import { currentReport } from "../../stages/show/current-report.ts";
import { usage } from "../exit-code.ts";
import { commandLine } from "../options.ts";
import { type CommandSession, printResult } from "../session.ts";
import { outputs } from "../surroundings.ts";
import { openInBrowser } from "./browser.ts";

/** Whether the desk is meant instead of a report, and whether the address is printed alone. */
export type PageOptions = { desk?: boolean; print?: boolean };

/** For how long an address of a report in S3 is good. */
const goodForSeconds = 3_600;

/** A page of the store; `source` and `review` are left out of the page over all sources. */
type Page = { key: string; source?: string; review?: string };

/**
 * Opens the newest report, or the desk, in the browser, and prints its address; prints the address alone where nobody is at a
 * terminal with a browser.
 */
export async function openPage(session: CommandSession, { desk = false, print = false }: PageOptions): Promise<number> {
  if (desk) return await showAddress(session, "open", { address: deskOf(session) }, print);
  const { key, ...of } = await newestPage(session);
  return await showAddress(session, "open", { ...of, address: await addressOf(session, key) }, print);
}

/** Prints an address, once it was opened in the browser where there is one. `isPrinted`: it is not opened. */
export async function showAddress(
  session: CommandSession,
  command: string,
  shown: { address: string } & Record<string, unknown>,
  isPrinted: boolean,
): Promise<number> {
  const { platform } = process;
  const isTerminal = outputs().stdout.isTTY === true && !session.options.json;
  const desktop = { platform, env: session.env, isTerminal: isTerminal && !isPrinted };
  const opened = await openInBrowser(shown.address, desktop);
  return printResult(session, command, { ...shown, opened }, shown.address);
}

/** The address at which a browser shows an object of the store: in S3 for an hour, to whoever has it. */
export async function addressOf({ store }: CommandSession, key: string): Promise<string> {
  if (!store.link) throw usage`Cannot open ${store.locate(key)}: a browser reaches no store of this kind`;
  return await store.link(key, goodForSeconds);
}

function deskOf({ config: { desk }, options }: CommandSession): string {
  if (desk) return desk.url;
  throw usage`${options.config} has no desk: write desk.url and desk.signIn (docs/desk.md)`;
}

/** The page over all sources where several were reviewed on this machine, else the report of the newest review that has one. */
async function newestPage(session: CommandSession): Promise<Page> {
  const { store, sources, options } = session;
  if (options.review === undefined && sources.length > 1 && isOnDisk(session)) {
    if (await store.get(summaryKey, 1)) return { key: summaryKey };
  }
  for (const { source, review } of await reviewsToShow(session)) {
    const key = await reportKeyOf(session, source, review);
    if (key) return { key, source, review };
  }
  const named = options.review ?? sources.join(", ");
  throw usage`There is no report of ${named} yet: begin with ${commandLine(options, "review")}`;
}

/** The reviews of the chosen sources, newest first; only the one that the options name, if they name one. */
async function reviewsToShow({ store, sources, options }: CommandSession) {
  const all: { source: string; review: string }[] = [];
  for (const source of sources) {
    const reviews = options.review ? [options.review] : await openLedger(store, source).reviews();
    all.push(...reviews.map((review) => ({ source, review })));
  }
  return all.sort((a, b) => (a.review < b.review ? 1 : -1));
}

/**
 * The key of a review's report; null where it has none yet. On a disk the report of an open review is written anew. In S3 it is
 * the one of its newest plan: the stack's bucket lets nobody but its functions write.
 */
export async function reportKeyOf(session: CommandSession, source: string, review: string): Promise<string | null> {
  const stage = session.stageOf(source, review);
  if (isOnDisk(session)) return (await currentReport(stage))?.htmlKey ?? null;
  const keys = reviewKeys(source, review);
  if (await session.store.get(keys.html, 1)) return keys.html;
  const plan = await newestPlan(stage);
  return plan && keys.assessment(plan.assessment).html;
}

function isOnDisk({ config }: CommandSession): boolean {
  return !config.store.startsWith("s3://");
}
