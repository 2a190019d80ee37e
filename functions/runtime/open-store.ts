import type { Store } from "../review/ports.ts";
import { openDirectoryStore } from "../store/directory-store.ts";
import { withLines } from "../store/jsonl.ts";

/** The store that `store:` names: a directory, or `s3://bucket/prefix`. */
export async function openStore(store: string): Promise<Store> {
  const address = /^s3:\/\/([^/]+)\/?(.*)$/.exec(store);
  if (!address) return withLines(openDirectoryStore(store));
  const { openS3Store } = await import("../store/s3-store.ts"); // half a megabyte that a directory does not need
  return withLines(openS3Store({ bucket: address[1]!, prefix: address[2]!.replace(/\/$/, "") }));
}
