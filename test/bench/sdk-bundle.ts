import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const require = createRequire(import.meta.url);

const entryText = `import { GetObjectCommand, PutObjectCommand, S3Client } from ${JSON.stringify(require.resolve("@aws-sdk/client-s3"))};
import { Client } from ${JSON.stringify(require.resolve("@larksuiteoapi/node-sdk"))};
const store = new S3Client({ region: "us-east-1" });
export const handler = async ({ appId, appSecret, Bucket, Key }) => {
  const client = new Client({ appId, appSecret });
  await store.send(new GetObjectCommand({ Bucket, Key }));
  await store.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(await client.corehr.securityGroup.list()) }));
};
`;

/**
 * A handler that reads with the official SDK and writes to S3, and has nothing else, bundled and minified as ours are; as
 * CommonJS, since the SDK asks for `__dirname`.
 */
export async function bundleOfSdk(): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-sdk-bundle-"));
  const input = join(folder, "entry.mjs");
  writeFileSync(input, entryText);
  const file = join(folder, "index.cjs");
  await build({
    entryPoints: [input],
    outfile: file,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
