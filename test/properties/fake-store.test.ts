import { describeStore } from "../contracts/store-contract.ts";
import { openFakeStore } from "./fake-store.ts";

describeStore("the fake store of the properties", async () => ({ store: openFakeStore(), cleanup: async () => {} }));
