import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readDeployable } from "./deployable-config.ts";
import { describeStacks, type StackTemplate } from "./describe-stack.ts";

// `npm run synth [-- -c config=FILE]`: synthesises the stack, and says what it is made of and what is left to do.

const asked = process.argv.slice(2);
const named = asked.find((word) => word.startsWith("config="));
const configFile = named?.slice("config=".length) ?? "docs/access-review.example.yaml";
const cdk = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
const words = ["synth", "--quiet", ...asked, ...(named ? [] : ["-c", `config=${configFile}`])];

const { status } = spawnSync(process.execPath, [cdk, ...words], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const read = readDeployable(configFile);
if ("refusal" in read) throw new Error(read.refusal);
const templates = globSync("cdk.out/*.template.json").map(
  (file) => JSON.parse(readFileSync(file, "utf8")) as StackTemplate,
);
process.stdout.write(`${describeStacks(templates, read.config, configFile).join("\n")}\n`);
