import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { usage } from "./exit-code.ts";
import { printJson, printLine, spoken } from "./print.ts";

type ConfigFile = { config: string };

/** The folder of the embedded company's state between runs: beside the configuration, as the store is. */
function companyFolder(options: ConfigFile): string {
  return join(dirname(options.config), ".sandbox");
}

type Company = { stateDir: string; pace: number; port?: number; people?: number; seed?: number };

/** Imports the embedded company only here: most runs do not need it. */
async function startCompany(company: Company) {
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  return await startSandbox(company);
}

/** The embedded company as a session has it. */
export type EmbeddedCompany = NonNullable<Awaited<ReturnType<typeof openEmbeddedCompany>>>;

/**
 * Starts the embedded company, which `baseUrl: sandbox` means, if a source, a chat or the sign-in of the configuration is in it. Else
 * returns null, and loads nothing of the company.
 */
export async function openEmbeddedCompany(config: Config, options: ConfigFile) {
  const embedded = config.sources.filter(({ baseUrl }) => baseUrl === "sandbox");
  const isTold = config.messages.some((message) => "baseUrl" in message && message.baseUrl === "sandbox");
  const isSignedInto = config.desk?.signIn.provider === "sandbox";
  const isHeard = config.events?.baseUrl === "sandbox";
  if (embedded.length === 0 && !isTold && !isSignedInto && !isHeard) return null;
  const sandbox = await startCompany({ stateDir: companyFolder(options), pace: embedded[0]?.pace ?? 1 });
  const endpoints = new Map(
    embedded.flatMap(({ id, provider }) => {
      const credentials = sandbox.credentialsByProvider[provider];
      return credentials ? [[id, { baseUrl: sandbox.url, host: "sandbox", credentials }] as const] : [];
    }),
  );
  let hasLived = false;
  return {
    endpointOf: (sourceId: string) => endpoints.get(sourceId),
    /** Address and credentials for messages to the company. */
    messages: { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook },
    /** Where its people sign in. */
    signIn: {
      baseUrl: sandbox.url,
      credentials: { appId: sandbox.desk.appId, appSecret: sandbox.desk.appSecret },
      tenant: sandbox.desk.tenant,
    },
    /** Its app that receives events, and by what they are proved. */
    events: {
      ...{ appId: sandbox.desk.appId, appSecret: sandbox.desk.appSecret, tenant: sandbox.desk.tenant },
      ...{ encryptKey: sandbox.events.encryptKey, verificationToken: sandbox.events.verificationToken },
      baseUrl: sandbox.url,
      /** Has the company's events sent to an address from now on. */
      subscribe: (url: string) => sandbox.events.subscribe(url),
    },
    /** Puts these people first on the page of the sign-in, as whom there is something to see. */
    suggest: (people: typeof sandbox.suggested) => sandbox.suggested.splice(0, Number.POSITIVE_INFINITY, ...people),
    /** Lets time pass in the company. */
    liveOn: (sourceId: string) => {
      // All its sources are one company: time passes once for all of them.
      if (endpoints.has(sourceId) && !hasLived) sandbox.liveOn();
      hasLived ||= endpoints.has(sourceId);
    },
    close: () => sandbox.close(),
  };
}

type SandboxOptions = ConfigFile & {
  port: string;
  reset?: boolean;
  people?: string;
  seed?: string;
  pace: string;
  json?: boolean;
};

/** Serves the embedded company until the process is interrupted. */
export async function serveSandbox(options: SandboxOptions): Promise<void> {
  const stateDir = companyFolder(options);
  const { fewestPeople } = await import("../sandbox/company/company.ts");
  const asked = {
    port: wholeNumber("--port", options.port, 0, 65_535),
    pace: wholeNumber("--pace", options.pace, 1),
    ...(options.people ? { people: wholeNumber("--people", options.people, fewestPeople) } : {}),
    ...(options.seed ? { seed: wholeNumber("--seed", options.seed, 0) } : {}),
  };
  if (options.reset) rmSync(stateDir, { recursive: true, force: true });
  const sandbox = await startCompany({ stateDir, ...asked });
  // Before the address is printed: whoever reads it may end this at once.
  const untilEnded = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  if (options.json) printJson({ command: "sandbox", url: sandbox.url, credentials: sandbox.apps });
  else printAddress(sandbox, stateDir);
  await untilEnded;
  await sandbox.close();
}

function printAddress({ url, apps }: { url: string; apps: Record<string, object> }, stateDir: string): void {
  printLine(spoken().served.company(url, `${stateDir}/`));
  for (const [access, credentials] of Object.entries(apps)) printLine(`${access}: ${JSON.stringify(credentials)}`);
}

function wholeNumber(option: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  if (most === Number.MAX_SAFE_INTEGER) throw usage`${option} ${text} is not a whole number from ${least} on`;
  throw usage`${option} ${text} is not a whole number from ${least} to ${most}`;
}
