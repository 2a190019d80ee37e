import { posix } from "node:path";

/** A folder of the house, or one of its entry files, and what it may import: places of the house, packages, `node:` modules. */
export type Place = { name: string; holds: RegExp; places: string[]; packages: string[] };

const anyNodeModule = "node:*";
const providerWords = "providers/words";
const messageWords = "messages/words";
const providerCall = "providers/provider-call";
const allProviders = ["providers/all", providerWords, providerCall, "providers/feishu", "providers/other"];
const report = ["report", "report/rows"];
const underStages = [
  "basics",
  "review",
  "http",
  ...allProviders,
  "store",
  ...report,
  "config",
  "messages",
  messageWords,
];

/** The table of house.md. The first place that holds a path is the one it is in; every place may import itself. */
const table: Place[] = [
  { name: "basics", holds: /^functions\/basics\//, places: [], packages: ["node:crypto", "canonicalize"] },
  {
    name: "review",
    holds: /^functions\/review\//,
    places: ["basics"],
    packages: ["@marcbachmann/cel-js", "csv-parse", "node:crypto", "re2js"],
  },
  { name: "ledger", holds: /^functions\/ledger\//, places: ["basics", "review"], packages: [] },
  // What is known of a grant when it is judged, in assessing and before a removal alike.
  { name: "facts", holds: /^functions\/facts\//, places: ["basics", "review", "ledger"], packages: [] },
  // node:crypto for the SHA-256 of every reply, which reads.jsonl.gz keeps.
  // node:zlib for replies that are compressed though nobody asked for it.
  // node:diagnostics_channel so that calls can be counted without every piece handing a counter on.
  {
    name: "http",
    holds: /^functions\/http\//,
    places: ["basics"],
    packages: ["undici", "node:crypto", "node:diagnostics_channel", "node:zlib"],
  },
  {
    name: "providers/all",
    holds: /^functions\/providers\/all\.ts$/,
    places: ["basics", "review", "http", ...allProviders],
    packages: ["zod"],
  },
  // What a provider's folder is written in: its type, its settings and their faults. The configuration speaks it too.
  {
    name: providerWords,
    holds: /^functions\/providers\/(provider|settings|setting-faults)\.ts$/,
    places: ["basics", "review"],
    packages: ["zod/mini"],
  },
  // What every provider's calls and sources share.
  {
    name: providerCall,
    holds: /^functions\/providers\/provider-(call|source)\.ts$/,
    places: ["basics", "review", "http"],
    packages: ["zod/mini"],
  },
  {
    name: "providers/feishu",
    holds: /^functions\/providers\/feishu\//,
    places: ["basics", "review", "http", providerCall],
    packages: ["zod/mini", "node:crypto"],
  },
  {
    name: "providers/other",
    holds: /^functions\/providers\/[^/]+\//,
    places: ["basics", "review", "http", providerWords, providerCall],
    packages: ["zod/mini", "node:crypto"],
  },
  {
    name: "store",
    holds: /^functions\/store\//,
    places: ["basics", "review"],
    packages: ["@aws-sdk/client-s3", "yauzl", "yazl", "@smithy/signature-v4", anyNodeModule],
  },
  // Runs in a browser: what it shares with the report must be free of anything of Node's.
  {
    name: "report/browser",
    holds: /^functions\/report\/browser\//,
    places: report,
    packages: ["@noble/hashes/sha2.js", "@noble/hashes/utils.js"],
  },
  // Fit for a browser, as its list is made of these files there.
  { name: "report/rows", holds: /^functions\/report\/rows\//, places: ["basics", "review", "report"], packages: [] },
  {
    name: "report",
    holds: /^functions\/report\//,
    places: ["basics", "review", "report/rows"],
    packages: ["csv-stringify"],
  },
  {
    name: "config",
    holds: /^functions\/config\//,
    places: ["basics", "review", "providers/all", providerWords],
    packages: ["zod", "yaml"],
  },
  // What a message says, before anybody sends it: pure, so that a stage can write it down first.
  {
    name: messageWords,
    holds: /^functions\/messages\/(words|occasion-text|reviewer-text)\.ts$/,
    places: ["basics", "review", "report"],
    packages: [],
  },
  {
    name: "messages",
    holds: /^functions\/messages\//,
    places: ["basics", "review", "http", providerCall, "providers/feishu", messageWords],
    packages: ["@aws-sdk/client-sns", "node:crypto"],
  },
  {
    name: "stages",
    holds: /^functions\/stages\//,
    places: ["basics", "review", "ledger", "drift", "facts", ...report, messageWords],
    packages: [],
  },
  {
    name: "runtime",
    holds: /^functions\/runtime\//,
    places: [...underStages, "desk", "desk/sign-in", "events"],
    // aws-lambda: types alone, there is no such package at run time.
    packages: [
      "@aws-sdk/client-secrets-manager",
      "@aws-sdk/client-kms",
      "@aws-sdk/client-lambda",
      "@aws-sdk/client-sfn",
      "@aws-sdk/client-sqs",
      "@aws-lambda-powertools/logger",
      "@aws-lambda-powertools/metrics",
      "aws-lambda",
      "hono/aws-lambda",
      anyNodeModule,
    ],
  },
  {
    name: "cli",
    holds: /^functions\/cli(\.ts$|\/)/,
    places: [...underStages, "ledger", "stages", "runtime", "handlers", "desk", "events"],
    packages: [
      "@larksuiteoapi/node-sdk",
      "@hono/node-server",
      "commander",
      "cli-progress",
      "cli-table3",
      "wrap-ansi",
      anyNodeModule,
    ],
  },
  // What the provider said between reviews: written down once each, and read for reports.
  { name: "drift", holds: /^functions\/drift\//, places: ["basics", "review", "ledger"], packages: [] },
  // What an event asks, and that it is taken once. What is done about it is handed in.
  {
    name: "events",
    holds: /^functions\/events\//,
    places: ["basics", "review", "ledger", "drift"],
    packages: ["node:crypto"],
  },
  // What a page shows, without the desk behind it.
  {
    name: "desk/pages",
    holds: /^functions\/desk\/(pages\/|model\.ts$)/,
    places: ["basics", "review", ...report],
    packages: ["node:crypto"],
  },
  // Ways to sign in, each speaking to one kind of provider.
  {
    name: "desk/sign-in",
    holds: /^functions\/desk\/sign-in\//,
    places: ["basics", "review", "http", providerCall, "providers/feishu"],
    packages: ["oauth4webapi", "undici", "node:crypto"],
  },
  {
    name: "desk",
    holds: /^functions\/desk\//,
    places: ["basics", "review", "ledger", ...report, "config", "desk/pages", "desk/sign-in"],
    packages: ["hono", "node:crypto"],
  },
  // The embedded company stands in for the vendors: it knows nothing of the product that asks it.
  { name: "sandbox", holds: /^(functions|test)\/sandbox\//, places: [], packages: [anyNodeModule, "ws"] },
  // A table of contents: what a handler runs is its own stage.
  { name: "handlers", holds: /^functions\/[^/]+\.ts$/, places: ["runtime", "ledger"], packages: [] },
  {
    name: "infra",
    holds: /^infra\//,
    places: ["config"],
    packages: ["aws-cdk-lib", "cdk-nag", "constructs", "esbuild", anyNodeModule],
  },
];

/** The place that holds a path; null for one outside the house. */
export const placeOf = (path: string): Place | null => table.find(({ holds }) => holds.test(path)) ?? null;

const allowsPackage = ({ packages }: Place, specifier: string): boolean =>
  packages.some((allowed) => {
    if (allowed === anyNodeModule) return specifier.startsWith("node:");
    return specifier === allowed || specifier.startsWith(`${allowed}/`);
  });

const folderBelow = (path: string): string => path.split("/")[2] ?? "";

/** Between folders of providers: its own, and for the Feishu ones what they share. */
const allowsProvider = (from: string, to: string): boolean => {
  const [own, other] = [folderBelow(from), folderBelow(to)];
  return own === other || (other === "feishu" && own.startsWith("feishu-"));
};

const isProviderFolder = ({ name }: Place): boolean => name === "providers/feishu" || name === "providers/other";

/** Between folders of stages: its own, what all that remove share, and lazily what shows a review. */
const allowsStage = (from: string, to: string, isLazy: boolean): boolean => {
  const [own, other] = [folderBelow(from), folderBelow(to)];
  return own === other || other === "removal" || (other === "show" && isLazy);
};

/** The stage of a handler: `take-snapshot.ts` runs `stages/snapshot/take-snapshot.ts`, and nothing of another stage. */
const stageOfHandler: Readonly<Record<string, string>> = {
  "functions/take-snapshot.ts": "snapshot",
  "functions/assess-grants.ts": "assess",
  "functions/expire-grants.ts": "expire",
  "functions/restore-grants.ts": "restore",
  "functions/seal-evidence.ts": "seal",
  "functions/check-access.ts": "check",
  "functions/send-messages.ts": "send",
};

const isSpecialCase = (from: string, to: string, isLazy: boolean): boolean => {
  const [place, target] = [placeOf(from)?.name, placeOf(to)?.name];
  if (from === "functions/serve-desk.ts") return target === "desk";
  if (place === "handlers") return target === "stages" && folderBelow(to) === stageOfHandler[from];
  if (place === "desk") return target === "stages" && folderBelow(to) === "show";
  return place === "cli" && target === "sandbox" && isLazy;
};

const allowsFile = (from: string, to: string, isLazy: boolean): boolean => {
  const [place, target] = [placeOf(from), placeOf(to)];
  if (!place || !target) return false;
  if (isProviderFolder(place) && isProviderFolder(target)) return allowsProvider(from, to);
  if (place.name === "stages" && target.name === "stages") return allowsStage(from, to, isLazy);
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
