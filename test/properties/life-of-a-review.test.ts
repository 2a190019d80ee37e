import { describeLives } from "./describe-lives.ts";

describeLives({ file: "life-of-a-review.test.ts", runs: 2_000 });
