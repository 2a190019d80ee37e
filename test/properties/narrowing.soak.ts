import { describeNarrowing } from "./describe-narrowing.ts";

describeNarrowing({ file: "narrowing.soak.ts", runs: 2_000 });
