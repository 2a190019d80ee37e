import type { Store } from "../review/ports.ts";
import { openDirectoryStore } from "../store/directory-store.ts";
import { withLines } from "../store/jsonl.ts";
import type { Retention } from "../store/s3-store.ts";

/** The store that `store:` names: a directory, or `s3://bucket/prefix`, where `retention` locks what is under reviews/. */
export const openStore = async (store: string, retention?: Retention): Promise<Store> => {
  const address = /^s3:\/\/([^/]+)\/?(.*)$/.exec(store);
  if (!address) return withLines(openDirectoryStore(store));
  const { openS3Store } = await import("../store/s3-store.ts"); // half a megabyte that a directory does not need
  const place = { bucket: address[1]!, prefix: address[2]!.replace(/\/$/, "") };
  return withLines(openS3Store(retention ? { ...place, retention } : place));
};
