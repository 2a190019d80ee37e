import { inspect } from "node:util";
import type { CliOrder, CliRun } from "./cli-process.ts";

// Runs `functions/cli.ts` again and again in this one process, as whoever started it orders. Whatever the CLI imports is
// loaded once: that is most of the cost of a short run.

const script = new URL("../../functions/cli.ts", import.meta.url).href;

/** Collects what is written to a standard stream instead of writing it; `stop` gives it. */
function collect(stream: NodeJS.WriteStream): { stop(): string } {
  const { write } = stream;
  let said = "";
  stream.write = (piece: string | Uint8Array, ...rest: unknown[]): boolean => {
    said += typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8");
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  };
  return {
    stop() {
      stream.write = write;
      return said;
    },
  };
}

function enter({ args, folder, env }: CliOrder): void {
  process.chdir(folder);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, script, ...args];
  process.exitCode = 0;
}

let runs = 0;

async function run(order: CliOrder): Promise<CliRun> {
  enter(order);
  const [stdout, stderr] = [collect(process.stdout), collect(process.stderr)];
  runs += 1;
  try {
    // Another query is another module: the command line is read anew.
    await import(`${script}?run=${runs}`);
  } catch (error) {
    process.stderr.write(`${inspect(error)}\n`);
    process.exitCode = 1;
  }
  const code = Number(process.exitCode);
  process.exitCode = 0;
  return { code, signal: null, stdout: stdout.stop(), stderr: stderr.stop() };
}

// Ends once whoever started it has, as this closes the channel.
process.on("message", async (order: CliOrder) => process.send?.(await run(order)));
