import { describeSweepKills } from "./describe-sweep-kills.ts";

describeSweepKills({ every: 1, sampled: null });
