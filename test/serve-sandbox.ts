import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { FunctionalGrant } from "../functions/sandbox/company/functional-roles.ts";
import type { CallLog } from "../functions/sandbox/feishu/world.ts";
import type { Quirks } from "../functions/sandbox/quirks.ts";
import { type SandboxGrant, type SandboxOptions, startSandbox } from "../functions/sandbox/sandbox.ts";
import type { CloudGrant } from "../functions/sandbox/tencent/cloud-sandbox.ts";
import type { CloudCallLog } from "../functions/sandbox/tencent/cloud-world.ts";
import { compileCache } from "./compile-cache.ts";

/** What the company in the other process was asked; `refusals` are those for a full window, over all endpoints. */
export type RemoteState = Pick<CallLog, "writes" | "functionalWrites"> & {
  withheld: number;
  calls: CallLog["byEndpoint"];
  refusals: number;
  grants: number;
  repeatedBlindly: string[];
};

/** The zone of the company in the other process. */
export type RemoteZone = CloudCallLog & { grants: CloudGrant[] };

/** A served company, as whoever knows only its address sees and steers it. */
export type ServedSandbox = {
  url: string;
  state(): Promise<RemoteState>;
  grants(): Promise<SandboxGrant[]>;
  functionalGrants(): Promise<FunctionalGrant[]>;
  zone(): Promise<RemoteZone>;
  setQuirks(quirks: Partial<Quirks>): Promise<void>;
  /** Resolves once so many answers were withheld, since the company was started. */
  untilWithheld(count: number): Promise<void>;
  close(): Promise<void>;
};

/** Options that JSON can carry. */
export type RemoteOptions = Omit<SandboxOptions, "now">;

const script = new URL("./sandbox-process.ts", import.meta.url).pathname;

/** Serves the company from this process. A process of its own costs a second, and is needed only where times are measured. */
export async function serveSandbox(options: RemoteOptions): Promise<ServedSandbox> {
  const { url, close } = await startSandbox(options);
  return { url, close, ...doorsOf(url) };
}

/** Starts the company in a process of its own, so that client and server share no event loop. It ends with this process, at the latest. */
export async function startSandboxProcess(options: RemoteOptions): Promise<ServedSandbox> {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...compileCache },
  });
  const ended = once(child, "exit");
  const firstLine = once(createInterface(child.stdout), "line") as Promise<[string]>;
  const [url] = await Promise.race([
    firstLine,
    ended.then(() => Promise.reject(new Error("Cannot start the sandbox as its process has ended"))),
  ]);
  return {
    url,
    ...doorsOf(url),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

function doorsOf(url: string): Omit<ServedSandbox, "url" | "close"> {
  const ask = async (door: string, body?: unknown): Promise<unknown> => {
    const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return await (await fetch(`${url}/_sandbox/${door}`, request)).json();
  };
  return {
    state: async () => (await ask("state")) as RemoteState,
    grants: async () => (await ask("grants")) as SandboxGrant[],
    functionalGrants: async () => (await ask("functional")) as FunctionalGrant[],
    zone: async () => (await ask("cloud")) as RemoteZone,
    setQuirks: async (quirks) => void (await ask("quirks", quirks)),
    untilWithheld: async (count) => void (await ask(`withheld/${count}`)),
  };
}
