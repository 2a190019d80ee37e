import { type OfSeveral, openLargeStage } from "./large-review.ts";

// A stage of a large review in a process of its own: `node stage-process.ts STAGE FOLDER GRANTS GENERATION [SEVERAL]` says in one
// line of JSON what it answered, how long it took, how much of the processor, and the most memory it ever held.
const [name, folder, grants, generation, several = "null"] = process.argv.slice(2) as [string, string, string, string];

const runs: Record<string, () => Promise<(stage: Awaited<ReturnType<typeof openLargeStage>>) => Promise<unknown>>> = {
  snapshot: async () => (await import("../../functions/stages/snapshot/take-snapshot.ts")).takeSnapshot,
  assess: async () => (await import("../../functions/stages/assess/assess-grants.ts")).assessGrants,
  simulate: async () => {
    const { simulatePolicy } = await import("../../functions/stages/assess/simulate-policy.ts");
    return (of) => simulatePolicy(of, { list: false });
  },
  expire: async () => (await import("../../functions/stages/expire/expire-grants.ts")).expireGrants,
  seal: async () => (await import("../../functions/stages/seal/seal-evidence.ts")).sealEvidence,
};

const company = { grants: Number(grants), generation: Number(generation) };
const stage = await openLargeStage(folder, company, JSON.parse(several) as OfSeveral | null);
const run = await runs[name]!();
const startedMs = performance.now();
const begun = process.cpuUsage();
const answer = await run(stage);
const tookMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(begun);
console.log(
  JSON.stringify({ answer, tookMs, cpuMs: (user + system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }),
);
