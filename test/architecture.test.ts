import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as all from "../functions/providers/all.ts";
import { repeatedExports } from "./architecture/export-names.ts";
import { houseFaults } from "./architecture/house-rules.ts";
import { circlesIn, folderSizes, importGraph } from "./architecture/import-graph.ts";
import { placeOf } from "./architecture/who-imports-whom.ts";

const root = join(import.meta.dirname, "..");
const paths = globSync(["functions/**/*.ts", "infra/**/*.ts", "test/sandbox/**/*.ts"], { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !path.endsWith(".test.ts"))
  .sort();

describe("the house", () => {
  it("has every file in a place of house.md's table", () => {
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => placeOf(path) === null)).toEqual([]);
  });

  it("keeps its rules: who imports whom, names, exports, classes, clock and environment", () => {
    const faults = paths.flatMap((path) => houseFaults({ path, text: readFileSync(join(root, path), "utf8") }));
    expect(faults).toEqual([]);
  });
});

describe("a long file", () => {
  it("says why it has more than 300 lines: it may be split for a second reader, and is never split for its length", () => {
    const long = paths
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
      .filter(({ text }) => text.split("\n").length > 301);
    expect(long.length).toBeGreaterThan(0);
    expect(long.filter(({ text }) => !text.includes("300 lines")).map(({ path }) => path)).toEqual([]);
  });
});

describe("an exported name", () => {
  it("stands once: whoever looks for it finds one thing", () => {
    const texts = paths
      .filter((path) => path.startsWith("functions/"))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
    expect(repeatedExports(texts)).toEqual([]);
  });

  it("is found twice wherever one may be taken for the other", () => {
    const at = (path: string) => ({ path, text: "export type Reading = string; export const a = 1, b = 2;" });
    const [ours, feishu, tencent] = [
      "functions/review/a.ts",
      "functions/providers/x/a.ts",
      "functions/providers/y/a.ts",
    ];
    expect(repeatedExports([at(feishu!), at(tencent!), at("functions/sandbox/feishu/a.ts")])).toEqual([]);
    expect(repeatedExports([at(ours!), at("functions/sandbox/company/a.ts")])).toEqual([]);
    expect(repeatedExports([at(ours!), at(feishu!)])).toEqual(
      ["Reading", "a", "b"].map((name) => `${name}: ${ours}, ${feishu}`),
    );
    expect(repeatedExports([at("functions/sandbox/a.ts"), at("functions/sandbox/company/a.ts")])).toHaveLength(3);
  });
});

describe("the shelves", () => {
  const graph = importGraph(paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })));
  const shelves = folderSizes(graph).filter(({ folder }) => folder.startsWith("functions/"));

  it("have no circle of imports, of types neither", () => {
    expect(circlesIn(graph)).toEqual([]);
  });

  it("hold twenty files a folder at most", () => {
    expect(shelves.filter(({ files }) => files > 20)).toEqual([]);
  });

  // Not reached yet: these folders put the steps of a stage together. Each may only come down from here.
  const known: Readonly<Record<string, number>> = {
    "functions/cli": 7,
    "functions/cli/desk": 11,
    "functions/desk": 8,
    "functions/ledger": 8,
    "functions/stages/assess": 14,
    "functions/stages/expire": 12,
    "functions/stages/restore": 11,
    "functions/stages/seal": 11,
    "functions/stages/send": 10,
    "functions/stages/show": 13,
    "functions/stages/snapshot": 10,
    "functions/stages/verify": 14,
  };

  it("ask whoever reads a file to know six others at most, in the mean of a folder", () => {
    expect(shelves.filter(({ folder, meanImports }) => meanImports > (known[folder] ?? 6))).toEqual([]);
  });
});

describe("circlesIn()", () => {
  const fileOf = (path: string, ...imports: string[]) => ({
    path,
    text: imports.map((specifier) => `import type { A } from "${specifier}";`).join("\n"),
  });

  it("finds each circle once, and nothing that is none", () => {
    const files = [
      fileOf("a/one.ts", "./two.ts", "../b/four.ts"),
      fileOf("a/two.ts", "./three.ts"),
      fileOf("a/three.ts", "./one.ts"),
      fileOf("b/four.ts", "./five.ts"),
      fileOf("b/five.ts"),
    ];
    expect(circlesIn(importGraph(files))).toEqual([["a/one.ts", "a/three.ts", "a/two.ts"]]);
  });
});

describe("a provider's name", () => {
  const providerIds = Object.values(all).map(({ id }) => id);
  const nameless = paths.filter((path) => /^(functions\/(?!providers\/|sandbox\/)|infra\/)/.test(path));

  it("is its folder's, and the rest of the product knows none", () => {
    const folders = globSync("functions/providers/*/provider.ts", { cwd: root }).map((path) => path.split(/[\\/]/)[2]);
    expect(folders.sort()).toEqual([...providerIds].sort());
    expect(nameless.length).toBeGreaterThan(150);
    const texts = nameless.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
    expect(texts.filter(({ text }) => providerIds.some((id) => text.includes(id))).map(({ path }) => path)).toEqual([]);
  });
});

const faultsOf = (path: string, text: string): string[] => houseFaults({ path, text });

const forbidden: [path: string, text: string][] = [
  ["functions/review/rule.ts", 'import { a } from "../store/jsonl.ts";'],
  ["functions/review/rule.ts", 'import type { A } from "../http/call.ts";'],
  ["functions/review/rule.ts", 'import { readFile } from "node:fs/promises";'],
  ["functions/review/rule.ts", 'import { request } from "undici";'],
  ["functions/review/rule.ts", 'import "@marcbachmann/cel-js-else";'],
  ["functions/review/rule.ts", 'export { a } from "../stages/assess-grants.ts";'],
  ["functions/review/rule.ts", 'export * from "../runtime/clock.ts";'],
  ["functions/review/rule.ts", 'const a = await import("../runtime/clock.ts");'],
  ["functions/review/rule.ts", 'type A = import("../runtime/clock.ts").Clock;'],
  ["functions/review/rule.ts", 'import a = require("node:fs");'],
  ["functions/review/rule.ts", 'const a = require("node:fs");'],
  ["functions/review/rule.ts", 'import { a } from "../../package.json";'],
  ["functions/http/retry.ts", 'import type { Grant } from "../review/grant.ts";'],
  ["functions/providers/feishu-corehr/roles.ts", 'import { a } from "../tencent-identity-center/roles.ts";'],
  ["functions/providers/feishu-corehr/roles.ts", 'import { a } from "../feishu-functional-role/roles.ts";'],
  ["functions/providers/feishu/token.ts", 'import { a } from "../feishu-corehr/roles.ts";'],
  ["functions/providers/tencent-identity-center/roles.ts", 'import { a } from "../feishu/token.ts";'],
  ["functions/providers/feishu-corehr/roles.ts", 'import { a } from "../all.ts";'],
  ["functions/providers/feishu-corehr/roles.ts", 'import * as z from "zod";'],
  ["functions/providers/feishu-corehr/roles.ts", 'import { a } from "../../config/fault.ts";'],
  ["functions/providers/provider.ts", 'import { a } from "./feishu-corehr/roles.ts";'],
  ["functions/providers/settings.ts", 'import * as z from "zod";'],
  ["functions/store/s3-store.ts", 'import { a } from "../report/html-report.ts";'],
  ["functions/report/csv-report.ts", 'import { gzipSync } from "node:zlib";'],
  ["functions/config/config.ts", 'import { a } from "../providers/feishu-corehr/roles.ts";'],
  ["functions/stages/expire-grants.ts", 'import { a } from "../store/jsonl.ts";'],
  ["functions/stages/expire-grants.ts", 'import { a } from "../runtime/clock.ts";'],
  ["functions/runtime/compose.ts", 'import { a } from "../stages/expire-grants.ts";'],
  ["functions/runtime/compose.ts", 'import { a } from "../cli.ts";'],
  ["functions/expire-grants.ts", 'import { a } from "./stages/snapshot/take-snapshot.ts";'],
  ["functions/expire-grants.ts", 'import { a } from "./review/grant.ts";'],
  ["functions/expire-grants.ts", 'import { a } from "./take-snapshot.ts";'],
  ["functions/cli.ts", 'import { a } from "./sandbox/company.ts";'],
  ["functions/cli.ts", 'import { a } from "../test/sandbox/client.ts";'],
  ["functions/stages/expire/revoker.ts", 'import { a } from "../restore/restore-grants.ts";'],
  ["functions/stages/seal/seal-evidence.ts", 'import { a } from "../show/review-report.ts";'],
  ["functions/report/rows/packed-rows.ts", 'import { gunzipSync } from "node:zlib";'],
  ["functions/ledger/lease.ts", 'import { a } from "../stages/expire/expire-grants.ts";'],
  ["functions/cli.ts", "const a = await import(commander);"],
  ["functions/cli.ts", "const a = await import('../test/' + name);"],
  ["infra/app.ts", 'import { a } from "../functions/runtime/clock.ts";'],
  ["functions/sandbox/company.ts", 'import { a } from "../http/call.ts";'],
  ["functions/review/rule.ts", "export default 1;"],
  ["functions/review/rule.ts", "const a = 1; export { a as default };"],
  ["infra/app.ts", "export default class App extends Stack {}"],
  ["functions/review/index.ts", "export const a = 1;"],
  ["functions/http/utils.ts", "export const a = 1;"],
  ["functions/http/json-helper.ts", "export const a = 1;"],
  ["functions/common/json.ts", "export const a = 1;"],
  ["functions/http/JsonCall.ts", "export const a = 1;"],
  ["functions/store/store.ts", "class Store {}"],
  ["functions/store/store.ts", "const Store = class extends Map {};"],
  ["infra/app.ts", "class Store {}"],
  ["functions/stages/stage.ts", "const now = new Date();"],
  ["functions/stages/stage.ts", "const now = Date();"],
  ["functions/stages/stage.ts", "const now = Date.now();"],
  ["functions/stages/stage.ts", "const clock = { now: Date.now };"],
  ["functions/stages/stage.ts", 'const now = Date["now"]();'],
  ["functions/stages/stage.ts", "const id = process.env.ID;"],
  ["functions/stages/stage.ts", "const id = globalThis.process.env.ID;"],
  ["functions/stages/stage.ts", "const { env } = process;"],
  ["functions/runtime/clock.ts", 'import { a } from "../stages/stage.ts"; const now = Date.now();'],
  ["infra/app.ts", "const account = process.env.ACCOUNT;"],
];

const allowed: [path: string, text: string][] = [
  [
    "functions/review/rule.ts",
    'import { a } from "./grant.ts"; import "@marcbachmann/cel-js/evaluator"; import "node:crypto";',
  ],
  [
    "functions/providers/feishu-corehr/roles.ts",
    'import { a } from "../feishu/token.ts"; import * as z from "zod/mini";',
  ],
  ["functions/providers/all.ts", 'import { a } from "./feishu-corehr/source.ts";'],
  ["functions/providers/feishu-corehr/provider.ts", 'import { a } from "../provider.ts";'],
  ["functions/config/config.ts", 'import { a } from "../providers/all.ts";'],
  ["functions/config/contradictions.ts", 'import { a } from "../providers/setting-faults.ts";'],
  [
    "functions/expire-grants.ts",
    'import { a } from "./stages/expire/expire-grants.ts"; import { b } from "./runtime/compose.ts";',
  ],
  ["functions/cli.ts", 'const a = await import("./sandbox/serve.ts"); const now = Date.now(), e = process.env;'],
  ["functions/runtime/clock.ts", "export const now = () => Date.now();"],
  [
    "functions/http/errors.ts",
    "export class ApiError extends Error {} export class ThrottledError extends ApiError {}",
  ],
  ["infra/bucket.ts", 'import { Construct } from "constructs"; export class Bucket extends Construct {}'],
  ["functions/review/instant.ts", "export const at = (text: string) => new Date(text); // not new Date()"],
  ["functions/review/decision-row.ts", 'const require = (is: boolean, text: string) => is || text; require(a, "b");'],
  ["functions/review/metadata.ts", "export const said = \"import { a } from '../http/call.ts'\";"],
  ["functions/sandbox/company.ts", "export const now = Date.now();"],
  ["functions/stages/seal/seal-evidence.ts", 'const a = await import("../show/review-report.ts");'],
  ["functions/stages/expire/revoker.ts", 'import { a } from "../removal/under-way.ts";'],
];

describe("houseFaults()", () => {
  it.each(forbidden)("finds exactly one fault in %s: %s", (path, text) => {
    expect(faultsOf(path, text)).toHaveLength(1);
  });

  it.each(allowed)("finds no fault in %s: %s", (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });

  it("names the file, the line and what is wrong", () => {
    expect(faultsOf("functions/http/retry.ts", 'const a = 1;\nimport { b } from "../review/grant.ts";')).toEqual([
      "functions/http/retry.ts:2: may not import ../review/grant.ts",
    ]);
  });
});
