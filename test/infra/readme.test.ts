import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../functions/runtime/lambda-event.ts";

const textOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

/** The commands for Lambdas in a document: which function, which event. */
const commandsIn = (file: string): [name: string, event: string][] =>
  [...textOf(file).matchAll(/--function-name (\S+) [^|`]*--payload '([^']+)'/g)].map(([, name, event]) => [
    name!,
    event!,
  ]);

const fieldsOf: Record<string, Parameters<typeof parseEvent>[1]> = {
  "AccessReview-snapshot": [],
  "AccessReview-approve": ["approve", "by", "reason"],
  "AccessReview-stop": ["stop", "resume", "by", "reason"],
  "AccessReview-restore": ["grants", "all", "by", "reason"],
};

describe("README.md", () => {
  const files = ["README.md", "README.zh.md"];

  it.each(files)("%s has 120 lines at most, and no paragraph above four", (file) => {
    const lines = textOf(file).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(120);
    const paragraphs = textOf(file)
      .split(/\n\n+/)
      .filter((block) => !/^(\||```|- |\d\.)/.test(block));
    expect(paragraphs.filter((paragraph) => paragraph.split("\n").length > 4)).toEqual([]);
  });

  it.each([...files, "docs/README.md", "docs/examples/README.md"])("%s links to what is there", (file) => {
    const folder = new URL(`../../${file}`, import.meta.url);
    const links = [...textOf(file).matchAll(/(?:\]\(|src=")([^)#"]+)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(new URL(link, folder)))).toEqual([]);
  });
});

describe("docs/aws.md", () => {
  it("shows commands for Lambdas that take them", () => {
    const commands = commandsIn("docs/aws.md");
    expect(commands.length).toBeGreaterThan(3);
    for (const [name, text] of commands) {
      const event = JSON.parse(text.replace('"HASH"', `"${"0".repeat(64)}"`).replace('"ID"', '"2026-10-01T020000Z"'));
      expect(parseEvent(event, fieldsOf[name])).toEqual(event);
    }
  });
});
