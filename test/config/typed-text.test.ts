import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const chinese = valid.replace("zh: 已收回", "zh: 持有人已离职，无需等待：“收回”");

/** GBK of the characters that these tests need: Node encodes UTF-8 alone. */
const gbk: Record<string, number[]> = { 已: [0xd2, 0xd1], 离: [0xc0, 0xeb], 职: [0xd6, 0xb0] };
const inGbk = (text: string): Buffer =>
  Buffer.concat([...text].map((character) => Buffer.from(gbk[character] ?? [...Buffer.from(character)])));

const inUtf16 = (text: string, order: "le" | "be", mark: boolean): Buffer => {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
};

const faultsOf = (file: string | Uint8Array): string[] => {
  const parsed = parseConfig(file);
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
};

describe("a file that is no UTF-8", () => {
  it("is refused as GBK", () => {
    expect(faultsOf(inGbk(valid.replace("已收回", "已离职")))).toEqual([expect.stringContaining("is GBK, not UTF-8")]);
    expect(faultsOf(inGbk(`# 离职\n${valid.replace("zh: 已收回", "zh: gone")}`))).toEqual([
      expect.stringContaining("is GBK, not UTF-8"),
    ]);
  });

  it.each([
    ["le", true],
    ["le", false],
    ["be", true],
    ["be", false],
  ] as const)("is refused as UTF-16 (%s, with a byte order mark: %s)", (order, mark) => {
    expect(faultsOf(inUtf16(chinese, order, mark))).toEqual([expect.stringContaining("is UTF-16, not UTF-8")]);
  });

  it("is refused with its line where it is none of these", () => {
    const latin = Buffer.from(valid.replace("Revoked", "Zurückgenommen").replace("已收回", "back"), "latin1");
    expect(faultsOf(latin)).toEqual([expect.stringMatching(/in another encoding \(line 16\)/)]);
  });

  it("is refused where an editor lost characters before", () => {
    expect(faultsOf(Buffer.from(valid.replace("已收回", "\uFFFD\uFFFDְ")))).toEqual([
      expect.stringMatching(/^line 16: holds U\+FFFD/),
    ]);
  });

  it("is taken as UTF-8 with a byte order mark", () => {
    expect(faultsOf(Buffer.from(`\uFEFF${chinese}`))).toEqual([]);
  });
});

describe("a full-width sign where YAML needs its own", () => {
  it.each(
    [
      ["a colon after a key", "mode: report", "mode：report", 2, "colon (：)"],
      ["a colon with a space", "mode: report", "mode： report", 2, "colon (：)"],
      ["a colon after a group's key", "policy:", "policy：", 11, "colon (：)"],
      ["a colon after an entry's first key", "- id: people", "- id：people", 5, "colon (：)"],
      ["a colon within braces", "timezone: Europe", "timezone：Europe", 3, "colon (：)"],
      ["a comma within braces", '*", timezone', '*"，timezone', 3, "comma (，)"],
      ["quotes around a word", "mode: report", "mode: “report”", 2, "quote (“)"],
      ["quotes around a cron", '"0 2 1 1,4,7,10 ? *"', "“0 2 1 1,4,7,10 ? *”", 3, "quote (“)"],
      ["single quotes", "mode: report", "mode: ‘report’", 2, "quote (‘)"],
      ["a space after a colon", "mode: report", "mode:　report", 2, "space (U+3000)"],
      ["a space for an indent", "      then: expire", "　　　then: expire", 15, "space (U+3000)"],
      ["a space that does not break", "mode: report", "mode:\u00A0report", 2, "space (U+00A0)"],
      ["a space at the end", "mode: report", "mode: report　", 2, "space (U+3000)"],
      ["a hash before a remark", "mode: report", "mode: report ＃ nothing is removed", 2, "hash (＃)"],
      ["a hash at the begin of a line", "mode: report", "＃ 只报告\nmode: report", 2, "hash (＃)"],
      ["a sign that a rule joins with", "decision.revoke", "decision.revoke ＆＆ true", 14, "character (＆)"],
      ["digits", "id: people\n", "id: people\n    pace: ２\n", 6, "character (２)"],
    ].filter(([, , , line]) => line !== 0) as [string, string, string, number, string][],
  )("%s is named with its line, and nothing else is", (_name, from, to, line, said) => {
    expect(valid).toContain(from);
    const faults = faultsOf(valid.replace(from, to));
    expect(faults).toEqual([expect.stringContaining(`line ${line}: has `)]);
    expect(faults[0]).toContain(`full-width ${said}`);
  });

  it("names every such line and every other fault in one go", () => {
    const text = valid
      .replace("mode: report", "mode：report")
      .replace("policy:", "policy：")
      .replace("- id: people", "- id：People");
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^line 2: .*colon/),
      expect.stringMatching(/^line 5: .*colon/),
      expect.stringMatching(/^line 11: .*colon/),
      expect.stringMatching(/^sources\[0\]\.id: must be/),
    ]);
  });

  it("names a space for an indent whatever it should have been", () => {
    const text = valid.replace("      then: expire", "　then: expire");
    expect(faultsOf(text)[0]).toMatch(/^line 15: has a full-width space \(U\+3000\)/);
  });

  it("names a comma between the entries of a list", () => {
    const text = valid.replace("    baseUrl", "    reviewers: { order: [role-owner， manager] }\n    baseUrl");
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^line 7: .*comma \(，\)/)]);
  });

  it("is text in a reason, a name and a remark, also where something else is wrong", () => {
    expect(faultsOf(`# 说明：只报告，不收回　＃\n${chinese}`)).toEqual([]);
    const wrong = `# 说明：只报告\n${chinese.replace("mode: report", "mode: both")}`;
    expect(faultsOf(wrong)).toEqual(["mode: must be report or enforce"]);
    const quoted = chinese.replace("en: Revoked", 'en: "Note：left， “gone”"').replace("mode: report", "mode: both");
    expect(faultsOf(quoted)).toEqual(["mode: must be report or enforce"]);
  });
});
