import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

/** The vendor's long connection, as its SDK speaks it: frames in protobuf over a WebSocket. */
export type LongConnections = {
  readonly count: number;
  /** Takes a request to upgrade; ends the connection where its ticket was not given out, or was used. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** A ticket for one connection. */
  issueTicket(): string;
  /** Sends an event to one of the connections. Gives whether it was answered with 200 within `withinMs`. */
  send(event: object, withinMs: number): Promise<boolean>;
  close(): void;
};

type Header = { key: string; value: string };

/** A frame. `method` 0: control (ping and pong), 1: an event or its answer. */
type Frame = { service: number; method: number; headers: Header[]; payload: Buffer };

/** What a client is told of how to keep the connection. Seconds; -1: it may try again for ever. */
export const longConnectionConfig = { PingInterval: 120, ReconnectCount: -1, ReconnectInterval: 1, ReconnectNonce: 0 };

export function openLongConnections(): LongConnections {
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<WebSocket>();
  const tickets = new Set<string>();
  const waiting = new Map<string, (isTaken: boolean) => void>();

  const receive = (socket: WebSocket, bytes: Buffer): void => {
    const frame = decodeFrame(bytes);
    const headerOf = (name: string) => frame.headers.find(({ key }) => key === name)?.value;
    if (frame.method === 0 && headerOf("type") === "ping") {
      const payload = Buffer.from(JSON.stringify(longConnectionConfig));
      socket.send(encodeFrame({ ...frame, headers: [{ key: "type", value: "pong" }], payload }));
      return;
    }
    const { code } = JSON.parse(frame.payload.toString("utf8")) as { code?: number };
    waiting.get(headerOf("message_id") ?? "")?.(code === 200);
  };

  return {
    get count() {
      return sockets.size;
    },
    issueTicket() {
      const ticket = randomUUID();
      tickets.add(ticket);
      return ticket;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? "/", "http://sandbox").searchParams.get("ticket") ?? "";
      if (!tickets.delete(ticket)) return void socket.destroy();
      server.handleUpgrade(request, socket, head, (connection) => {
        sockets.add(connection);
        connection.on("close", () => sockets.delete(connection));
        connection.on("error", () => sockets.delete(connection));
        connection.on("message", (bytes) => receive(connection, bytes as Buffer));
      });
    },
    async send(event, withinMs) {
      const socket = [...sockets][Math.floor(Math.random() * sockets.size)];
      if (!socket) return false;
      const id = randomUUID();
      const headers = { type: "event", message_id: id, sum: "1", seq: "0", trace_id: id };
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timeout = setTimeout(() => resolve(false), withinMs);
      waiting.set(id, resolve);
      socket.send(
        encodeFrame({
          service: 1,
          method: 1,
          headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
          payload: Buffer.from(JSON.stringify(event)),
        }),
      );
      const isTaken = await promise;
      clearTimeout(timeout);
      waiting.delete(id);
      return isTaken;
    },
    close() {
      for (const socket of sockets) socket.terminate();
      for (const give of waiting.values()) give(false);
      server.close();
    },
  };
}

// Protobuf by hand, as the frame has nine fields of two wire types: pbbp2.Frame of the vendor's SDK. Field numbers: 1 SeqID, 2 LogID,
// 3 service, 4 method, 5 headers (1 key, 2 value), 8 payload.

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function encodeFrame({ service, method, headers, payload }: Frame): Buffer {
  return Buffer.concat([
    numberField(1, 0),
    numberField(2, 0),
    numberField(3, service),
    numberField(4, method),
    ...headers.map(({ key, value }) => bytesField(5, Buffer.concat([bytesField(1, key), bytesField(2, value)]))),
    bytesField(8, payload),
  ]);
}

type Fields = { field: number; number: number; bytes: Buffer }[];

function fieldsIn(message: Buffer): Fields {
  const fields: Fields = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = next();
    const number = next();
    const isBytes = tag % 8 === 2;
    fields.push({
      field: Math.floor(tag / 8),
      number,
      bytes: isBytes ? message.subarray(at, at + number) : Buffer.alloc(0),
    });
    if (isBytes) at += number;
  }
  return fields;
}

function decodeFrame(message: Buffer): Frame {
  const fields = fieldsIn(message);
  const numberOf = (wanted: number): number => fields.find(({ field }) => field === wanted)?.number ?? 0;
  const textOf = (bytes: Buffer, wanted: number): string =>
    fieldsIn(bytes)
      .find(({ field }) => field === wanted)
      ?.bytes.toString("utf8") ?? "";
  const headers = fields
    .filter(({ field }) => field === 5)
    .map(({ bytes }) => ({ key: textOf(bytes, 1), value: textOf(bytes, 2) }));
  const payload = fields.find(({ field }) => field === 8)?.bytes ?? Buffer.alloc(0);
  return { service: numberOf(3), method: numberOf(4), headers, payload };
}
