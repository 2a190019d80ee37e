// Run as a process of its own: creates one large object after another, until it is killed.
import { openDirectoryStore } from "../../functions/store/directory-store.ts";

const [root, folder, bytes] = process.argv.slice(2) as [string, string, string];
const store = openDirectoryStore(root);
const body = Buffer.alloc(Number(bytes), "x");

for (let number = 0; ; number += 1) await store.create(`${folder}/${process.pid}-${number}`, body);
