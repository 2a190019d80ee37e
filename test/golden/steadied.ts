import { createECDH, createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import type { ShownLine } from "../../functions/review/grants/snapshot.ts";
import type { Signer, Store } from "../../functions/review/ports.ts";

// What is made the same in every run. All of it stands in this file:
//
//   toolVersion      `steadyEnvironment` says it, as it changes with every commit.
//   instants         Time passes only where somebody sleeps (the jumping clock), and no call sleeps, as `steadyLimit` is
//                    never reached: instants do not tell which call was answered first.
//   request ids      `steadyFront` makes them of what was asked, not of how many calls were answered before.
//   message ids      `steadyFront` makes them of what was sent, not of the number of this process.
//   places           `steadyStore` names no folder of this machine in messages. (The host is named by the test.)
//   reads.jsonl.gz   `steadyStore` sorts the lines, as calls that are under way at once are answered in any order.
//   *.jsonl.gz       `steadyStore` does not compress lines, as processors compress the same bytes differently.
//   *.html           `steadyStore` keeps only the data that a page carries for its list, inflated, so that evidence does
//                    not rest on scripts, styles and bars. What the page says in words is hashed under a key of its own,
//                    on which no other hash rests.
//   evidence.sig     Only that it is there, as ECDSA signs the same bytes differently each time. Its key is the same.

/** Of every call: the rate of the vendor's usual limit, but far more calls than are made while no time passes. */
export const steadyLimit = { calls: 100_000, perMs: 60_000_000 };

/** What `toolVersion` is made of. */
export const steadyEnvironment = { TOOL_VERSION: "golden", TOOL_COMMIT: "0000000" };

const hashOf = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Signs with a key that is the same in every run. */
export function steadySigner(): Signer {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(createHash("sha256").update("golden").digest());
  const point = pair.getPublicKey();
  const parts = { x: point.subarray(1, 33), y: point.subarray(33), d: pair.getPrivateKey() };
  const { x, y, d } = Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, part.toString("base64url")]),
  );
  const key = createPrivateKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y!, d: d! }, format: "jwk" });
  return {
    publicKey: async () => createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    sign: async (body) => sign("sha256", body, key),
  };
}

const textOf = async (message: IncomingMessage): Promise<string> =>
  Buffer.concat(await allOf<Buffer>(message)).toString("utf8");

/** Serves what stands at this address, but with ids of requests and messages that are the hash of what was asked. */
export async function steadyFront(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true });
  // Whoever changes a message later names it by the steady id.
  const messageIds = new Map<string, string>();
  const pass = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { method = "", url: path = "", headers } = asked;
    const body = await textOf(asked);
    const id = hashOf(`${method} ${path} ${headers["x-tc-action"] ?? ""} ${body}`).slice(0, 32);
    const known = path.replace(/om_[0-9a-f]{32}/, (steady) => messageIds.get(steady) ?? steady);
    const passed = request(`${url}${known}`, { method, headers, agent }).end(body);
    const [reply] = (await once(passed, "response")) as [IncomingMessage];
    const text = (await textOf(reply))
      .replace(/"RequestId":"[0-9a-f]{32}"/, `"RequestId":"${id}"`)
      .replace(/"message_id":"(om_[0-9a-f]{32})"/, (_, real: string) => {
        const steady = messageIds.has(path.split("/").at(-1)!) ? path.split("/").at(-1)! : `om_${id}`;
        messageIds.set(steady, real);
        return `"message_id":"${steady}"`;
      });
    const type = reply.headers["content-type"] ?? "application/json";
    answer.writeHead(reply.statusCode ?? 502, { "content-type": type, "x-tt-logid": id }).end(text);
  };
  const server = createServer((asked, answer) => {
    pass(asked, answer).catch(() => asked.socket.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** Everything of an iteration. */
export async function allOf<T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const uncompressed = (text: string): Buffer => gzipSync(text, { level: 0 });

/** Which read came last, and so says what the pages showed, differs too: the first of the sorted lines says it here. */
const sortedLines = (body: Uint8Array): Buffer => {
  const shown = { grants: 0, begun: 0, ended: 0 };
  const lines = gunzipSync(body).toString("utf8").split("\n").filter(Boolean);
  const reads = lines.map((line) => {
    const { grants = 0, begun = 0, ended = 0, ...read } = JSON.parse(line) as ShownLine;
    shown.grants += grants;
    shown.begun += begun;
    shown.ended += ended;
    return JSON.stringify(read);
  });
  const [first = "{}", ...others] = reads.filter((read) => read !== "{}").sort();
  const told = JSON.stringify({ ...(JSON.parse(first) as object), ...shown });
  return uncompressed([told, ...others].map((line) => `${line}\n`).join(""));
};

/** What a page carries for its script: settings as JSON, and rows in pieces of one deflated text. */
function dataIn(page: string): string {
  const settings = [...page.matchAll(/<script type="application\/json"[^>]*>([^<]*)<\/script>/g)].map(
    ([, json]) => json,
  );
  const rows = [...page.matchAll(/<div hidden id="[^"]*">((?:<script type="text\/plain">[^<]*<\/script>)*)<\/div>/g)];
  const inflated = rows.map(([, pieces]) =>
    inflateRawSync(Buffer.from(pieces!.replace(/<[^>]*>/g, ""), "base64")).toString("utf8"),
  );
  return [...settings, ...inflated, ""].join("\n");
}

/** What a page says, a line each: without its scripts, styles, drawings and markup. */
function wordsIn(page: string): string {
  const markup = page.replace(/<(script|style|svg)\b[^>]*>[\s\S]*?<\/\1>/g, "");
  const lines = markup.replace(/<[^>]*>/g, "\n").split("\n");
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");
}

/** A store in which the same review leaves the same bytes. `words` are those of its pages, by key, each time that it was written. */
export function steadyStore(store: Store): { store: Store; words: Map<string, string[]> } {
  const words = new Map<string, string[]>();
  const steadied = (key: string, body: Uint8Array): Uint8Array => {
    if (key.endsWith("/reads.jsonl.gz")) return sortedLines(body);
    if (!key.endsWith(".html")) return body;
    const page = new TextDecoder().decode(body);
    words.set(key, [...(words.get(key) ?? []), wordsIn(page)]);
    return new TextEncoder().encode(dataIn(page));
  };
  const packLines: Store["packLines"] = async (lines) =>
    uncompressed([...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
  return {
    words,
    store: {
      ...store,
      packLines,
      locate: (key) => `golden/${key}`,
      create: (key, body) => store.create(key, steadied(key, body)),
      replace: (key, body, etag) => store.replace(key, steadied(key, body), etag),
      createLines: async (key, lines) => {
        const body = await packLines(await allOf(lines));
        return { result: await store.create(key, body), sha256: hashOf(body) };
      },
    },
  };
}

/** Texts in order, by what they are of. */
type Texts = ReadonlyMap<string, readonly string[]>;

/** SHA-256 of everything that the reviews left, by key. Checkpoints that are no pages tell only how work went on. */
export async function hashesOf(store: Store, told: { words: Texts; answers: Texts }): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for await (const key of store.list("")) {
    if (key.startsWith("checkpoints/") && !key.endsWith(".html")) continue;
    const { body } = (await store.get(key))!;
    hashes[key] = key.endsWith("/evidence.sig") ? "there" : hashOf(key.endsWith(".gz") ? gunzipSync(body) : body);
  }
  for (const [key, texts] of told.words) hashes[`${key} (words)`] = hashOf(texts.join("\n"));
  for (const [source, texts] of told.answers) hashes[`${source} (answers)`] = hashOf(texts.join("\n"));
  return hashes;
}
