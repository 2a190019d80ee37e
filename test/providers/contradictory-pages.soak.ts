import { describeContradictoryPages } from "./describe-contradictory-pages.ts";

describeContradictoryPages({ times: 30, seed: Number(process.env.ACCESS_REVIEW_SEED) });
