import { describeNarrowing } from "./describe-narrowing.ts";

describeNarrowing({ file: "narrowing.test.ts", runs: 30 });
