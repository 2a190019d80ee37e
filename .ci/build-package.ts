import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

// What `npm pack` puts into the package beside the sources: JavaScript and types of the construct and of every function,
// below dist/. TypeScript below node_modules would not run: Node strips types of an app's own files alone.

const folder = "dist";
rmSync(folder, { recursive: true, force: true });
execFileSync("node_modules/.bin/tsc", ["-p", "infra/tsconfig.package.json"], { stdio: "inherit" });
const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
// The version that evidence names is read from beside the construct.
writeFileSync(`${folder}/package.json`, `${JSON.stringify({ name, version, type: "module" })}\n`);
