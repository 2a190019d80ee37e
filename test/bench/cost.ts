import { measureReview } from "./measured-review.ts";
import { costLines, costTable, timesOf } from "./quarter.ts";

// `npm run cost`: what a quarterly review of 50,000 people costs on AWS. Requests and bytes are measured over the sandbox;
// seconds are those of a tenant at pace 1, whose rate limits set the time: the floor, and what was measured above it.
const review = await measureReview({ people: 50_000, holders: 8_000 });
const { people, holders, grants, revoked, counts } = review;
console.log(
  `${people} people, ${holders} holders, ${grants} grants, ${revoked} revoked; at pace 1: ${timesOf(review)}`,
);
console.log(`${(counts.grantBytes / 1e6).toFixed(2)} MB of grants a review`);
console.log(costTable(costLines(review)));
