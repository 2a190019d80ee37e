import { describeKills } from "./describe-kills.ts";
import { coreHr } from "./killed-sources.ts";

describeKills([coreHr], 2, 1);
