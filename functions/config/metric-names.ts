/** The namespace and the service under which CloudWatch has every figure of the reviews. */
export const metricNames = { namespace: "AccessReview", service: "access-review" } as const;
