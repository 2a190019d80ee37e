import { resolve } from "node:path";
import { rolldown } from "rolldown";

/** Modules that are imported where they are needed, and on Lambda never are: they begin so. */
const neverLoaded = [
  // undici's other parsers (behind a variable that nobody sets, or for processors without SIMD), and forms as bodies.
  "../milo/",
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
 * One ES module for Lambda, with the AWS SDK in it: what runs is what was tested, not the SDK that the runtime happens to
 * have. By rolldown, as esbuild keeps every description of an S3 call that nobody makes, 60 kB of them.
 */
const bundleStage = async ({ entry, outputDir, leftOut }: Bundling): Promise<void> => {
  const absent = [...neverLoaded, ...leftOut];
  const graph = await rolldown({
    input: entry,
    platform: "node",
    external: (id) => absent.some((start) => id.startsWith(start)),
    resolve: { mainFields: ["module", "main"] },
    treeshake: { propertyReadSideEffects: false },
  });
  const file = resolve(outputDir, "index.mjs");
  await graph.write({ file, format: "esm", codeSplitting: false, minify: true, comments: false });
  await graph.close();
};

if (import.meta.main) {
  const [entry, outputDir, ...leftOut] = process.argv.slice(2);
  if (!entry || !outputDir)
    throw new Error("Cannot bundle without an entry and a folder: node stage-bundle.ts ENTRY DIR");
  await bundleStage({ entry, outputDir, leftOut });
}
