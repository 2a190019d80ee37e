import { describeKills } from "./describe-kills.ts";
import { fewCoreHr } from "./killed-sources.ts";

// The removals are killed at the two moments that matter most; the soak kills them at any.
describeKills([fewCoreHr], { snapshot: 1, expire: 0 }, 1);
