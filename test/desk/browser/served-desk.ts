import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Life } from "../../review-life/open-life.ts";
import { type OpenDesk, openDesk } from "../open-desk.ts";

/** A desk that a browser can open. `refuseNext`: what the next POST is answered with instead. */
export type ServedDesk = OpenDesk & { url: string; close(): Promise<void> };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function answer(desk: OpenDesk, url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === "string") headers.set(name, value);
  const { method = "GET" } = request;
  const body = method === "GET" ? {} : { body: await bodyOf(request) };
  const answered = await desk.app.request(`${url}${request.url}`, { method, headers, ...body });
  const sent: Record<string, string | string[]> = Object.fromEntries(answered.headers);
  const cookies = answered.headers.getSetCookie();
  response.writeHead(answered.status, cookies.length > 0 ? { ...sent, "set-cookie": cookies } : sent);
  response.end(Buffer.from(await answered.arrayBuffer()));
}

/** Serves the desk of a life on loopback, over HTTP, as `serve` does. */
export async function serveDesk(life: Life, more: Parameters<typeof openDesk>[1] = {}): Promise<ServedDesk> {
  const served: { desk?: OpenDesk; url: string } = { url: "" };
  const server: Server = createServer((request, response) => void answer(served.desk!, served.url, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  served.desk = openDesk(life, { ...more, desk: { ...more.desk, url: served.url } });
  return {
    ...served.desk,
    url: served.url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
