import { describeRetirement } from "./describe-retirement.ts";

describeRetirement({ file: "retirement.test.ts", runs: 100 });
