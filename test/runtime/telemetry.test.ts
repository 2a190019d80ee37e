import { afterEach, describe, expect, it, vi } from "vitest";
import { findingsByRule, openTelemetry, stageMetricsOf } from "../../functions/runtime/telemetry.ts";

describe("openTelemetry()", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it("publishes the hours of every leaver, of the source and over all, however many there are", () => {
    vi.stubEnv("POWERTOOLS_DEV", "true");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: unknown) => void lines.push(String(line)));
    vi.spyOn(console, "info").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const telemetry = openTelemetry({ stage: "seal", stack: "Mine", requestId: "1", now: () => 0 });
    telemetry.setReview("people", "2026-10-01T020000Z-sweep");
    const leaverHours = Array.from({ length: 250 }, (_, at) => at + 1);
    telemetry.reportAnswer({ status: "done", leaverHours });
    const published = lines
      .map((line) => JSON.parse(line) as { source?: string; LeaverHours?: number | number[] })
      .filter(({ LeaverHours }) => LeaverHours !== undefined);
    for (const source of ["people", undefined]) {
      expect(published.filter((line) => line.source === source).flatMap(({ LeaverHours }) => LeaverHours)).toEqual(
        leaverHours,
      );
    }
  });
});

describe("stageMetricsOf()", () => {
  it("gives counts alone, never ids, lists or texts", () => {
    const answer = { source: "people", status: "done", grants: 900, failedChecks: [{ detail: "x" }], planHash: "ab" };
    expect(stageMetricsOf("snapshot", answer)).toEqual({ grants: 900, incomplete: 0 });
  });

  it.each([
    ["snapshot", { status: "incomplete" }, { incomplete: 1 }],
    ["assess", { status: "held" }, { brakeTripped: 1, badDecisionFiles: 0 }],
    ["assess", { status: "done", badDecisionFiles: 2, decisionFaults: ["d.csv:1: …"] }, { badDecisionFiles: 2 }],
    ["expire", { status: "done", badDecisionFiles: 1 }, { badDecisionFiles: 1 }],
    ["expire", { status: "done", revoked: 5, refused: 1, unverified: 2 }, { brakeTripped: 0, unresolved: 3 }],
    ["seal", { status: "done", population: 900, failed: 1 }, { unresolved: 1 }],
    ["seal", { status: "done", population: 900, balanced: true }, { unresolved: 0, unbalanced: 0 }],
    ["seal", { status: "done", population: 900, balanced: false, faults: ["…"] }, { unbalanced: 1 }],
    ["expire", { status: "done", skipped: 2 }, { unresolved: 2 }],
    ["expire", { status: "done", refused: 3, newlyUnresolved: 1 }, { unresolved: 1, stopped: 0 }],
    ["expire", { status: "held", limits: [{ name: "stopped" }] }, { stopped: 1, brakeTripped: 0 }],
    ["expire", { status: "held", limits: [{ name: "maxShare" }] }, { stopped: 0, brakeTripped: 1 }],
    ["stop", { status: "done", stopped: false }, { acts: 1, stopped: 0 }],
    ["seal", { status: "done", sealedEarlier: 0, leftOpen: [{ review: "a", why: "b" }] }, { leftOpen: 1 }],
    ["approve", { status: "done", approved: false }, { acts: 1 }],
    ["stop", { status: "done", stopped: true }, { acts: 1, stopped: 1 }],
    ["restore", { status: "done", restored: 3 }, { acts: 1 }],
    ["restore", { status: "done", add: [] }, { acts: 0 }],
    ["send", { status: "done", messagesSent: 2, acts: 2 }, { acts: 2 }],
  ])("says of %s %j what alarms look at: %j", (stage, answer, metrics) => {
    expect(stageMetricsOf(stage, answer)).toMatchObject(metrics);
  });

  it("does not say that all decisions can be read where expire read none", () => {
    expect(stageMetricsOf("expire", { status: "done" })).not.toHaveProperty("badDecisionFiles");
  });

  it("leaves the alarm on removals alone where seal only looks whether a review is overdue", () => {
    expect(stageMetricsOf("seal", { status: "done", overdueDays: 3 })).toEqual({ overdueDays: 3 });
  });
});

describe("findingsByRule()", () => {
  it("counts by rule where the answer does", () => {
    expect(findingsByRule({ findings: { leaver: 3, undated: 1 } })).toEqual([
      ["leaver", 3],
      ["undated", 1],
    ]);
    expect(findingsByRule({ findings: 4 })).toEqual([]);
  });
});
