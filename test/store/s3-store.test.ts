import { randomUUID } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { vi } from "vitest";
import { openS3Store } from "../../functions/store/s3-store.ts";
import { describeStore } from "../contracts/store-contract.ts";
import { startMoto } from "../moto-server.ts";

describeStore("S3 (moto)", async () => {
  const moto = await startMoto();
  for (const [n, v] of Object.entries(moto.environment)) vi.stubEnv(n, v);
  const bucket = `b-${randomUUID()}`;
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }));
  return { store: openS3Store({ bucket, prefix: "some/prefix/" }), cleanup: moto.stop };
});
