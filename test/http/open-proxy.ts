import { createServer, request as requestTo } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy of HTTP on loopback, and what it was asked for. */
export type OpenProxy = {
  /** As HTTP_PROXY names it. */
  address: string;
  port: number;
  /** `CONNECT host:port` or `GET http://host/path`, one for each time it was asked. */
  asked: string[];
  close(): void;
};

/**
 * Opens a proxy that makes tunnels and forwards plain requests, all to `port` on loopback, whatever host is asked for. `refusal`:
 * the status with which it refuses. `user`: `name:password` that it wants to see.
 */
export async function openProxy({
  port,
  refusal,
  user,
}: {
  port: number;
  refusal?: number;
  user?: string;
}): Promise<OpenProxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex): void => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
  };
  const isKnown = (header: string | undefined): boolean =>
    user === undefined || header === `Basic ${Buffer.from(user).toString("base64")}`;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (!isKnown(request.headers["proxy-authorization"])) return void response.writeHead(407).end();
    const { pathname, search } = new URL(request.url ?? "");
    const { method, headers } = request;
    const onward = requestTo({ port, host: "127.0.0.1", method, path: pathname + search, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    request.pipe(onward.on("error", () => response.destroy()));
  });
  server.on("connection", keep);
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const status = refusal ?? (isKnown(request.headers["proxy-authorization"]) ? null : 407);
    if (status !== null) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    keep(onward);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${own}`,
    port: own,
    asked,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
