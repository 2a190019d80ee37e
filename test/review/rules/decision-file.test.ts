import { describe, expect, it } from "vitest";
import { parseDecisions } from "../../../functions/review/rules/decision-file.ts";
import { big5, writings } from "./saved-again.ts";

const columns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"];
const cells = [
  "2026-03-01T000000Z",
  "0123456789abcdef",
  "keep",
  "2027-03-09",
  "何安",
  "仍需要，直到三月",
  "2026-03-05T00:00:00Z",
];
const good = {
  review: "2026-03-01T000000Z",
  grantId: "0123456789abcdef",
  decision: "keep",
  until: "2027-03-09T16:00:00Z",
  reviewer: "何安",
  reason: "仍需要，直到三月",
  decidedAt: "2026-03-05T00:00:00Z",
  provenBy: null,
};

const parse = (content: string | Uint8Array, language: "zh" | "en" = "en") =>
  parseDecisions(content, "d.csv", "Asia/Shanghai", language);
const fileOf = (rows: string[][], separator = ",") => `${rows.map((row) => row.join(separator)).join("\r\n")}\r\n`;
const withCell = (column: string, cell: string) => cells.with(columns.indexOf(column), cell);
const readCell = (column: string, cell: string) => parse(fileOf([columns, withCell(column, cell)]));

describe("parseDecisions() of a file that a spreadsheet saved again", () => {
  const separated = Object.entries(writings).flatMap(([name, write]) =>
    [",", ";", "\t"].map((separator) => [name, JSON.stringify(separator), write, separator] as const),
  );

  it.each(separated)("reads %s, cells divided by %s", (_name, _shown, write, separator) => {
    expect(parse(write(fileOf([columns, cells], separator)))).toMatchObject({ decisions: [good], faults: [] });
  });

  it.each([
    ["仍需要到三月底", "何安"],
    ["她的工作還沒有交接", "r1"],
    ["renewed for the audit", "王大明"],
  ])("refuses Big5, whose characters are others in GBK: %s", (reason, reviewer) => {
    const line = withCell("reason", reason).with(columns.indexOf("reviewer"), reviewer);
    const { faults, grantIds } = parse(big5(fileOf([columns, line])));
    expect(faults).toEqual([expect.stringMatching(/^d\.csv:1: the file looks like Big5, .*: save it as CSV UTF-8$/)]);
    expect(grantIds).toEqual([good.grantId]);
  });

  it("reads a character of one's own beside others of GBK", () => {
    const own = "\ue000";
    const { faults, decisions } = parse(writings.GBK(fileOf([columns, withCell("reason", `還${own}需要`)])));
    expect({ faults, reason: decisions[0]?.reason }).toEqual({ faults: [], reason: `還${own}需要` });
  });

  it("says as what it was read", () => {
    expect(parse(writings.GBK(fileOf([columns, cells]))).encoding).toBe("gb18030");
    expect(parse(writings["UTF-16 BE"](fileOf([columns, cells]))).encoding).toBe("utf-16be");
    expect(parse(fileOf([columns, cells])).encoding).toBe("utf-8");
  });

  it("reads Excel's first line that names the separator, and blames lines by their own numbers", () => {
    const text = `sep=;\r\n${fileOf([columns, cells, withCell("decision", "perhaps")], ";")}`;
    expect(parse(text)).toMatchObject({ decisions: [good], lineNumbers: [3] });
    expect(parse(text).faults).toEqual(["d.csv:4: decision is neither keep nor revoke"]);
  });

  it("ignores spare empty columns and rows, and cells that were left out at the end", () => {
    const spare = (row: string[]) => ["", ...row, "", ""];
    const rows = [spare(columns), Array<string>(10).fill(""), spare(cells), [" ", ""], Array<string>(14).fill("")];
    expect(parse(fileOf(rows))).toMatchObject({ decisions: [good], lineNumbers: [3], faults: [] });
    const untilLast = [...columns.filter((name) => name !== "until"), "until"];
    const revoke = withCell("decision", "revoke").toSpliced(3, 1);
    expect(parse(fileOf([untilLast, revoke]))).toMatchObject({ decisions: [{ until: null }], faults: [] });
  });

  it("ignores columns that a spreadsheet named itself, and cells of characters that nobody sees", () => {
    const named = [...columns, "Column8", "列2"];
    const unseen = ["\u200B", ...Array<string>(8).fill("\u2060")];
    const rows = [named, [...cells, "", "\u200B"], unseen];
    expect(parse(fileOf(rows))).toMatchObject({ decisions: [good], faults: [] });
    expect(parse(fileOf([named, [...cells, "x", ""]])).faults).toEqual([expect.stringContaining(":2:") as string]);
  });

  it("refuses what stands in a column without a name, and a line that lacks more than an empty until", () => {
    const text = fileOf([[...columns, ""], [...cells, "who?"], cells.slice(0, 5)]);
    expect(parse(text).faults).toEqual(["d.csv:2: 8 cells instead of 7", "d.csv:3: 5 cells instead of 7"]);
  });

  it("takes column names and decisions in capitals and full-width letters", () => {
    const header = ["Review", "GRANT_ID", "Decision", "ｕｎｔｉｌ", " reviewer ", "Reason", "Decided_At"];
    for (const word of ["KEEP", "Keep", "ｋｅｅｐ", "ＫＥＥＰ"]) {
      expect(parse(fileOf([header, withCell("decision", word)]))).toMatchObject({ decisions: [good], faults: [] });
    }
    expect(readCell("decision", "ＲEVOKE").decisions).toMatchObject([{ decision: "revoke" }]);
  });

  it.each([
    ...["2027/3/9", "2027-3-9", "2027/03/09", "2027.3.9", "2027年3月9日", "2027年03月09日", "２０２７／３／９"],
    ...["2027. 3. 9.", "2027.03.09.", "2027年3月9日星期二", "2027/3/9 周二", "2027年 3月 9日"],
  ])("takes %s for a date", (until) => {
    expect(readCell("until", until)).toMatchObject({ decisions: [good], faults: [] });
  });

  it.each(["3/9/2027", "9.3.2027", "09-03-2027", "27/3/9", "3/9/27", "3/9/2027 0:00"])(
    "refuses %s, and names the form to use",
    (until) => {
      expect(readCell("until", until).faults).toEqual([
        "d.csv:2: until is a date that can be read in two ways: write the year first, with four digits (YYYY-MM-DD)",
      ]);
    },
  );

  it.each(["2027/2/30", "2027年13月1日", "46455", "2027/3-9", "2027/3/9 14:05"])("refuses %s as an end", (until) => {
    expect(readCell("until", until).faults).toEqual([expect.stringContaining("until is no date (YYYY-MM-DD)")]);
  });

  it("takes a time that lost its zone in a spreadsheet as one of the policy's zone", () => {
    expect(readCell("decided_at", "2026/3/5 8:00").decisions).toEqual([good]);
    expect(readCell("decided_at", "2026-03-05 08:00:00").decisions).toEqual([good]);
  });

  it.each(["2026/3/5 8:00 AM", "2026-03-05 08:00:00 am", "2026/3/5 上午 8:00", "2026年3月5日 上午8:00"])(
    "reads the hour of twelve in %s",
    (at) => {
      expect(readCell("decided_at", at).decisions).toEqual([good]);
    },
  );

  it("knows noon from midnight, and no thirteenth hour of twelve", () => {
    const hourOf = (at: string) => readCell("decided_at", at).decisions[0]?.decidedAt;
    expect(hourOf("2026/3/5 12:00 PM")).toBe("2026-03-05T04:00:00Z");
    expect(hourOf("2026/3/5 下午 4:00")).toBe("2026-03-05T08:00:00Z");
    expect(hourOf("2026/3/6 12:30 am")).toBe("2026-03-05T16:30:00Z");
    expect(hourOf("2026/3/5 13:00 PM")).toBeUndefined();
  });

  it("says of a cell that a narrow column hid what became of it", () => {
    expect(readCell("until", "########").faults).toEqual([
      expect.stringContaining("until is ##### as its column was too narrow"),
    ]);
  });

  it.each([
    ["3/5/2026 8:00", "can be read in two ways"],
    ["2026/3/5", "is no ISO 8601 instant"],
    ["2026/3/5 25:00", "is no ISO 8601 instant"],
    ["2026-03-05T08:00:00", "is no ISO 8601 instant"],
  ])("refuses the time %s", (at, why) => {
    expect(readCell("decided_at", at).faults).toEqual([expect.stringContaining(why)]);
  });

  it("refuses a time that clocks show twice, or never", () => {
    const inBerlin = (at: string) =>
      parseDecisions(fileOf([columns, withCell("decided_at", at)]), "d.csv", "Europe/Berlin").faults;
    expect(inBerlin("2026/10/25 2:30")).toEqual([expect.stringContaining("twice or not at all")]);
    expect(inBerlin("2026/3/29 2:30")).toEqual([expect.stringContaining("twice or not at all")]);
    expect(inBerlin("2026/3/29 3:30")).toEqual([]);
  });

  it("takes the guard off an id that a spreadsheet would take for a number", () => {
    expect(readCell("grant_id", "'1234567890123456").decisions).toMatchObject([{ grantId: "1234567890123456" }]);
    expect(readCell("reviewer", "'6893014062142064135").decisions).toMatchObject([{ reviewer: "6893014062142064135" }]);
  });

  it("leaves a number that a spreadsheet made of an id for those who know the review's grants", () => {
    for (const id of ["7.79749E+15", "7,79749E+15", "7,797,490,000,000,000", "7.797.490.000.000.000,00"]) {
      expect(readCell("grant_id", `"${id}"`).decisions).toMatchObject([{ grantId: id.toLowerCase() }]);
    }
  });

  it("refuses a reviewer whose id was rounded, as it may be their own grant", () => {
    for (const id of ["6.89301E+18", "6893014062142060000", "6,893,014,062,142,060,000"])
      expect(readCell("reviewer", `"${id}"`).faults).toEqual([expect.stringContaining("reviewer is a number")]);
    expect(readCell("reviewer", "6893014062142064135").faults).toEqual([]);
  });

  it.each([
    ["an archive", [0x50, 0x4b, 0x03, 0x04, 1, 2], "a spreadsheet's own format"],
    ["a compound file", [0xd0, 0xcf, 0x11, 0xe0, 1, 2], "a spreadsheet's own format"],
    ["bytes", [0x80, 0xff, 0x00, 0x00, 0xfe], "no text in UTF-8, UTF-16 or GBK"],
    ["half a letter", [0x41, 0x42, 0xe9], "no text in UTF-8, UTF-16 or GBK"],
  ])("says of %s what it is not", (_what, bytes, said) => {
    const { faults, grantIds } = parse(new Uint8Array(bytes));
    expect(faults).toEqual([expect.stringContaining(said)]);
    expect(grantIds).toEqual([]);
  });

  it("speaks Chinese to those who read it, the English behind it", () => {
    const [fault] = parse(fileOf([columns, withCell("until", "")]), "zh").faults;
    expect(fault).toBe("d.csv:2: until 为空，而保留（keep）必须写明（until is empty, and a keep needs one）");
  });

  it("tells which grants bad lines speak of, those after a quote that is never closed too", () => {
    const other = "fedcba9876543210";
    expect(readCell("until", "x").grantIds).toEqual(["0123456789abcdef"]);
    const broken = `${fileOf([columns, cells])}2026-03-01T000000Z,${other},keep,"never\r\n`;
    expect(parse(broken).grantIds).toContain(other);
    expect(parse(fileOf([["what", "ever"], cells])).grantIds).toEqual([]);
  });
});
