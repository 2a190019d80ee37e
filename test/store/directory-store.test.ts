import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { describeStore } from "../contracts/store-contract.ts";

describeStore("openDirectoryStore()", async () => {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  return { store: openDirectoryStore(join(folder, "not/yet/there")), cleanup: () => rm(folder, { recursive: true }) };
});
