import { describeDeletionKills, describeKills } from "./describe-kills.ts";
import { killedSources } from "./killed-sources.ts";

describeKills(killedSources, { snapshot: 8, expire: 8 }, Number(process.env.ACCESS_REVIEW_SEED));
describeDeletionKills();
