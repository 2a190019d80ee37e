import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { Agent, request } from "undici";
import { expect, it } from "vitest";
import { waitingEvents } from "../../functions/events/event-book.ts";
import { openEventEndpoint } from "../../functions/events/receive.ts";
import { systemClock } from "../../functions/runtime/system-clock.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { eventOf, keys, sealed, signedBy } from "./sent-event.ts";

const perSecond = 1_000;
const seconds = 10;

it("1,000 events a second for 10 s over loopback, whoever is not answered sends again: nothing is lost, nothing doubled", async () => {
  const root = mkdtempSync(join(tmpdir(), "event-flood-"));
  const store = withLines(openDirectoryStore(root));
  const endpoint = openEventEndpoint(keys, { store, clock: systemClock, wake: async () => {}, note: () => {} });
  const server = createAdaptorServer({ fetch: endpoint });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events/feishu`;
  const dispatcher = new Agent({ connections: 256 });
  let resent = 0;
  const send = async (id: string): Promise<void> => {
    const event = { status: 3, employment_id: id };
    const type = "corehr.offboarding.status_updated_v2";
    const body = sealed(eventOf({ id, type, event, created: String(systemClock.now()) }));
    const { timestamp, nonce, signature } = signedBy(body);
    const headers = {
      "x-lark-request-timestamp": timestamp,
      "x-lark-request-nonce": nonce,
      "x-lark-signature": signature,
    };
    for (;;) {
      const answer = await request(url, { method: "POST", body, headers, dispatcher }).catch(() => null);
      await answer?.body.dump();
      if (answer?.statusCode === 200) return;
      resent += 1;
      await systemClock.sleep(500);
    }
  };
  const sending: Promise<void>[] = [];
  const began = performance.now();
  for (let second = 0; second < seconds; second++) {
    for (let at = 0; at < perSecond; at++) sending.push(send(`e${second}-${at}`));
    await systemClock.sleep(Math.max(0, (second + 1) * 1_000 - (performance.now() - began)));
  }
  await Promise.all(sending);
  process.stdout.write(`answered after ${Math.round(performance.now() - began)} ms, ${resent} sent again\n`);
  const ids = (await waitingEvents(store)).map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([perSecond * seconds, perSecond * seconds]);
  await dispatcher.close();
  server.close();
  rmSync(root, { recursive: true });
}, 180_000);
