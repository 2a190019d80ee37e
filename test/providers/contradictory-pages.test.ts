import { describeContradictoryPages } from "./describe-contradictory-pages.ts";

describeContradictoryPages();
