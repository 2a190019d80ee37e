import { reviewKeys } from "../../review/keys.ts";
import type { Intent } from "../../review/proof/receipt.ts";
import type { Answered, RestoreAnswer } from "../../review/stage.ts";
import { type RestoreRequest, restoreGrants } from "../../stages/restore/restore-grants.ts";
import { tellActs } from "../acts.ts";
import { usage } from "../exit-code.ts";
import { type Column, printLine, shownName, tableText } from "../print.ts";
import type { CommandSession } from "../session.ts";
import { type CommandResult, printAnswers, runStage } from "../stage-command.ts";
import { assertReasons } from "./reasons.ts";

/** Puts back grants that a review revoked. If the request names neither grants nor all, prints what could be put back. */
export async function restore(session: CommandSession, request: RestoreRequest): Promise<number> {
  if (!session.options.review) throw usage`Name the review to undo with --review ID`;
  if (request.all && request.grants) throw usage`Name grants with --grant, or ask for --all: not both`;
  if (request.all || request.grants) assertReasons(request);
  const result = await runStage(session, (stage) => restoreGrants(stage, request));
  const isListing = !request.all && !request.grants;
  if (isListing && !session.options.json) await printSteps(session, result);
  else printAnswers(session, "restore", result);
  if (!isListing) for (const sourceId of session.sources) await tellActs(session, sourceId);
  return result.exitCode;
}

/** What restoring would do with a grant, by its list in the answer. Grants that cannot be put back come first. */
const restoreSteps = [
  "unrestorable",
  "leftSince",
  "personUnread",
  "needsNaming",
  "removedSince",
  "add",
  "alreadyThere",
] as const;

async function printSteps(session: CommandSession, result: CommandResult<RestoreAnswer>): Promise<void> {
  const answers = result.sources.filter((each) => each.status !== "failed");
  if (answers.length < result.sources.length) {
    printAnswers(session, "restore", result);
    return;
  }
  session.progress.end();
  const { acts } = session.words;
  const columns = columnsOf(acts.restoreColumns);
  for (const answer of answers) {
    const rows: string[][] = [];
    for (const name of restoreSteps) {
      const left = name === "needsNaming" ? [...answer.leftSince, ...(answer.personUnread ?? [])] : [];
      for (const id of (answer[name] ?? []).filter((each) => !left.includes(each))) {
        rows.push([id, ...(await grantNames(session, answer, id)), acts.restoreSteps[name]]);
      }
    }
    for (const { grantId, error } of answer.notProved ?? []) rows.push([grantId, "", "", acts.notProved(error)]);
    const isEmpty = rows.length === 0;
    printLine(isEmpty ? acts.nothingToPutBack(answer.source, answer.review) : tableText(columns, rows));
    if (!isEmpty) printLine(acts.nothingDone);
  }
}

function columnsOf({ grant, holder, role, what }: CommandSession["words"]["acts"]["restoreColumns"]): Column[] {
  return [{ title: grant, characters: 18 }, { title: holder }, { title: role }, { title: what }];
}

/** The names of holder and role, as the removal's intent has them. */
async function grantNames(
  { store, config }: CommandSession,
  { source, review }: Answered,
  grantId: string,
): Promise<[string, string]> {
  const { intent } = reviewKeys(source, review);
  const grant = (await store.getJson<Intent>(intent(grantId)))?.grant;
  if (!grant) return ["", ""];
  const { holder, role } = grant;
  return [shownName(holder.name ?? holder.id), shownName(role.name[config.language] ?? role.code ?? role.id)];
}
