import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import {
  type Attack,
  type Copy,
  faultsAfter,
  type Json,
  removeCopies,
  type SealedReviews,
  sealReviews,
} from "./sealed-reviews.ts";

// Whoever may write the whole store has report.csv, which people read in a spreadsheet, say something else than the evidence; or
// changes the evidence, and not the report.

let sealed: SealedReviews;
let keys: ReturnType<typeof reviewKeys>;
let paths: ReturnType<ReturnType<typeof reviewKeys>["assessment"]>;

beforeAll(async () => {
  sealed = await sealReviews();
  keys = reviewKeys(sourceId, sealed.second);
  paths = keys.assessment("0001");
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const textOf = (copy: Copy, key: string): string => readFileSync(copy.path(key), "utf8");
const changeText = (copy: Copy, key: string, change: (text: string) => string): void => {
  const text = textOf(copy, key);
  const changed = change(text);
  expect(changed).not.toBe(text);
  copy.write(key, changed);
};
/** Another text for a cell of the row of a grant that was removed. */
const cell = (column: string, to: string) => (copy: Copy) =>
  changeText(copy, keys.csv, (text) => {
    const removed = (copy.read(paths.plan) as Plan).items.find(({ hold }) => hold === null)!.grantId;
    const [header = "", ...lines] = text.split("\n");
    const at = header.replace("\ufeff", "").split(",").indexOf(column);
    const row = lines.findIndex((line) => line.startsWith(`"${removed}"`) || line.startsWith(`"'${removed}"`));
    const cells = lines[row]!.match(/(?:"(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!.map((each) => each.replace(/,$/, ""));
    cells[at] = to;
    lines[row] = cells.slice(0, header.split(",").length).join(",");
    return [header, ...lines].join("\n");
  });
const changeGrant = (copy: Copy, change: (grant: Json) => unknown): void =>
  copy.changeLines(copy.read(keys.snapshot).parts[0].key, (lines) => change(lines.at(-1)));

describe("report.csv", () => {
  it.each<Attack>([
    ["another holder", cell("holder_name", '"Somebody Else"'), /in holder_name of grant/],
    ["another e-mail", cell("holder_email", '"else@example.com"'), /in holder_email of grant/],
    ["another status", cell("holder_status", '"active"'), /in holder_status of grant/],
    ["another role", cell("role_name", '"Reader"'), /in role_name of grant/],
    ["another scope", cell("scopes", '"Department: none"'), /in scopes of grant/],
    ["no scope", cell("scopes", ""), /in scopes of grant/],
    ["another date", cell("granted_at", '"2020-01-01T00:00:00Z"'), /in granted_at of grant/],
    ["no finding", cell("findings", ""), /in findings of grant/],
    ["another finding", cell("findings", '"leaver: nothing to see"'), /in findings of grant/],
    ["another day", cell("due_at", '"2030-01-01T00:00:00Z"'), /in due_at of grant/],
    ["a hold", cell("hold", '"canary"'), /in hold of grant/],
    ["another outcome", cell("outcome", '"refused"'), /in outcome of grant/],
    ["another time", cell("outcome_at", '"2020-01-01T00:00:00Z"'), /in outcome_at of grant/],
    ["a decision that nobody made", cell("decision", '"keep"'), /in decision of grant/],
    ["somebody who decided", cell("decider", '"Lin"'), /in decider of grant/],
    ["a proof that nobody gave", cell("proven_by", '"signed in"'), /in proven_by of grant/],
    [
      "a row less",
      (copy) => changeText(copy, keys.csv, (text) => text.replace(/\n"[^\n]*\n/, "\n")),
      /rows do not say/,
    ],
    [
      "a row more",
      (copy) => changeText(copy, keys.csv, (text) => `${text}${text.split("\n").at(-2)}\n`),
      /1 rows do not say what its objects say, the first in grant_id/,
    ],
    [
      "rows in another order",
      (copy) =>
        changeText(copy, keys.csv, (text) => {
          const [header, ...lines] = text.trimEnd().split("\n");
          return `${[header, ...lines.reverse()].join("\n")}\n`;
        }),
      /rows do not say/,
    ],
    ["half a row", (copy) => changeText(copy, keys.csv, (text) => text.slice(0, -30)), /is not written as a report is/],
    [
      "cells of no column",
      (copy) => changeText(copy, keys.csv, (text) => text.replace(/\n$/, ',"more"\n')),
      /another number of cells/,
    ],
    [
      "no text at all",
      (copy) => copy.write(keys.csv, new Uint8Array([0xff, 0xfe, 0x00])),
      /is not written as a report is/,
    ],
    ["nothing", (copy) => copy.write(keys.csv, ""), /is not written as a report is/],
    [
      "another reviewer than reviewers.json has",
      (copy) =>
        changeText(copy, paths.csv, (text) =>
          text.replace(
            /"6967000110000000\d{3}"(?=,"[^"]*","(?:department-hrbp|holder-hrbp|fallback|manager|role-owner|location-bp)")/,
            '"6967000110000000999"',
          ),
        ),
      /or others than reviewers.json says/,
    ],
  ])("says of each grant what the evidence says: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });

  it.each<Attack>([
    [
      "a name in the snapshot",
      (copy) => changeGrant(copy, ({ holder }) => Object.assign(holder, { name: "Somebody Else" })),
      /in holder_name of grant/,
    ],
    [
      "a scope in the snapshot",
      (copy) => changeGrant(copy, (grant) => Object.assign(grant, { scopes: [] })),
      /in scopes of grant/,
    ],
    [
      "the day of a grant in the snapshot",
      (copy) => changeGrant(copy, (grant) => Object.assign(grant, { firstSeenAt: "2026-01-01T00:00:00Z" })),
      /in first_seen_at of grant/,
    ],
    [
      "a flag that was taken away",
      (copy) =>
        copy.changeLines(paths.findings, (lines) =>
          lines.splice(
            lines.findIndex(({ then }) => then === "flag"),
            1,
          ),
        ),
      /in findings of grant/,
    ],
    [
      "a flag on a grant that nobody holds",
      (copy) =>
        copy.changeLines(paths.findings, (lines) =>
          lines.push({ ...lines.find(({ then }) => then === "flag"), grantId: "f".repeat(16) }),
        ),
      /has a finding on grant f+, and the snapshot does not list it/,
    ],
    [
      "who reviews, in reviewers.json",
      (copy) =>
        copy.change(paths.reviewers, ({ reviewers }) => {
          reviewers[0].undecided++;
        }),
      /or others than reviewers.json says/,
    ],
    [
      "how many grants a reviewer has, in reviewers.json",
      (copy) =>
        copy.change(paths.reviewers, ({ reviewers }) => {
          reviewers[0].grants++;
        }),
      /the reviewers of assessment 0001 have/,
    ],
    [
      "the detail of an outcome",
      (copy) => {
        const removed = (copy.read(paths.plan) as Plan).items.find(({ hold }) => hold === null)!.grantId;
        copy.change(keys.outcome(removed), (value) => Object.assign(value, { detail: "as agreed" }));
      },
      /in detail of grant/,
    ],
  ])("bears witness to what else was changed: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});
