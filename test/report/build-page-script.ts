import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A script that pages carry. `builtPath`: a module, so that neither the CLI nor a Lambda has to build anything. */
export type PageScript = { entry: string; builtPath: string; name: string; docs: string; footer: string };

const pathOf = (path: string): string => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url));

/** The script of report.html. */
export const reportScript: PageScript = {
  entry: pathOf("report/browser/main.ts"),
  builtPath: pathOf("report/page/page-script.ts"),
  name: "pageScript",
  docs: "What report.html runs, made of functions/report/browser by `npm run page-script`.",
  // What its licence asks of whoever passes it on; the package carries no such comment itself.
  footer: "/* noble-hashes: MIT License, (c) 2022 Paul Miller (paulmillr.com) */",
};

/** The script of the desk's page where a reviewer decides. */
export const deskScript: PageScript = {
  entry: pathOf("desk/pages/browser/main.ts"),
  builtPath: pathOf("desk/pages/desk-script.ts"),
  name: "deskScript",
  docs: "What the desk's page for deciding runs, made of functions/desk/pages/browser by `npm run page-script`.",
  footer: "",
};

/** The module of a script as its sources make it. */
export async function buildPageScript({ entry, name, docs, footer }: PageScript = reportScript): Promise<string> {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    footer: { js: footer },
    logLevel: "silent",
  });
  const script = built.outputFiles[0]?.text.trim() ?? "";
  return `// biome-ignore-all format: built, not written
// biome-ignore-all lint: built, not written
/** ${docs} */
export const ${name}: string = ${JSON.stringify(script)};
`;
}

/** A built script as it is in the repository. */
export const standingPageScript = ({ builtPath }: PageScript = reportScript): string => readFileSync(builtPath, "utf8");

if (import.meta.main)
  for (const script of [reportScript, deskScript]) writeFileSync(script.builtPath, await buildPageScript(script));
