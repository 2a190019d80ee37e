import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commandsOf } from "../../functions/cli/program.ts";

const root = new URL("../../", import.meta.url).pathname;

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...filesBelow("docs").filter((name) => /\.(md|yaml)$/.test(name)),
];

const texts = new Map<string, string>();
const textOf = (file: string): string => {
  const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
  texts.set(file, text);
  return text;
};

/** What stands between fences is no link and no heading. */
const proseOf = (file: string): string => textOf(file).replaceAll(/^```[\s\S]*?^```/gm, "");

/** The anchor that a heading has on GitHub. https://docs.github.com/en/get-started/writing-on-github (section links) */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (file: string): string[] => {
  const seen = new Map<string, number>();
  return [...proseOf(file).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => {
    const anchor = anchorOf(heading!);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
};

/** Why a relative link leads nowhere; null where it leads somewhere. */
const faultOf = (file: string, link: string): string | null => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : relative(root, join(root, dirname(file), decodeURIComponent(path)));
  if (!existsSync(join(root, target))) return `${file}: ${link}: is not there`;
  if (anchor === undefined || !target.endsWith(".md")) return null;
  return anchorsOf(target).includes(decodeURIComponent(anchor)) ? null : `${file}: ${link}: no such heading`;
};

describe("a relative link of the documentation", () => {
  it("leads to a file that is there, and to a heading that it has", () => {
    const links = pages
      .filter((file) => file.endsWith(".md"))
      .flatMap((file) =>
        [...proseOf(file).matchAll(/(?:\]\(|(?:src|href)=")([^)"\s]+)/g)]
          .map(([, link]) => ({ file, link: link! }))
          .filter((each) => !/^[a-z]+:/.test(each.link)),
      );
    expect(links.length).toBeGreaterThan(150);
    expect(links.flatMap(({ file, link }) => faultOf(file, link) ?? [])).toEqual([]);
  });
});

const { program } = commandsOf({});

/** The words of a command line as a shell divides them. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/\s#.*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");

/** Each `npx access-review …` of a page, up to the end of the code that it stands in. */
const linesOf = (file: string): string[] =>
  [...textOf(file).matchAll(/npx access-review((?: [^\s`|;&）)]+)*)/g)].map(([, words]) => words!.trim());

/** Why this version does not take a command line; null where it does. A command that is only named needs no options. */
const misuseOf = (line: string): string | null => {
  const [name = "", ...words] = wordsOf(line);
  if (name === "" || name === "…" || name.startsWith("<") || /^(--(version|help)|help)$/.test(name)) return null;
  const command = program.commands.find((each) => each.name() === name);
  if (!command) return `${line}: there is no command ${name}`;
  return wrongWord(command, words) ?? missingWord(command, words);
};

const wrongWord = (command: Command, words: string[]): string | null => {
  let operands = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const option = command.options.find(({ long }) => long === word.split("=")[0]);
    if (word.startsWith("--") && !option) return `${command.name()} takes no ${word}`;
    if (!word.startsWith("--") && word !== "…") operands += 1;
    if (option?.required && !word.includes("=")) at += 1;
  }
  return operands > command.registeredArguments.length
    ? `${command.name()} takes fewer words: ${words.join(" ")}`
    : null;
};

const missingWord = (command: Command, words: string[]): string | null => {
  if (words.length === 0 || words.includes("…")) return null;
  const needed = command.options.filter(({ description }) => description.endsWith("(required)"));
  const missing = needed.filter(({ long }) => !words.some((word) => word.split("=")[0] === long));
  return missing.length === 0 ? null : `${command.name()} ${words.join(" ")} lacks ${missing.map(({ long }) => long)}`;
};

describe("a command of the documentation", () => {
  it("is one that this version has, with options that it takes", () => {
    const lines = pages.flatMap((file) => linesOf(file).map((line) => ({ file, line })));
    expect(lines.length).toBeGreaterThan(60);
    expect(lines.flatMap(({ file, line }) => misuseOf(line)?.replace(/^/, `${file}: `) ?? [])).toEqual([]);
  });

  it("would be found out if it were not", () => {
    expect(misuseOf("frobnicate --all")).toContain("no command frobnicate");
    expect(misuseOf("status --frobnicate")).toContain("takes no --frobnicate");
    expect(misuseOf("approve --plan HASH --by NAME")).toContain("lacks --reason");
    expect(misuseOf("verify a.zip b.zip")).toContain("fewer words");
  });
});
