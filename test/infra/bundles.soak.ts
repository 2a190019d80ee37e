import { afterAll, beforeAll, vi } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { motoStartMs } from "../moto-server.ts";
import { type Bundles, bundle } from "./bundled.ts";
import { configOver, type Deployed, deploy } from "./deployed.ts";
import { describeRefusals } from "./describe-refusals.ts";

let bundles: Bundles;
let aws: Deployed;
let sandbox: Sandbox;

beforeAll(async () => {
  aws = await deploy();
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  sandbox = await startSandbox({ people: 40, pace: 60 });
  // So that the stack has every stage, `send` too.
  const messages = [
    {
      to: "sns" as const,
      topicArn: "arn:aws:sns:us-east-1:123456789012:access-reviews",
      occasions: ["ended" as const],
    },
  ];
  bundles = bundle({ ...configOver(sandbox, ["people"]), messages });
}, motoStartMs);
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
  await aws.stop();
  bundles.remove();
});

describeRefusals(() => ({ bundles, aws, sandbox }), "all");
