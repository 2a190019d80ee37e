import { describeSweepKills } from "./describe-sweep-kills.ts";

describeSweepKills({ every: 43, sampled: 3 });
