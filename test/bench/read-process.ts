import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { largeReviews, largeSource } from "./large-review.ts";

// The least that an assessment could do, in a process of its own: `node read-process.ts FOLDER` reads and parses every
// part of both reviews, as bare as can be, and says in one line of JSON how much of the processor that took.
const [folder] = process.argv.slice(2) as [string];
const readJson = (key: string): Snapshot => JSON.parse(readFileSync(join(folder, key), "utf8")) as Snapshot;

const begun = process.cpuUsage();
let grants = 0;
for (const review of largeReviews) {
  for (const { key } of readJson(reviewKeys(largeSource, review).snapshot).parts) {
    for (const line of gunzipSync(readFileSync(join(folder, key)))
      .toString()
      .split("\n")) {
      if (line !== "" && typeof JSON.parse(line) === "object") grants += 1;
    }
  }
}
const { user, system } = process.cpuUsage(begun);
console.log(JSON.stringify({ grants, cpuMs: (user + system) / 1000 }));
