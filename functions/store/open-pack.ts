import type { ObjectStore, Store } from "../review/ports.ts";
import { parseEvidence } from "../review/proof/evidence.ts";
import { isNameOfPack, reviewInPack } from "../review/proof/pack-names.ts";
import { openDirectoryStore } from "./directory-store.ts";
import { withLines } from "./jsonl.ts";
import { below, isFolder, openZip } from "./zip-file.ts";

/** A pack as it was handed over. `isExported`: with the chain and the statement that `export` writes; false: one review's folder alone. */
export type OpenedPack = { store: Store; source: string; review: string; isExported: boolean; close(): void };

/** Opens a zip that `export` wrote, such a zip unpacked, or the folder of one review. Throws where the path is none of them. */
export async function openPack(path: string): Promise<OpenedPack> {
  if (!(await isFolder(path))) {
    const { store, names, close } = await openZip(path);
    try {
      return exported(path, store, { names, close });
    } catch (error) {
      close();
      throw error;
    }
  }
  const folder = openDirectoryStore(path);
  const body = (await folder.get("evidence.json"))?.body;
  const { evidence } = body ? parseEvidence(body) : { evidence: null };
  if (evidence) {
    const { source, review } = evidence;
    const store = withLines(below(`reviews/${source}/${review}/`, folder));
    return { store, source, review, isExported: false, close() {} };
  }
  const names: string[] = [];
  for await (const name of folder.list("")) names.push(name);
  return exported(path, folder, { names, close() {} });
}

type Within = { names: readonly string[]; close(): void };

function exported(path: string, store: ObjectStore, { names, close }: Within): OpenedPack {
  const named = reviewInPack(names);
  if (!named) {
    throw new Error(
      `Cannot verify ${path} as it is no pack: it is neither what \`export\` wrote, nor the folder of one sealed review. A store is verified with --store and --review`,
    );
  }
  const strange = names.filter((name) => !isNameOfPack(name, named));
  if (strange.length > 0) {
    const shown = strange.slice(0, 20).join("\n");
    const more = strange.length > 20 ? `\nand ${strange.length - 20} more` : "";
    throw new Error(`Cannot verify ${path} as it has what no pack has:\n${shown}${more}`);
  }
  return { store: withLines(store), ...named, isExported: true, close };
}
