import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { compileCache } from "../compile-cache.ts";
import type { Job, Tried } from "./property-process.ts";

const script = new URL("./property-process.ts", import.meta.url).pathname;
const mostOutputBytes = 64 * 1024 * 1024;

/**
 * Tries the properties in a process of its own, so that two run at once. A process and no worker thread: Node can crash where one
 * worker is terminated while the next one starts (nodejs/node#56312), which once ended this test with a SIGSEGV. A process that
 * dies rejects, and names its signal.
 */
export async function tryProperties(job: Job): Promise<Tried> {
  const env = { ...process.env, ...compileCache };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(job)], {
    env,
    maxBuffer: mostOutputBytes,
  });
  return JSON.parse(stdout) as Tried;
}
