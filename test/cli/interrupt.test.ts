import { describe, expect, it, onTestFinished } from "vitest";
import { serveSandbox } from "../serve-sandbox.ts";
import { runCli, startCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

/** A company of a test alone: both tests run at once, as one of them waits for seconds. */
async function openCompany() {
  const sandbox = await serveSandbox({ people: 60, pace: 3_000 });
  const place = makeFolder({ baseUrl: sandbox.url, pace: 3_000 });
  onTestFinished(async () => {
    place.remove();
    await sandbox.close();
  });
  return { sandbox, place };
}

describe.concurrent("Ctrl-C", () => {
  it("ends a review with 130 after the step under way, says how to go on, and that goes on", async () => {
    const { sandbox, place } = await openCompany();
    // Answers are withheld until the signal has arrived, so that it finds the snapshot under way.
    await sandbox.setQuirks({ withheld: { call: "authorizationsQuery", when: "after" } });
    const running = startCli(place, ["review"]);
    await sandbox.untilWithheld(1);
    running.kill("SIGINT");
    await running.untilSaid("Interrupted");
    await sandbox.setQuirks({ withheld: null });
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    const goOn = /npx access-review review --source people --review (\S+)/.exec(stderr);
    expect(stdout).toContain("interrupted");
    const went = await runCli(place, "review", "--review", goOn?.[1] ?? "(not said)");
    expect({ code: went.code, stderr: went.stderr }).toMatchObject({ code: 0 });
    expect(went.stdout).toContain(`people ${goOn?.[1]}: sealed`);
  });
});

describe.concurrent("SIGTERM", () => {
  it("ends a run within five seconds whatever it waits for (130), and another run goes on", async () => {
    const { sandbox, place } = await openCompany();
    await sandbox.setQuirks({ withheld: { call: "authorizationsQuery", when: "before" } });
    const running = startCli(place, ["review"]);
    await sandbox.untilWithheld(1);
    const signalledAt = performance.now();
    running.kill("SIGTERM");
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining("Cut off") as string });
    expect(performance.now() - signalledAt).toBeLessThan(6_000);
    await sandbox.setQuirks({ withheld: null });
    const again = await runCli(place, "snapshot");
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 });
  });
});
