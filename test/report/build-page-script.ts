import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../../functions/report/browser/main.ts", import.meta.url));

/** Where the built script lies: a module, so that neither the CLI nor a Lambda has to build anything. */
export const builtPath = fileURLToPath(new URL("../../functions/report/page/page-script.ts", import.meta.url));

/** `functions/report/page/page-script.ts` as `functions/report/browser` makes it. */
export async function buildPageScript(): Promise<string> {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // What its licence asks of whoever passes it on; the package carries no such comment itself.
    footer: { js: "/* noble-hashes: MIT License, (c) 2022 Paul Miller (paulmillr.com) */" },
    logLevel: "silent",
  });
  const script = built.outputFiles[0]?.text.trim() ?? "";
  return `// biome-ignore-all format: built, not written
// biome-ignore-all lint: built, not written
/** What report.html runs, made of functions/report/browser by \`npm run page-script\`. */
export const pageScript: string = ${JSON.stringify(script)};
`;
}

/** The built script as it is in the repository. */
export const standingPageScript = (): string => readFileSync(builtPath, "utf8");

if (import.meta.main) writeFileSync(builtPath, await buildPageScript());
