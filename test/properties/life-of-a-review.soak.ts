import { describeLives } from "./describe-lives.ts";

describeLives({ file: "life-of-a-review.soak.ts", runs: 10_000 });
