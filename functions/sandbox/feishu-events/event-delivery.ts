import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { deskApp } from "../feishu/apps.ts";
import { type SentEvent, sandboxEventKeys } from "./event-feed.ts";
import { type LongConnections, longConnectionConfig, openLongConnections } from "./long-connection.ts";

/** How the company sends its events: to an address, or over long connections, as the vendor does. */
export type EventDelivery = {
  connections: LongConnections;
  /** Checks an address as the vendor's console does, and sends events there from now on. Throws where the check fails. */
  subscribe(url: string): Promise<void>;
  send(events: readonly SentEvent[]): void;
  /** Resolves once every event that was sent is answered, or waits to be sent again. */
  settled(): Promise<void>;
  /** What was sent, with each try's answer: an HTTP status, or 0 for none in time. */
  readonly tries: { event: SentEvent; answer: number }[];
  /** Where a client of the long connection is to connect, or why it may not. */
  endpoint(body: string, host: string): { status: number; body: unknown };
  close(): void;
};

const checkMs = 1_000;
const answerMs = 3_000;

/** How long after a try that was not answered the next comes; after the last the event is lost. */
const resendAfterMs = [15_000, 300_000, 3_600_000, 21_600_000];

/** `pace` divides the time between two tries. */
export function openEventDelivery(pace: () => number): EventDelivery {
  const connections = openLongConnections();
  const tries: EventDelivery["tries"] = [];
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let address: string | null = null;

  const sendOnce = async (event: SentEvent): Promise<number> => {
    // Over the long connection the vendor sends neither token nor ciphertext.
    const plain = { ...event, header: { ...event.header, token: "" } };
    if (connections.count > 0) return (await connections.send(plain, answerMs)) ? 200 : 0;
    return address === null ? 0 : await post(address, event, answerMs);
  };
  const deliver = async (event: SentEvent, attempt: number): Promise<void> => {
    const answer = await sendOnce(event);
    tries.push({ event, answer });
    const againMs = resendAfterMs[attempt];
    if (answer === 200 || againMs === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      begin(event, attempt + 1);
    }, againMs / pace());
    timer.unref();
    timers.add(timer);
  };
  const begin = (event: SentEvent, attempt: number): void => {
    const work = deliver(event, attempt).finally(() => underWay.delete(work));
    underWay.add(work);
  };

  return {
    connections,
    tries,
    async subscribe(url) {
      const challenge = randomBytes(8).toString("hex");
      const { verificationToken: token } = sandboxEventKeys;
      const response = await sendBody(url, { challenge, token, type: "url_verification" }, checkMs);
      const answer = response?.status === 200 ? ((await response.json()) as { challenge?: string }) : {};
      if (answer.challenge !== challenge)
        throw new Error(`Cannot send events to ${url}: the challenge did not come back`);
      address = url;
    },
    send(events) {
      if (address === null && connections.count === 0) return;
      for (const event of events) begin(event, 0);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    endpoint(body, host) {
      const { AppID, AppSecret } = JSON.parse(body) as { AppID?: string; AppSecret?: string };
      if (AppID !== deskApp.appId || AppSecret !== deskApp.appSecret) {
        return { status: 200, body: { code: 514, msg: "app id or app secret is wrong", data: {} } };
      }
      const ticket = connections.issueTicket();
      const url = `ws://${host}/callback/ws?device_id=1&service_id=1&ticket=${ticket}`;
      return { status: 200, body: { code: 0, msg: "", data: { URL: url, ClientConfig: longConnectionConfig } } };
    },
    close() {
      address = null;
      for (const timer of timers) clearTimeout(timer);
      connections.close();
    },
  };
}

async function post(url: string, event: SentEvent, withinMs: number): Promise<number> {
  return (await sendBody(url, event, withinMs))?.status ?? 0;
}

/** Sends a body as the vendor does: encrypted and signed. Null where no answer came in time. */
async function sendBody(url: string, value: object, withinMs: number): Promise<Response | null> {
  const { encryptKey } = sandboxEventKeys;
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(encryptKey).digest(), iv);
  const encrypt = Buffer.concat([iv, cipher.update(JSON.stringify(value)), cipher.final()]).toString("base64");
  const body = JSON.stringify({ encrypt });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = randomBytes(6).toString("hex");
  const signature = createHash("sha256").update(`${timestamp}${nonce}${encryptKey}${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-lark-request-timestamp": timestamp,
    "x-lark-request-nonce": nonce,
    "x-lark-signature": signature,
  };
  try {
    return await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(withinMs) });
  } catch {
    return null;
  }
}
