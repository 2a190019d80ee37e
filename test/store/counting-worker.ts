// Run as a process of its own: counts up one object, saying each number that it put there, until it is killed or at its limit.
import { openDirectoryStore } from "../../functions/store/directory-store.ts";

const [root, key, limit] = process.argv.slice(2) as [string, string, string];
const store = openDirectoryStore(root);
const ballast = "x".repeat(50_000);

for (let won = 0; won < Number(limit); ) {
  const current = await store.get(key);
  const { count } = JSON.parse(Buffer.from(current!.body).toString()) as { count: number };
  const next = Buffer.from(JSON.stringify({ count: count + 1, ballast }));
  if ((await store.replace(key, next, current!.etag)) === null) continue;
  won += 1;
  process.stdout.write(`${count + 1}\n`);
}
