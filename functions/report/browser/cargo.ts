import { type ListedGrant, type PackedRows, unpackedRows } from "../rows/packed-rows.ts";
import { idOfGrant } from "./grant-id.ts";

/** The element of that id; throws where the page lacks it. */
export const elementOf = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Cannot open the list as the page lacks #${id}`);
  return found;
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
};

const inflated = async (base64: string): Promise<string> => {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const text = new Response(readable).text();
  const writer = writable.getWriter();
  // Not through a Blob, whose bytes would go to the browser's own process and back. What fails here fails in `text`.
  void writer.write(bytesOf(base64)).catch(() => {});
  void writer.close().catch(() => {});
  return await text;
};

const ROWS_A_STEP = 4_000;

/** The rows of a source that the page carries in the element of that id; throws where they are damaged. Between steps it waits so. */
export async function rowsIn(
  id: string,
  source: string,
  pause = async (): Promise<void> => {},
): Promise<ListedGrant[]> {
  const text = await inflated(elementOf(id).textContent ?? "");
  await pause();
  const packed = JSON.parse(text) as PackedRows;
  const rows: ListedGrant[] = [];
  for (const some of unpackedRows(packed, idOfGrant(source), ROWS_A_STEP)) {
    await pause();
    rows.push(...some);
  }
  return rows;
}

/** Once the browser has read the page to its end. */
export const wholePage = (): Promise<void> =>
  new Promise((resolve) => {
    if (document.readyState !== "loading") resolve();
    else document.addEventListener("DOMContentLoaded", () => resolve());
  });
