import { GetObjectCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { StoreError } from "./objects.ts";
import { locateObject, type S3Place, s3Fault } from "./s3-place.ts";

/** Says to the signer that the payload is not signed, as S3 expects of an address; no part of the address. */
const payloadHeader = new Set(["x-amz-content-sha256"]);

/** The request of a command, as the client would send it before it is signed. */
type Unsigned = Parameters<SignatureV4["presign"]>[0];

/**
 * An address by which whoever has it reads the object for so many seconds, signed by these credentials: no longer than they
 * last, and only what they may read. Throws a `StoreError` where the bucket is in another region than the client.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function presignObject(place: S3Place, key: string, seconds: number): Promise<string> {
  const { client, bucket } = place;
  try {
    const region = await client.config.region();
    const { BucketRegion: actual = region } = await client.send(new HeadBucketCommand({ Bucket: bucket }));
    if (actual !== region) {
      throw new StoreError(
        `Cannot sign an address of ${locateObject(place, key)} for ${region} as bucket ${bucket} is in ${actual}: set AWS_REGION=${actual}.`,
      );
    }
    const { credentials, sha256 } = client.config;
    const signer = new SignatureV4({ service: "s3", region, credentials, sha256, uriEscapePath: false });
    const { protocol, hostname, port, path, query } = await signer.presign(await requestOf(place, key), {
      expiresIn: seconds,
      unhoistableHeaders: payloadHeader,
      unsignableHeaders: payloadHeader,
    });
    const at = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) at.searchParams.set(name, String(value));
    return at.href;
  } catch (error) {
    throw s3Fault({ place, act: "sign an address of", key, permissions: "s3:GetObject and s3:ListBucket" }, error);
  }
}

/** The client itself says host and path of the object: they differ by region, partition, endpoint and style. */
async function requestOf({ client, bucket, root }: S3Place, key: string): Promise<Unsigned> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: root + key });
  const { promise, resolve } = Promise.withResolvers<Unsigned>();
  command.middlewareStack.add(
    () => async (args) => {
      resolve(args.request as Unsigned);
      return { response: undefined, output: { $metadata: {} } };
    },
    { step: "build", priority: "low", name: "nothingIsSent" },
  );
  await client.send(command);
  const request = await promise;
  const { hostname, port } = request;
  // A browser sends no other header, so no other is signed.
  return Object.assign(request, {
    headers: {
      host: port === undefined ? hostname : `${hostname}:${port}`,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    },
    query: {},
    body: undefined,
  });
}
