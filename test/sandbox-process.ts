import { startSandbox } from "../functions/sandbox/sandbox.ts";

// A company in a process of its own: `node test/sandbox-process.ts '{"people":40}'` prints its address, and serves until
// its standard input ends, so that it never outlives whoever started it.
const sandbox = await startSandbox(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`${sandbox.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
