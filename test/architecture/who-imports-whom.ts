import { posix } from "node:path";

/** A folder of the house, or one of its entry files, and what it may import: places of the house, packages, `node:` modules. */
export type Place = { name: string; holds: RegExp; places: string[]; packages: string[] };

const anyNodeModule = "node:*";
const providerWords = "providers/words";
const messageWords = "messages/words";
const allProviders = ["providers/all", providerWords, "providers/feishu", "providers/other"];
const underStages = ["review", "http", ...allProviders, "store", "report", "config", "messages"];

/** The table of house.md. The first place that holds a path is the one it is in; every place may import itself. */
const table: Place[] = [
  {
    name: "review",
    holds: /^functions\/review\//,
    places: [],
    packages: ["@marcbachmann/cel-js", "canonicalize", "csv-parse", "node:crypto"],
  },
  // node:crypto for the SHA-256 of every reply, which reads.jsonl.gz keeps.
  // node:diagnostics_channel so that calls can be counted without every piece handing a counter on.
  {
    name: "http",
    holds: /^functions\/http\//,
    places: [],
    packages: ["undici", "node:crypto", "node:diagnostics_channel"],
  },
  {
    name: "providers/all",
    holds: /^functions\/providers\/all\.ts$/,
    places: ["review", "http", ...allProviders],
    packages: ["zod"],
  },
  // What a provider's folder is written in: its type, its settings and their faults. The configuration speaks it too.
  {
    name: providerWords,
    holds: /^functions\/providers\/(provider|settings|setting-faults)\.ts$/,
    places: ["review"],
    packages: ["zod/mini"],
  },
  {
    name: "providers/feishu",
    holds: /^functions\/providers\/feishu\//,
    places: ["review", "http"],
    packages: ["zod/mini", "node:crypto"],
  },
  {
    name: "providers/other",
    holds: /^functions\/providers\/[^/]+\//,
    places: ["review", "http", providerWords],
    packages: ["zod/mini", "node:crypto"],
  },
  { name: "store", holds: /^functions\/store\//, places: ["review"], packages: ["@aws-sdk/client-s3", anyNodeModule] },
  // Runs in a browser: what it shares with the report must be free of anything of Node's.
  {
    name: "report/browser",
    holds: /^functions\/report\/browser\//,
    places: ["report"],
    packages: ["@noble/hashes/sha2.js", "@noble/hashes/utils.js"],
  },
  {
    name: "report",
    holds: /^functions\/report\//,
    places: ["review"],
    packages: ["csv-stringify", "@observablehq/plot"],
  },
  {
    name: "config",
    holds: /^functions\/config\//,
    places: ["review", "providers/all", providerWords],
    packages: ["zod", "yaml"],
  },
  // What a message says, before anybody sends it: pure, so that a stage can write it down first.
  {
    name: messageWords,
    holds: /^functions\/messages\/(words(-\w+)?|text-context|occasion-text|reviewer-text)\.ts$/,
    places: ["review", "report"],
    packages: [],
  },
  {
    name: "messages",
    holds: /^functions\/messages\//,
    places: ["review", "http", "providers/feishu", messageWords],
    packages: ["@aws-sdk/client-sns", "node:crypto"],
  },
  { name: "stages", holds: /^functions\/stages\//, places: ["review", "report", messageWords], packages: [] },
  {
    name: "runtime",
    holds: /^functions\/runtime\//,
    places: underStages,
    // aws-lambda: types alone, there is no such package at run time.
    packages: [
      "@aws-sdk/client-secrets-manager",
      "@aws-sdk/client-kms",
      "@aws-lambda-powertools/logger",
      "@aws-lambda-powertools/metrics",
      "aws-lambda",
      anyNodeModule,
    ],
  },
  {
    name: "cli",
    holds: /^functions\/cli(\.ts$|\/)/,
    places: [...underStages, "stages", "runtime", "handlers"],
    packages: ["commander", "cli-progress", "cli-table3", anyNodeModule],
  },
  { name: "handlers", holds: /^functions\/[^/]+\.ts$/, places: ["runtime"], packages: [] },
  {
    name: "infra",
    holds: /^infra\//,
    places: ["config"],
    packages: ["aws-cdk-lib", "cdk-nag", "constructs", "esbuild", anyNodeModule],
  },
  { name: "sandbox", holds: /^test\/sandbox\//, places: [], packages: [anyNodeModule] },
];

/** The place that holds a path; null for one outside the house. */
export const placeOf = (path: string): Place | null => table.find(({ holds }) => holds.test(path)) ?? null;

const allowsPackage = ({ packages }: Place, specifier: string): boolean =>
  packages.some((allowed) => {
    if (allowed === anyNodeModule) return specifier.startsWith("node:");
    return specifier === allowed || specifier.startsWith(`${allowed}/`);
  });

const providerFolder = (path: string): string => path.split("/")[2] ?? "";

/** Between folders of providers: its own, and for the Feishu ones what they share. */
const allowsProvider = (from: string, to: string): boolean => {
  const [own, other] = [providerFolder(from), providerFolder(to)];
  return own === other || (other === "feishu" && own.startsWith("feishu-"));
};

const isProviderFolder = ({ name }: Place): boolean => name === "providers/feishu" || name === "providers/other";

/** What of the house a file may import beyond its row of the table. */
const isOwnStage = (from: string, to: string): boolean => to === from.replace("functions/", "functions/stages/");

/** What a handler may take from the stages beside its own: which review it is about, the brake, stop, and seal's other errands. */
const sharedByHandlers: ReadonlySet<string> = new Set([
  "functions/stages/resolve-review.ts",
  "functions/stages/approval.ts",
  "functions/stages/stop.ts",
  "functions/stages/seal-earlier.ts",
  "functions/stages/overdue.ts",
]);

const isSpecialCase = (from: string, to: string, isLazy: boolean): boolean => {
  const isHandler = placeOf(from)?.name === "handlers";
  if (isHandler) return isOwnStage(from, to) || sharedByHandlers.has(to);
  return placeOf(from)?.name === "cli" && placeOf(to)?.name === "sandbox" && isLazy;
};

const allowsFile = (from: string, to: string, isLazy: boolean): boolean => {
  const [place, target] = [placeOf(from), placeOf(to)];
  if (!place || !target) return false;
  if (isProviderFolder(place) && isProviderFolder(target)) return allowsProvider(from, to);
  const isOwn = place.name === target.name && place.name !== "handlers";
  return isOwn || place.places.includes(target.name) || isSpecialCase(from, to, isLazy);
};

/** Whether the file at `from` may import what `specifier` names. */
export function mayImport(from: string, specifier: string, isLazy: boolean): boolean {
  const place = placeOf(from);
  if (!place) return false;
  if (!specifier.startsWith(".")) return allowsPackage(place, specifier);
  return allowsFile(from, posix.join(posix.dirname(from), specifier), isLazy);
}
