import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SandboxProcess, startSandboxProcess } from "../start-sandbox-process.ts";
import { runCli, startCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

let sandbox: SandboxProcess;
let place: ReturnType<typeof makeFolder>;
beforeAll(async () => {
  sandbox = await startSandboxProcess({ people: 600, pace: 3_000, latencyMs: 60 });
  place = makeFolder({ baseUrl: sandbox.url, pace: 3_000 });
});
afterAll(async () => {
  place.remove();
  await sandbox.close();
});

describe("Ctrl-C", () => {
  it("ends a review with 130 after the step under way, says how to go on, and that goes on", async () => {
    const running = startCli(place, ["review"]);
    await running.untilSaid("people: snapshot");
    running.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    const goOn = /node functions\/cli\.ts review --source people --review (\S+)/.exec(stderr);
    expect(stdout).toContain("interrupted");
    const went = await runCli(place, "review", "--review", goOn?.[1] ?? "(not said)");
    expect({ code: went.code, stderr: went.stderr }).toMatchObject({ code: 0 });
    expect(went.stdout).toContain(`people ${goOn?.[1]}: sealed`);
  });
});
