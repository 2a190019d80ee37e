import { describeRetirement } from "./describe-retirement.ts";

describeRetirement({ file: "retirement.soak.ts", runs: 1_000 });
