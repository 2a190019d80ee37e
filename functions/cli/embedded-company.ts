import type { Config } from "../config/config.ts";
import type { MessageEndpoint } from "../runtime/open-messenger.ts";
import type { Endpoint } from "../runtime/open-source.ts";

/** Where the embedded company keeps what happened to it, between runs. */
export const COMPANY_FOLDER = ".sandbox";

/** The company that `baseUrl: sandbox` stands for, served by this process. */
export type EmbeddedCompany = {
  endpointOf(sourceId: string): Endpoint | undefined;
  /** Where it takes messages. */
  messages: MessageEndpoint;
  liveOn(sourceId: string): void;
  close(): Promise<void>;
};

/** Starts the embedded company if a source or a chat of the configuration is in it; else null, and nothing of it is loaded. */
export async function openEmbeddedCompany(config: Config): Promise<EmbeddedCompany | null> {
  const embedded = config.sources.filter(({ baseUrl }) => baseUrl === "sandbox");
  const isTold = config.messages.some((message) => "baseUrl" in message && message.baseUrl === "sandbox");
  if (embedded.length === 0 && !isTold) return null;
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await startSandbox({ stateDir: COMPANY_FOLDER, pace: embedded[0]?.pace ?? 1 });
  const endpoints = new Map(
    embedded.flatMap(({ id, provider }): [string, Endpoint][] => {
      const credentials = sandbox.credentialsByProvider[provider];
      return credentials ? [[id, { baseUrl: sandbox.url, host: "sandbox", credentials }]] : [];
    }),
  );
  let hasLived = false;
  return {
    endpointOf: (sourceId) => endpoints.get(sourceId),
    messages: { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook },
    liveOn: (sourceId) => {
      // Its sources are one company: what happens between two reviews happens to all of them at once.
      if (endpoints.has(sourceId) && !hasLived) sandbox.liveOn();
      hasLived ||= endpoints.has(sourceId);
    },
    close: () => sandbox.close(),
  };
}
