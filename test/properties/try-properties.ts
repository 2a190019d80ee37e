import { Worker } from "node:worker_threads";
import type { Job, Tried } from "./property-worker.ts";

/** Tries the properties in a thread of its own, under plain Node: a test runner's transformed modules would take twice as long. */
export const tryProperties = (job: Job): Promise<Tried> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./property-worker.ts", import.meta.url), { workerData: job, execArgv: [] });
    worker.once("message", (tried: Tried) => {
      resolve(tried);
      void worker.terminate();
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("Cannot tell what came of the properties: the worker has ended")));
  });
