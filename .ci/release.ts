import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

// What a release hands out, below release/: the source with its lock file, what it is made of, and the hashes of both.
// `npm pack` would leave package-lock.json out, and with it the hash of every dependency.

const folder = "release";

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

if (run("git", ["status", "--porcelain"]) !== "") {
  process.stderr.write("Cannot release as there are changes that no commit has: commit them or take them back\n");
  process.exit(1);
}

const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
const release = `${name}-${version}`;
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
run("git", ["archive", "--format=tar.gz", `--prefix=${release}/`, `--output=${folder}/${release}.tar.gz`, "HEAD"]);
// From the lock file alone: it is what `npm ci` installs, on whichever machine. What only tests and builds use is there and
// marked: `--omit=dev` would leave out what tests use as well.
const sbom = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
writeFileSync(`${folder}/${release}.cdx.json`, run("npm", sbom));

const hashes = readdirSync(folder)
  .sort()
  .map(
    (file) =>
      `${createHash("sha256")
        .update(readFileSync(`${folder}/${file}`))
        .digest("hex")}  ${file}\n`,
  );
writeFileSync(`${folder}/SHA256SUMS`, hashes.join(""));
process.stdout.write(`${run("git", ["rev-parse", "HEAD"])}${hashes.join("")}`);
