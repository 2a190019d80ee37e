// What somebody's own CDK app gets of the package `access-review` (docs/deploy.md).
export { AccessReview, type AccessReviewProps } from "./access-review.ts";
export { AccessReviewStack } from "./access-review-stack.ts";
export { readDeployable } from "./deployable-config.ts";
