import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/**
 * A running moto server: AWS on loopback. `environment` makes the SDK's own chain find it, and nothing of the real AWS. `stop` lets it
 * forget everything.
 */
export type MotoServer = {
  endpoint: string;
  environment: Record<string, string>;
  stop: () => Promise<void>;
};

/** For `beforeAll`: a server starts in seconds, but the first time on a machine pip may have to fetch it. */
export const motoStartMs = 240_000;

type Command = { file: string; args: string[] };

const answerMs = 30_000;
const venv = resolve(import.meta.dirname, "../.venv");
const onAnyPort = ["-H", "127.0.0.1", "-p", "0"];

const installed: Command[] = [
  { file: "moto_server", args: onAnyPort },
  { file: "python3", args: ["-m", "moto.server", ...onAnyPort] },
];
const local: Command = { file: `${venv}/bin/python`, args: ["-m", "moto.server", ...onAnyPort] };

// A start takes seconds of Python's imports: the files of a worker, which run one after another, share a server.
let ofWorker: Promise<MotoServer> | null = null;

/**
 * Moto's server on a free port, empty: the one on the PATH, else python's, else the one in `.venv`, which pip fills if it
 * must. Throws with the way to get it if there is none: S3's rules are not taken on trust.
 */
export const startMoto = (): Promise<MotoServer> => {
  ofWorker ??= startAny();
  return ofWorker;
};

const startAny = async (): Promise<MotoServer> => {
  for (const command of installed) {
    const server = await tryStart(command);
    if (server) return server;
  }
  if (!existsSync(local.file)) await install();
  const server = await tryStart(local);
  if (server) return server;
  throw new Error(`Cannot start moto's server from ${venv}. Delete that folder, and ${howToGetIt}`);
};

const howToGetIt =
  "get it with: python3 -m venv .venv && .venv/bin/pip install 'moto[server]>=5.2' (or pip install it for yourself)";

const install = async (): Promise<void> => {
  const run = promisify(execFile);
  // Two test files may do this at once: each makes its own, and the first to end wins.
  const own = `${venv}-${randomUUID()}`;
  try {
    await run("python3", ["-m", "venv", own]);
    await run(`${own}/bin/python`, ["-m", "pip", "install", "--quiet", "moto[server]>=5.2"], { timeout: motoStartMs });
    await rename(own, venv).catch(() => rm(own, { recursive: true }));
  } catch (cause) {
    await rm(own, { recursive: true, force: true });
    throw new Error(`Cannot test against S3 as moto's server is not here: ${howToGetIt}`, { cause });
  }
};

// Ends the server once standard input is closed, as it is when the worker ends, by whatever means.
const tied = 'exec 3<&0; "$@" & server=$!; { read -r _ <&3; kill "$server"; } & wait "$server"';

const tryStart = async ({ file, args }: Command): Promise<MotoServer | null> => {
  const child = spawn("sh", ["-c", tied, "sh", file, ...args], { stdio: ["pipe", "ignore", "pipe"] });
  const endpoint = await readEndpoint(child);
  if (!endpoint) return null;
  await waitUntilItAnswers(endpoint);
  // The worker may end although its server still runs.
  for (const handle of [child, child.stdin, child.stderr]) (handle as { unref?: () => void }).unref?.();
  const forget = async (): Promise<void> => {
    await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
  };
  return { endpoint, environment: environmentFor(endpoint), stop: forget };
};

/** The address that the server prints once it listens; null if it ends before. */
const readEndpoint = (child: ChildProcess): Promise<string | null> =>
  new Promise((found) => {
    let said = "";
    child.stderr?.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4_000);
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address) found(address);
    });
    child.once("error", () => found(null));
    child.once("exit", () => found(null));
  });

const waitUntilItAnswers = async (endpoint: string): Promise<void> => {
  const deadline = AbortSignal.timeout(answerMs);
  for (;;) {
    const reply = await fetch(`${endpoint}/moto-api/data.json`, { signal: deadline }).catch(() => null);
    if (reply?.ok) return;
    if (deadline.aborted) throw new Error(`moto's server at ${endpoint} did not answer within ${answerMs / 1000} s`);
    await sleep(50);
  }
};

const environmentFor = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
  AWS_SESSION_TOKEN: "testing",
  AWS_EC2_METADATA_DISABLED: "true",
});
