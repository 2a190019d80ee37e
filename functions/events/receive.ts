import type { Clock, Store } from "../review/ports.ts";
import { askedBy } from "./asked.ts";
import { type EventApp, type EventKeys, type OpenedEvent, openEvent, openPlainEvent } from "./envelope.ts";
import { takeEvent } from "./event-book.ts";

/** What receiving needs. `wake` tells whoever works events off that one waits; it may be called twice for one event. */
export type ReceivingPorts = {
  store: Store;
  clock: Clock;
  wake(eventId: string): Promise<void>;
  /** Notes what failed, for whoever runs this: nobody's name and no secret. */
  note(fault: string): void;
};

/** How an event was received: a code, with the challenge that the vendor wants back. */
export type Received =
  | { code: "taken" | "known" | "nothing-asked" | "unreadable" | "late" }
  | { code: "check"; challenge: string }
  | { code: Extract<OpenedEvent, { kind: "refused" }>["why"] };

/** No event is as large as this: one whose set of holders has 30,000 ids is smaller. */
export const largestEvent = 1024 * 1024;

/** The vendor sends an event again where it was not answered within 3 s. */
const answerWithinMs = 2_500;

/** Answers the requests of `POST /events/feishu`: what is asked is written down, and nothing of it is done before the answer. */
export function openEventEndpoint(keys: EventKeys, ports: ReceivingPorts): (request: Request) => Promise<Response> {
  const note = noteSeldom(ports);
  return async (request) => {
    const body = await bodyOf(request, largestEvent);
    if (body === null) {
      note("too-large", `An event was refused as it has more than ${largestEvent} bytes`);
      return Response.json({ code: "too-large" }, { status: 413 });
    }
    const signedBy = {
      timestamp: request.headers.get("x-lark-request-timestamp") ?? undefined,
      nonce: request.headers.get("x-lark-request-nonce") ?? undefined,
      signature: request.headers.get("x-lark-signature") ?? undefined,
    };
    try {
      const received = await withinTime(ports.clock, receive(openEvent(body, signedBy, keys), ports));
      const fault = faultOf(received);
      if (fault) note(received.code, fault);
      return answerTo(received);
    } catch (error) {
      note("not-stored", `An event could not be stored, and will be sent again: ${(error as Error).message}`);
      return Response.json({ code: "store-failed" }, { status: 503, headers: { "retry-after": "15" } });
    }
  };
}

/** Takes what comes over the long connection. Throws where the event could not be stored: the vendor sends it again. */
export async function receivePlainEvent(body: Uint8Array, app: EventApp, ports: ReceivingPorts): Promise<Received> {
  const received = await receive(openPlainEvent(body, app), ports);
  const fault = faultOf(received);
  if (fault) ports.note(fault);
  return received;
}

async function receive(opened: OpenedEvent, { store, clock, wake }: ReceivingPorts): Promise<Received> {
  if (opened.kind === "check") return { code: "check", challenge: opened.challenge };
  if (opened.kind === "refused") return { code: opened.why };
  const { event } = opened;
  const ask = askedBy(event);
  if (ask.asks === "nothing") return { code: "nothing-asked" };
  if (ask.asks === "unreadable") return { code: "unreadable" };
  const taken = await takeEvent(store, event, { ask, nowMs: clock.now() });
  // A resend wakes too: perhaps the first answer was cut off before anybody was woken.
  if (taken !== "late") await wake(event.id);
  return { code: taken };
}

function answerTo(received: Received): Response {
  switch (received.code) {
    case "check":
      return Response.json({ challenge: received.challenge });
    case "unproven":
      return Response.json({ code: received.code }, { status: 401 });
    case "wrong-token":
    case "wrong-app":
    case "wrong-tenant":
      return Response.json({ code: received.code }, { status: 403 });
    case "no-event":
      return Response.json({ code: received.code }, { status: 400 });
    default:
      return Response.json({ code: received.code });
  }
}

/** What to tell whoever runs this; null where an event was received as it should be. */
function faultOf({ code }: Received): string | null {
  const refused = (why: string): string => `An event was refused (${code}): ${why}`;
  switch (code) {
    case "unproven":
      return refused(
        "its signature or encryption is not by eventEncryptKey; compare it with the Encrypt Key of the app",
      );
    case "wrong-token":
      return refused("compare eventVerificationToken with the Verification Token of the app");
    case "wrong-app":
      return refused("it is of another app than appId");
    case "wrong-tenant":
      return refused("it is of another tenant than events.tenant");
    case "no-event":
      return refused("it has no id or no kind");
    case "unreadable":
      return "An event was left aside: it lacks what an event of its kind has; the next sweep looks without it";
    case "late":
      return "An event was left aside: it is older than 48 hours, so that it may be a replay";
    default:
      return null;
  }
}

/** Notes each kind of fault once a minute at most: whoever floods the address must not flood the log. */
function noteSeldom({ clock, note }: ReceivingPorts): (kind: string, fault: string) => void {
  const lastMs = new Map<string, number>();
  return (kind, fault) => {
    const now = clock.now();
    if (now - (lastMs.get(kind) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    lastMs.set(kind, now);
    note(fault);
  };
}

async function withinTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const late = clock.sleep(answerWithinMs, waiting.signal).then(() => {
    throw new Error(`the store took longer than ${answerWithinMs} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    waiting.abort();
    // Whichever of the two comes second is of no interest any more.
    late.catch(() => {});
    work.catch(() => {});
  }
}

/** The bytes of a body; null as soon as it shows that it has more of them. */
async function bodyOf(request: Request, most: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > most) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
