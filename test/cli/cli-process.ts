import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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

/** Starts `node functions/cli.ts` in that place. */
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

/** Runs the CLI to its end. */
export const runCli = (place: Place, ...args: string[]): Promise<CliRun> => startCli(place, args).ended;

/** The one JSON document that `--json` prints: a fault where standard output has anything else. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever shape the contract names.
export const jsonOf = ({ stdout }: CliRun): any => JSON.parse(stdout);

/** A hash as a message may hold it. */
export const inGroups = (hash: string): string => hash.replace(/.{8}(?=.)/g, "$&-");
