import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { lastDayOf } from "../../functions/basics/time.ts";
import { csvReport } from "../../functions/report/csv-report.ts";
import type { Language, ReportRow } from "../../functions/report/review-view.ts";
import { flaggedRow, heldRow, outcomeRow, silentRow, waitingRow } from "./invented-review.ts";

const streamedText = async (rows: Parameters<typeof csvReport>[0], language: Language = "en"): Promise<string> => {
  let text = "";
  for await (const chunk of csvReport(rows, { language, lastDay: (until) => lastDayOf(until, "Asia/Shanghai") }))
    text += chunk;
  return text;
};

const textOf = (rows: ReportRow[], language?: Language): Promise<string> => streamedText([rows], language);

const recordsOf = async (rows: ReportRow[], language?: Language): Promise<Record<string, string>[]> =>
  parse(await textOf(rows, language), { bom: true, columns: true });

const header =
  "grant_id,holder_id,holder_name,holder_email,holder_status,department_id,last_day,role_id,role_code,role_name,scopes," +
  "granted_at,first_seen_at,findings,due_at,hold,outcome,outcome_at,detail,reviewer_id,reviewer_name,reviewer_by,delegate_of,if_undecided," +
  "decision,decider,proven_by,reason,until,decided_at";

describe("csvReport()", () => {
  it("starts with a byte order mark and the same header in both languages, rows or none", async () => {
    expect(await textOf([], "en")).toBe(`\ufeff${header}\n`);
    expect(await textOf([], "zh")).toBe(`\ufeff${header}\n`);
  });

  it("gives every row, in order, those with nothing to say too", async () => {
    const rows = Array.from({ length: 1203 }, (_, figure) => silentRow(figure));
    const records = await recordsOf(rows);
    expect(records.map((record) => record.grant_id)).toEqual(
      rows.map(({ grant: { id } }) => (/^\d+(e\d+)?$/.test(id) ? `'${id}` : id)),
    );
  });

  it("takes rows as they are streamed", async () => {
    const streamed = (async function* () {
      yield [silentRow(1), silentRow(2)];
      yield [];
      yield [silentRow(3)];
    })();
    expect(await streamedText(streamed)).toBe(await textOf([silentRow(1), silentRow(2), silentRow(3)]));
  });

  it("fills every column of a grant that is held", async () => {
    const reviewer = { id: "7001", name: "何安", by: "holder-hrbp", delegateOf: "7002" } as const;
    const [record] = await recordsOf([{ ...heldRow(1, "too-new", "3 of 14 days"), reviewer }]);
    expect(record).toEqual({
      // A spreadsheet would take sixteen digits for a number, and lose them.
      grant_id: "'0000000000000001",
      holder_id: "700000000000001",
      holder_name: "林晓1",
      holder_email: "lin@example.com",
      holder_status: "left",
      department_id: "od-77",
      last_day: "2026-08-31",
      role_id: "6967639606963471118",
      role_code: "hrbp",
      role_name: "HR business partner",
      scopes: "Department: 华东销售部, od-2",
      granted_at: "2025-03-04T01:00:00Z",
      first_seen_at: "2026-01-01T02:00:00Z",
      findings: "leaver: The holder has left the company",
      due_at: "2026-10-15T02:10:00Z",
      hold: "too-new",
      outcome: "",
      outcome_at: "",
      detail: "3 of 14 days",
      reviewer_id: "7001",
      reviewer_name: "何安",
      reviewer_by: "holder-hrbp",
      delegate_of: "7002",
      if_undecided: "",
      decision: "",
      decider: "",
      proven_by: "",
      reason: "",
      until: "",
      decided_at: "",
    });
  });

  it("says who decided last, of what counts, by what that is proven, why and until when", async () => {
    const said = {
      review: "r",
      reviewer: "何安",
      reason: "needed",
      fault: null,
      until: "2027-01-31T16:00:00Z",
    } as const;
    const decisions = [
      { ...said, decision: "keep", provenBy: "signed in", decidedAt: "2026-10-02T02:00:00Z" },
      { ...said, decision: "revoke", provenBy: "file", decidedAt: "2026-10-03T02:00:00Z", fault: "not signed in" },
    ] as const;
    const history = { changes: [], movedFrom: null, removals: [], decisions: [...decisions] };
    const [record] = await recordsOf([{ ...flaggedRow(1), history }]);
    expect(record).toMatchObject({
      decision: "keep",
      decider: "何安",
      proven_by: "signed in",
      reason: "needed",
      until: "2027-01-31",
      decided_at: "2026-10-02T02:00:00Z",
    });
  });

  it("says of an item that it goes only if nobody decides", async () => {
    const { item, ...row } = waitingRow(1);
    const [record] = await recordsOf([{ ...row, item: { ...item!, ifUndecided: true } }]);
    expect(record?.if_undecided).toBe("yes");
  });

  it("tells the outcome and what the provider said", async () => {
    const [record] = await recordsOf([outcomeRow(1, "refused", "not permitted")]);
    expect(record).toMatchObject({ outcome: "refused", outcome_at: "2026-10-01T02:20:00Z", detail: "not permitted" });
  });

  it("leaves empty what is not known, and what is only waiting has a due date alone", async () => {
    const waiting = waitingRow(1);
    waiting.grant.scopes = null;
    waiting.grant.grantedAt = null;
    const [record] = await recordsOf([waiting]);
    expect(record).toMatchObject({ scopes: "", granted_at: "", due_at: "2026-10-15T02:10:00Z", hold: "", outcome: "" });
  });

  it("writes names and reasons in the language asked for", async () => {
    const [record] = await recordsOf([flaggedRow(1)], "zh");
    expect(record).toMatchObject({
      role_name: "人力资源业务伙伴",
      scopes: "部门：华东销售部、od-2",
      findings: "leaver: 持有人已离职",
    });
  });

  it("keeps quotes, commas, line breaks, emoji and 200 characters in one cell", async () => {
    const name = `"${"长".repeat(200)}",\r\n👩‍👩‍👧 مرحبا <script>`;
    const [record] = await recordsOf([flaggedRow(1, { name })]);
    expect(record?.holder_name).toBe(name);
  });

  it("neutralises a formula in every column that comes from outside", async () => {
    const bad = "=HYPERLINK(1)";
    const row = outcomeRow(1, "failed", bad);
    Object.assign(row.grant.holder, { id: bad, name: bad, email: bad, departmentId: bad, lastDay: bad });
    Object.assign(row.grant.role, { id: bad, code: bad, name: { zh: bad, en: bad } });
    row.grant.scopes = [[{ dimension: bad, ids: [bad], names: [bad] }]];
    const [record] = await recordsOf([row]);
    const cells = Object.entries(record ?? {}).filter(([, cell]) => cell.includes(bad));
    expect(cells.map(([column]) => column)).toEqual([
      ...["holder_id", "holder_name", "holder_email", "department_id", "last_day"],
      ...["role_id", "role_code", "role_name", "scopes", "detail"],
    ]);
    for (const [, cell] of cells) expect(cell.startsWith("'=")).toBe(true);
  });
});
