import { type ServeOptions, serveDesk } from "../desk/serve-command.ts";
import { listen } from "../events/listen-command.ts";
import { serveEvents } from "../events/serve-events.ts";
import { removingSecrets } from "../session.ts";
import type { Commands } from "./commands.ts";

/** Adds the commands that go on until they are told to end. */
export function addServeCommands({ add, inSession }: Commands): void {
  add("serve", "serve the desk, where people decide signed in, until stopped", "serve", ["json"])
    .option("--port <port>", "the port to listen on: that of desk.url on this machine, else 8443")
    .option(
      "--listen <address>",
      "the address to listen at; another one only behind a proxy that ends TLS",
      "127.0.0.1",
    )
    .option("--stack <name>", "over the bucket of this stack: by its functions the desk stops, resumes and sends")
    .action(
      inSession((session, options: ServeOptions) => serveDesk(session, options, () => serveEvents(session)), {
        secretsOf: (config, { stack }) => {
          // A stack's own function sends, and its desk sweeps nobody.
          if (stack !== undefined) return { credentials: [], desk: true };
          return config.events
            ? { ...removingSecrets(config), messages: true, desk: true, events: "webhook" }
            : { credentials: [], messages: true, desk: true };
        },
        beginsStore: true,
      }),
    );

  add(
    "listen",
    "receive Feishu's events over its long connection, and sweep leavers, until stopped",
    "listen --config my.yaml",
    ["source", "mode", "json"],
  ).action(
    inSession(listen, {
      secretsOf: (config) => ({ ...removingSecrets(config), messages: true, events: "connection" }),
      beginsStore: true,
    }),
  );
}
