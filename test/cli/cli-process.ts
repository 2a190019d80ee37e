import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";
import { runCommand } from "../../functions/cli/program.ts";
import { readApp, writeApp } from "../../functions/sandbox/feishu/apps.ts";
import { compileCache } from "../compile-cache.ts";

/** How a run of the CLI ended; `code` is null where a signal ended it. */
export type CliRun = { code: number | null; signal: string | null; stdout: string; stderr: string };

/** A run under way. */
export type RunningCli = {
  ended: Promise<CliRun>;
  /** Resolves once standard error has said this, or the run has ended. */
  untilSaid(text: string): Promise<void>;
  /** What the pattern's group matched on standard output, as soon as it does. */
  printed(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
};

const script = new URL("../../functions/cli.ts", import.meta.url).pathname;

/** Where a run takes place: its folder, which has the configuration, and what its environment has besides. */
export type Place = { folder: string; env?: Record<string, string> };

// Neither colours nor the machine's own credentials: what a run sees is what the test gives it.
const environment = (env: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  ...compileCache,
  READ_APP: JSON.stringify({ appId: readApp.appId, appSecret: readApp.appSecret }),
  WRITE_APP: JSON.stringify({ appId: writeApp.appId, appSecret: writeApp.appSecret }),
  // Whoever commits during a test must not change what two of its runs write down.
  TOOL_COMMIT: "0000000",
  ...env,
});

/** Starts `node functions/cli.ts` in that place, in a process of its own. */
export function startCli({ folder, env }: Place, args: string[]): RunningCli {
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: environment(env) });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  const ended = (once(child, "close") as Promise<[number | null, string | null]>).then(([code, signal]) => ({
    code,
    signal,
    ...said,
  }));
  return {
    ended,
    untilSaid: (text) => untilTrue(child, () => said.stderr.includes(text)),
    printed: async (pattern) => {
      await untilTrue(child, () => pattern.test(said.stdout));
      return pattern.exec(said.stdout)?.[1] ?? "(not printed)";
    },
    kill: (signal) => child.kill(signal),
  };
}

async function untilTrue(child: ChildProcess, isTrue: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isTrue()) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", look);
    child.once("close", () => resolve());
    look();
  });
}

let lastRun: Promise<unknown> = Promise.resolve();

/** Runs the CLI to its end within this process, one run after another: `startCli` takes a process of its own for each. */
export function runCli(place: Place, ...args: string[]): Promise<CliRun> {
  const run = lastRun.then(() => runHere(place, args));
  lastRun = run.catch(() => {});
  return run;
}

async function runHere({ folder, env }: Place, args: string[]): Promise<CliRun> {
  const [stdout, stderr] = [collect(), collect()];
  const leave = enter(folder, environment(env));
  try {
    const code = await runCommand(args, { env: environment(env), stdout: stdout.stream, stderr: stderr.stream });
    return { code, signal: null, stdout: stdout.said(), stderr: stderr.said() };
  } finally {
    leave();
  }
}

/** Goes into the folder, as paths of a command line are meant from there, and lets AWS's SDK find its part of the environment. */
function enter(folder: string, env: Record<string, string>): () => void {
  const [before, envBefore] = [process.cwd(), process.env];
  const ofOthers = Object.entries(envBefore).filter(([name]) => !name.startsWith("AWS_"));
  const ofAws = Object.entries(env).filter(([name]) => name.startsWith("AWS_"));
  process.env = Object.fromEntries([...ofOthers, ...ofAws]);
  process.chdir(folder);
  return () => {
    process.chdir(before);
    process.env = envBefore;
  };
}

/** A stream that keeps what is written to it. */
function collect(): { stream: Writable; said(): string } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  return { stream, said: () => Buffer.concat(pieces).toString("utf8") };
}

/** The one JSON document that `--json` prints: a fault where standard output has anything else. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever shape the contract names.
export const jsonOf = ({ stdout }: CliRun): any => JSON.parse(stdout);

/** A hash as a message may hold it. */
export const inGroups = (hash: string): string => hash.replace(/.{8}(?=.)/g, "$&-");

/** Who does it, and why: what every command asks for that a person answers for. */
export const reasons = ["--by", "Lin", "--reason", "as agreed"];
