import { describe, expect, it } from "vitest";
import { commandsOf } from "../../functions/cli/program.ts";
import { helpZh } from "../../functions/cli/words/help-zh.ts";
import { say } from "../../functions/cli/words/sentence.ts";
import { sentencesZh } from "../../functions/cli/words/sentences-zh.ts";
import { cliWords } from "../../functions/cli/words/words.ts";
import { usageCodesInSource } from "../docs/messages-in-source.ts";

const figuresIn = (code: string): string[] => [...code.matchAll(/\{\d+\}/g)].map(([figure]) => figure).sort();

describe("say()", () => {
  it("gives the English, and the code with its figures, sentences among them", () => {
    const said = say`Cannot read ${"a.yaml"} (${2}): ${say`name ${"it"}`}`;
    expect(said).toMatchObject({
      english: "Cannot read a.yaml (2): name it",
      code: "Cannot read {0} ({1}): {2}",
      figures: ["a.yaml", "2", { code: "name {0}" }],
    });
  });
});

describe("the help in Chinese", () => {
  it("has every text of every command, option and argument", () => {
    const { program } = commandsOf({});
    const texts = [program, ...program.commands].flatMap((command) => [
      command.description(),
      ...[...command.options, ...command.registeredArguments].map(({ description }) => description),
    ]);
    expect(texts.filter((text) => helpZh[text] === undefined)).toEqual([]);
    expect(Object.values(helpZh).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
  });
});

describe("the Chinese sentences of wrong usage", () => {
  it("are there for every sentence, and for none that nobody says", () => {
    expect(Object.keys(sentencesZh).sort()).toEqual(usageCodesInSource().sort());
  });

  it("hold no figure that the sentence has not, and end with the English, by which the documentation is searched", () => {
    for (const [code, sentence] of Object.entries(sentencesZh)) {
      expect(figuresIn(code)).toEqual(expect.arrayContaining(figuresIn(sentence)));
      expect(sentence).toMatch(/\p{Script=Han}/u);
    }
    const said = say`Cannot verify ${"q4.zip"} as it is not there`;
    const error = Object.assign(new Error(said.english), { name: "UsageError", said });
    expect(cliWords("zh").failed(error)).toBe("无法核验 q4.zip：文件不存在（Cannot verify q4.zip as it is not there）");
    expect(cliWords("en").failed(error)).toBe("Cannot verify q4.zip as it is not there");
  });

  it("tell an error without a sentence by what kind of error it is", () => {
    const refused = Object.assign(new Error("Cannot list the roles as …"), { name: "ThrottledError" });
    expect(cliWords("zh").failed(refused)).toBe("平台限制了调用频率（Cannot list the roles as …）");
  });
});
