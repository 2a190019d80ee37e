/**
 * The names under which CloudWatch has the metrics of the reviews. Alarms look at the `alarming` metrics: source by source,
 * or over all sources where there are many.
 */
export const metricNames = {
  namespace: "AccessReview",
  service: "access-review",
  alarming: [
    "brakeTripped",
    "incomplete",
    "unresolved",
    "notBegunDays",
    "notSweptDays",
    "notSealedDays",
    "badDecisionFiles",
    "unbalanced",
    "stopped",
    "leftOpen",
    "acts",
    "messagesFailed",
  ],
} as const;
