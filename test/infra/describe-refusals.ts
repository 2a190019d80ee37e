import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { readApp } from "../../functions/sandbox/feishu/apps.ts";
import type { Sandbox } from "../../functions/sandbox/sandbox.ts";
import { type Bundles, contentsOf, figuresIn, type Invoked, invoke, stages } from "./bundled.ts";
import { configOver, type Deployed } from "./deployed.ts";

const review = "2026-10-01T020000Z";

const secrets: [what: string, source: string, value: unknown, message: RegExp][] = [
  [
    "that is missing",
    "nameless",
    null,
    /secretsmanager:nameless\/read \(ResourceNotFoundException\)\. Create the secret/,
  ],
  ["that is no JSON", "misshapen", "a-secret-that-must-never-be-seen", /is not a JSON object.*"appId"/],
  ["that lacks a key", "misshapen", { appId: "cli_x" }, /appSecret is missing/],
];

type Over = () => { bundles: Bundles; aws: Deployed; sandbox: Sandbox };

/** What a bundle says where it cannot do its work. Each refusal is a process: `npm test` tries one of a kind, the soak all of them. */
export function describeRefusals(over: Over, which: "one of each kind" | "all"): void {
  const some = <T>(all: readonly T[]): readonly T[] => (which === "all" ? all : all.slice(0, 1));

  describe("a bundle that cannot do its work", () => {
    const cannot = async (stage: string, event: object, bucket: string): Promise<Invoked> => {
      const { bundles, aws, sandbox } = over();
      bundles.configure(configOver(sandbox, ["people", "nameless", "misshapen"]));
      return await invoke(bundles, stage, { event, environment: { ...aws.environment, EVIDENCE_BUCKET: bucket } });
    };

    const rings = ({ said, error }: Invoked): void => {
      expect(figuresIn(said)).toMatchObject({ failures: 1 });
      const log = said.split("\n").find((line) => line.includes('"level":"ERROR"'))!;
      expect(JSON.parse(log)).toMatchObject({ fault: error });
    };

    it.each(some(stages))("names the fields of a malformed event: %s", async (stage) => {
      const failed = await cannot(stage, { source: 7, reviews: review }, "b");
      expect(failed.error?.name).toBe("EventError");
      expect(failed.error?.message).toMatch(
        /^Cannot read the event: reviews is not a field .*; source must be the id of/,
      );
      rings(failed);
    });

    it.each(some(secrets))(
      "names a secret %s, and stores nothing of a review",
      async (_what, source, value, message) => {
        const { aws } = over();
        if (value) await aws.putSecret(`${source}/read`, value);
        const bucket = await aws.newBucket();
        const failed = await cannot("snapshot", { source, review }, bucket);
        expect(failed.error?.message).toMatch(message);
        expect(JSON.stringify(failed)).not.toContain("a-secret-that-must-never-be-seen");
        rings(failed);
        expect(await contentsOf(aws, bucket)).not.toContain("reviews/");
      },
    );

    it("names a bucket that is not there", async () => {
      const failed = await cannot("snapshot", { source: "people", review }, "no-such-bucket");
      expect(failed.error?.message).toContain("There is no bucket no-such-bucket");
      rings(failed);
    });

    it("writes no half of a review into a bucket that refuses locked objects", async () => {
      const { aws } = over();
      await aws.putSecret("people/read", readApp);
      const Bucket = "without-object-lock";
      await new S3Client({}).send(new CreateBucketCommand({ Bucket }));
      const failed = await cannot("snapshot", { source: "people", review }, Bucket);
      expect(failed.error?.message).toContain(`Cannot write s3://${Bucket}/reviews/people/`);
      rings(failed);
      expect(await contentsOf(aws, Bucket)).not.toContain("\nreviews/");
    });
  });
}
