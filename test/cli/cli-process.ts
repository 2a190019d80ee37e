import { type ChildProcess, fork, spawn } from "node:child_process";
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

/** What `cli-host.ts` is to run: arguments, folder and the whole environment. */
export type CliOrder = { args: string[]; folder: string; env: Record<string, string> };

const hostScript = new URL("./cli-host.ts", import.meta.url).pathname;
let host: ChildProcess | null = null;
let lastRun: Promise<unknown> = Promise.resolve();

/** The process that `runCli` runs command lines in. It ends with this one, as its channel closes. */
function openHost(): ChildProcess {
  if (host?.connected) return host;
  host = fork(hostScript, { execArgv: [], env: environment(), stdio: ["ignore", "inherit", "inherit", "ipc"] });
  // A test run ends although its host still waits for an order.
  host.unref();
  return host;
}

async function orderRun(order: CliOrder): Promise<CliRun> {
  const running = openHost();
  const over = new AbortController();
  const { signal } = over;
  running.channel?.ref();
  running.send(order);
  try {
    const [run] = await Promise.race([once(running, "message", { signal }), once(running, "exit", { signal })]);
    if (typeof run === "object" && run !== null) return run as CliRun;
    throw new Error("Cannot run the CLI as the process that runs it has ended");
  } finally {
    over.abort();
    running.channel?.unref();
  }
}

/** Runs the CLI to its end, one run after another in one process: `startCli` takes a process of its own for each. */
export function runCli({ folder, env }: Place, ...args: string[]): Promise<CliRun> {
  const run = lastRun.then(() => orderRun({ args, folder, env: environment(env) }));
  lastRun = run.catch(() => {});
  return run;
}

/** The one JSON document that `--json` prints: a fault where standard output has anything else. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever shape the contract names.
export const jsonOf = ({ stdout }: CliRun): any => JSON.parse(stdout);

/** A hash as a message may hold it. */
export const inGroups = (hash: string): string => hash.replace(/.{8}(?=.)/g, "$&-");

/** Who does it, and why: what every command asks for that a person answers for. */
export const reasons = ["--by", "Lin", "--reason", "as agreed"];
