import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Config, SourceConfig } from "../../functions/config/config.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openStore } from "../../functions/runtime/open-stage.ts";
import type { Sandbox } from "../../functions/sandbox/sandbox.ts";
import { startMoto } from "../moto-server.ts";

/** AWS as far as a stage sees it: Secrets Manager and S3 by moto, and Lambda's environment, which names both. */
export type Deployed = {
  /** What Lambda gives a stage, but for the bucket and the configuration. */
  environment: Record<string, string>;
  newBucket(): Promise<string>;
  putSecret(name: string, value: unknown): Promise<void>;
  storeOf(bucket: string): Promise<Store>;
  stop(): Promise<void>;
};

/** Starts AWS. Its clients find it by the environment, which a test stubs with `environment`. */
export const deploy = async (): Promise<Deployed> => {
  const moto = await startMoto();
  const secrets = () => new SecretsManagerClient({});
  return {
    environment: moto.environment,
    async newBucket() {
      const bucket = `evidence-${randomUUID()}`;
      await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
      return bucket;
    },
    async putSecret(name, value) {
      const SecretString = typeof value === "string" ? value : JSON.stringify(value);
      await secrets()
        .send(new CreateSecretCommand({ Name: name, SecretString }))
        .catch(async (error) => {
          if (!(error instanceof ResourceExistsException)) throw error;
          await secrets().send(new PutSecretValueCommand({ SecretId: name, SecretString }));
        });
    },
    storeOf: (bucket) => openStore(`s3://${bucket}`),
    stop: moto.stop,
  };
};

const shippedText = readFileSync(new URL("../../access-review.yaml", import.meta.url), "utf8");

const parsedOnce = parseConfig(shippedText);

const shippedConfig = (): Config => {
  if ("faults" in parsedOnce) throw new Error(JSON.stringify(parsedOnce.faults));
  return structuredClone(parsedOnce.config);
};

/** The shipped configuration, changed by `change`, its source served by the sandbox under these ids, each with secrets of its own. */
export const configOver = (sandbox: Sandbox, ids: string[], change: (config: Config) => void = () => {}): Config => {
  const config = shippedConfig();
  const [shipped] = config.sources;
  const sources = ids.map((id): SourceConfig => {
    const credentials = { read: `secretsmanager:${id}/read`, write: `secretsmanager:${id}/write` };
    return { ...shipped!, id, baseUrl: sandbox.url, credentials };
  });
  const changed = { ...config, sources };
  change(changed);
  return changed;
};

/** A folder for a test's files, and how to be rid of it. */
export const temporaryFolder = (): {
  path: string;
  write: (name: string, value: unknown) => string;
  remove: () => void;
} => {
  const path = mkdtempSync(join(tmpdir(), "access-review-deployed-"));
  return {
    path,
    write: (name, value) => {
      writeFileSync(join(path, name), JSON.stringify(value));
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};
