import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../functions/runtime/lambda-event.ts";

const textOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

/** The commands for Lambdas in a README: which function, which event. */
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
  it("has under a hundred lines, in both languages", () => {
    for (const file of ["README.md", "README.zh.md"])
      expect(textOf(file).trimEnd().split("\n").length).toBeLessThan(100);
  });

  it("shows commands for Lambdas that take them, the same in both languages", () => {
    const commands = commandsIn("README.md");
    expect(commands.length).toBeGreaterThan(3);
    expect(commandsIn("README.zh.md")).toEqual(commands);
    for (const [name, text] of commands) {
      const event = JSON.parse(text.replace('"HASH"', `"${"0".repeat(64)}"`).replace('"ID"', '"2026-10-01T020000Z"'));
      expect(parseEvent(event, fieldsOf[name])).toEqual(event);
    }
  });
});
