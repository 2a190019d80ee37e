import { describe, expect, it } from "vitest";
import { pagePhrasesOf } from "../../../functions/report/page/page.ts";
import { pageScript } from "../../../functions/report/page/page-script.ts";
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
