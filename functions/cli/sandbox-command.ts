import { rmSync } from "node:fs";
import { COMPANY_FOLDER } from "./embedded-company.ts";
import { UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";

type SandboxOptions = { port: string; reset?: boolean; people?: string; seed?: string; pace: string; json?: boolean };

/** Serves the embedded company until it is interrupted. */
export async function serveSandbox(options: SandboxOptions): Promise<void> {
  if (options.reset) rmSync(COMPANY_FOLDER, { recursive: true, force: true });
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await startSandbox({
    stateDir: COMPANY_FOLDER,
    port: wholeNumber("--port", options.port),
    pace: wholeNumber("--pace", options.pace),
    ...(options.people ? { people: wholeNumber("--people", options.people) } : {}),
    ...(options.seed ? { seed: wholeNumber("--seed", options.seed) } : {}),
  });
  if (options.json) printJson({ command: "sandbox", url: sandbox.url, credentials: sandbox.apps });
  else printAddress(sandbox);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await sandbox.close();
}

function printAddress({ url, apps }: { url: string; apps: Record<string, object> }): void {
  printLine(`The embedded company answers at ${url} (its state is in ${COMPANY_FOLDER}/)`);
  for (const [access, credentials] of Object.entries(apps)) printLine(`${access}: ${JSON.stringify(credentials)}`);
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new UsageError(`${option} ${text} is not a whole number`);
}
