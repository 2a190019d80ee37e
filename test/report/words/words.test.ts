import { describe, expect, it } from "vitest";
import { pagePhrasesOf } from "../../../functions/report/page/page.ts";
import { pageScript } from "../../../functions/report/page/page-script.ts";
import { peersText } from "../../../functions/report/words/row-words.ts";
import { phraseFor, phrasesOf } from "../../../functions/report/words/words.ts";

describe.each([
  ["phrasesOf()", phrasesOf],
  ["pagePhrasesOf()", pagePhrasesOf],
] as const)("%s", (_, phrasesIn) => {
  it("has a text for everything in both languages", () => {
    const emptyIn = (phrases: object): string[] =>
      Object.entries(phrases).flatMap(([key, text]) =>
        typeof text === "object" ? emptyIn(text) : text === "" ? [key] : [],
      );
    expect(emptyIn(phrasesIn("zh"))).toEqual([]);
    expect(emptyIn(phrasesIn("en"))).toEqual([]);
  });
});

describe("phraseFor()", () => {
  it("gives the phrase for a word, and a word that it does not know as it is", () => {
    const { checks } = pagePhrasesOf("zh");
    expect(phraseFor(checks, "leavers-visible")).toBe("能看到已离职人员");
    expect(phraseFor(checks, "of-tomorrow")).toBe("of-tomorrow");
    expect(phraseFor(checks, "constructor")).toBe("constructor");
  });
});

describe("peersText()", () => {
  const [zh, en] = [phrasesOf("zh").list, phrasesOf("en").list];
  const text = (
    list: typeof en,
    have: number,
    department: string | null,
    by: "department" | "manager" = "department",
  ) => peersText({ by, count: 240, have }, department, { list, amount: String });

  it("says how many of the department have the role, in both languages", () => {
    expect([text(en, 2, "Sales"), text(zh, 2, "销售")]).toEqual([
      "2 of 240 in Sales have it",
      "销售 240 人中有 2 人持有该角色",
    ]);
    expect(text(en, 1, null)).toBe("1 of 240 in the department has it");
    expect(text(zh, 0, null)).toBe("本部门 240 人中有 0 人持有该角色");
  });

  it("says how many with the same manager do, and nothing where that is not known", () => {
    expect(text(en, 2, "Sales", "manager")).toBe("2 of 240 with the same manager have it");
    expect(text(zh, 2, "销售", "manager")).toBe("同一上级的 240 人中有 2 人持有该角色");
    expect(peersText(null, "Sales", { list: en, amount: String })).toBe(null);
  });
});

describe("the page's script", () => {
  it("carries the texts of rows and of the list, and none that only the written pages have", () => {
    const [rows, pages] = [phrasesOf("en"), pagePhrasesOf("en")];
    const carried = [rows.sections.grants, rows.heldBy.canary, rows.list.noFinding, rows.because["role-share"]];
    for (const text of carried) expect(pageScript).toContain(text);
    const written = [
      ...Object.values(pages.sections).filter((text) => text.includes(" ") && text !== rows.sections.grants),
      ...Object.values(pages.checks),
      ...[pages.sentences.verdictClean, pages.deciding.allDecided, pages.summary.howMatched, pages.diff.title],
      ...[pages.reviewers.heading, pages.because["leavers-missing"]],
    ];
    const standing = written.filter((text) => text !== rows.labels.standing && pageScript.includes(text));
    expect(standing).toEqual([]);
  });
});
