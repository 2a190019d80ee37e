import { outliveReaders } from "./cli/print.ts";
import { runCommand } from "./cli/program.ts";

outliveReaders(process);
process.exitCode = await runCommand(process.argv.slice(2), process);
