import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import { type RolldownOutput, rolldown } from "rolldown";
import { leaveOutUncalled } from "./left-out.ts";

/** Modules that are imported where they are needed, and on Lambda never are: they begin so. */
const neverLoaded = [
  // undici's other parser, for processors without SIMD, and forms as bodies.
  "../llhttp/llhttp-wasm.js",
  "../web/fetch/",
  "../web/webidl",
  // Credentials from elsewhere than the environment, where Lambda has them.
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];

/** What is bundled: an entry, where to, and the modules that are left to somebody else beside those never loaded. */
type Bundling = { entry: string; outputDir: string; leftOut: string[] };

/**
 * ES modules for Lambda, with the AWS SDK in them: what runs is what was tested, not the SDK that the runtime happens to
 * have. A cold start reads `index.mjs` and `stage.mjs`; what the code imports only where it needs it is in files beside
 * them. (In one file instead, such an import would keep every module whole that it reaches, the SDK's among them.) By
 * rolldown, as esbuild keeps every description of an S3 call that nobody makes, 60 kB of them.
 */
const bundleStage = async ({ entry, outputDir, leftOut }: Bundling): Promise<void> => {
  const absent = [...neverLoaded, ...leftOut];
  const graph = await rolldown({
    input: { index: entry },
    platform: "node",
    external: (id) => absent.some((start) => id.startsWith(start)),
    resolve: { mainFields: ["module", "main"] },
    // What undici's lib/dispatcher/client-h1.js asks for before it loads a parser that is an experiment.
    transform: { define: { esbuildDetection: "true" } },
    treeshake: { propertyReadSideEffects: false },
    plugins: [leaveOutUncalled()],
  });
  const { output } = await graph.generate({
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
    codeSplitting: { groups: [{ name: "stage", tags: ["$initial"] }] },
    format: "esm",
    minify: true,
    comments: false,
  });
  await graph.close();
  await writeModules(output, outputDir);
};

/** In ASCII, which V8 reads as bytes: one Chinese character elsewhere makes it decode half a megabyte to 16 bits each first. */
const writeModules = async (output: RolldownOutput["output"], folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const part of output) {
    if (part.type !== "chunk") throw new Error(`Cannot bundle ${part.fileName} as it is no module`);
    const { code } = await transform(part.code, { charset: "ascii", format: "esm", target: "node24", minify: true });
    await writeFile(join(folder, part.fileName), code);
  }
};

if (import.meta.main) {
  const [entry, outputDir, ...leftOut] = process.argv.slice(2);
  if (!entry || !outputDir)
    throw new Error("Cannot bundle without an entry and a folder: node stage-bundle.ts ENTRY DIR");
  await bundleStage({ entry, outputDir, leftOut });
}
