/**
 * The namespace and the service under which CloudWatch has every figure of the reviews; `alarming` are those that alarms
 * look at by source, and where there are many sources over all of them.
 */
export const metricNames = {
  namespace: "AccessReview",
  service: "access-review",
  alarming: ["brakeTripped", "incomplete", "unresolved", "overdueDays"],
} as const;
