import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readSecret, type SecretPorts } from "../../functions/runtime/secrets.ts";
import { type MotoServer, motoStartMs, startMoto } from "../moto-server.ts";

const keys = ["appId", "appSecret"] as const;
const sesame = "open-sesame";
const value = JSON.stringify({ appId: "cli_1", appSecret: sesame, note: "left out" });
const secret = { appId: "cli_1", appSecret: sesame };

const messageOf = async (reference: string, ports: SecretPorts): Promise<string> =>
  readSecret(reference, keys, ports).then(
    () => "no error",
    (error: unknown) => {
      const { name, message, cause } = error as Error;
      return name === "SecretError" && cause === undefined ? message : "another error";
    },
  );

describe("readSecret(), from the environment", () => {
  it("gives the keys that are asked for, and only those", async () => {
    expect(await readSecret("env:APP", keys, { env: { APP: value } })).toEqual(secret);
    const env = { CLOUD: '{"secretId":"a","secretKey":"b"}' };
    expect(await readSecret("env:CLOUD", ["secretId", "secretKey"], { env })).toEqual({
      secretId: "a",
      secretKey: "b",
    });
  });

  it.each([undefined, ""])("says so where the variable is %j", async (text) => {
    expect(await messageOf("env:APP", { env: { APP: text } })).toContain(
      "Cannot read env:APP as the variable is not set",
    );
  });

  it.each([
    [`{"appId":"cli_1","appSecret":"${sesame}"`, "is not a JSON object"],
    [sesame, "is not a JSON object"],
    [`["${sesame}"]`, "is not a JSON object"],
    [`"${sesame}"`, "is not a JSON object"],
    [`{"app_secret":"${sesame}"}`, "as appId is missing, appSecret is missing."],
    [`{"appId":1,"appSecret":"${sesame}"}`, "as appId is not a string."],
    [`{"appId":"cli_1","appSecret":""}`, "as appSecret is empty."],
    [`{"appId":"cli_1","appSecret":"${sesame}\\n"}`, "as appSecret has spaces around it."],
  ])("names what is wrong with %s, and quotes none of it", async (text, fault) => {
    const message = await messageOf("env:APP", { env: { APP: text } });
    expect(message).toContain("Cannot use env:APP");
    expect(message).toContain(fault);
    expect(message).toContain('JSON such as {"appId":"…","appSecret":"…"}');
    expect(message).not.toContain("sesame");
  });

  it.each([sesame, `vault:${sesame}`, "env:", ""])(
    "refuses %j as a reference without repeating it",
    async (reference) => {
      const message = await messageOf(reference, { env: {} });
      expect(message).toContain("Write secretsmanager:NAME, env:NAME or file:PATH");
      expect(message).not.toContain("sesame");
    },
  );
});

describe("readSecret(), from a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "secrets-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("gives the keys, whatever the editor put around the JSON", async () => {
    await writeFile(join(folder, "app.json"), `\uFEFF${value}\n`, { mode: 0o640 });
    expect(await readSecret(`file:${join(folder, "app.json")}`, keys, { env: {} })).toEqual(secret);
  });

  it.each([0o644, 0o604, 0o602, 0o666, 0o777])(
    "refuses a file that every user of the machine may read or write (mode %o), and says how to mend it",
    async (mode) => {
      const path = join(folder, `open-${mode}.json`);
      await writeFile(path, value);
      await chmod(path, mode);
      const message = await messageOf(`file:${path}`, { env: {} });
      expect(message).toContain(`Cannot use file:${path} as every user of this machine may read or write it`);
      expect(message).toContain(`\`chmod 600 ${path}\``);
      expect(message).not.toContain("sesame");
    },
  );

  it("names the file that cannot be read", async () => {
    const path = join(folder, "absent.json");
    expect(await messageOf(`file:${path}`, { env: {} })).toContain(`Cannot read file:${path} (ENOENT)`);
  });
});

describe("readSecret(), from Secrets Manager", () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
    for (const [name, setting] of Object.entries(moto.environment)) vi.stubEnv(name, setting);
    const client = new SecretsManagerClient({});
    await client.send(new CreateSecretCommand({ Name: "access-review/people/read", SecretString: value }));
    await client.send(new CreateSecretCommand({ Name: "binary", SecretBinary: Buffer.from(value) }));
  }, motoStartMs);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto.stop();
  });

  it("gives the keys", async () => {
    expect(await readSecret("secretsmanager:access-review/people/read", keys, { env: {} })).toEqual(secret);
  });

  it("says what to do where there is no such secret", async () => {
    const message = await messageOf("secretsmanager:absent", { env: {} });
    expect(message).toContain(
      "Cannot read secretsmanager:absent (ResourceNotFoundException). Create the secret absent",
    );
  });

  it("refuses a binary value", async () => {
    expect(await messageOf("secretsmanager:binary", { env: {} })).toContain("as it is binary");
  });

  it("names the permission that is missing, and no person", async () => {
    const refusal = Object.assign(new Error("User: someone@example.com"), { name: "AccessDeniedException" });
    const secretsManager = { send: () => Promise.reject(refusal) };
    const message = await messageOf("secretsmanager:a", { env: {}, secretsManager });
    expect(message).toContain("Grant secretsmanager:GetSecretValue on a");
    expect(message).not.toContain("example");
  });
});
