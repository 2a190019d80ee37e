import { describeStore } from "../contracts/store-contract.ts";
import { openMemoryStore } from "./memory-store.ts";

describeStore("memory store", async () => ({ store: openMemoryStore(), cleanup: async () => {} }));
