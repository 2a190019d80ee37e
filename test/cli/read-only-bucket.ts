import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";

/** An S3 that shows the objects of a directory store, and lets nobody write. Its environment, by which AWS's SDK finds it. */
export const serveReadOnlyBucket = async (root: string): Promise<{ env: Record<string, string>; close(): void }> => {
  const store = openDirectoryStore(root);
  const listed = async (query: URLSearchParams): Promise<string> => {
    const [prefix, isFolder] = [query.get("prefix") ?? "", query.has("delimiter")];
    const found: string[] = [];
    for await (const name of isFolder ? store.listFolder(prefix) : store.list(prefix)) {
      const key = isFolder ? `${prefix}${name}` : name;
      found.push(
        key.endsWith("/")
          ? `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`
          : `<Contents><Key>${key}</Key></Contents>`,
      );
    }
    return `<ListBucketResult>${found.join("")}</ListBucketResult>`;
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    request.resume();
    if (request.method !== "GET") return response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    if (searchParams.has("list-type")) return response.end(await listed(searchParams));
    const object = await store.get(decodeURIComponent(pathname.replace(/^\/[^/]+\//, "")));
    if (!object) return response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    return response.writeHead(200, { etag: `"${object.etag}"`, "content-length": object.body.length }).end(object.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "testing" },
  };
  return { env, close: () => server.close() };
};
