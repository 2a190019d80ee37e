import { text } from "node:stream/consumers";
import type { S3Client } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { errorCode, StoreError } from "./objects.ts";

const answerMs = 10_000;
const body = "Action=GetCallerIdentity&Version=2011-06-15";

/**
 * The id by which AWS knows whoever uses these credentials, as `aws:userid` of a policy: the unique id of a user, or of a role
 * and the name of its session. Throws a `StoreError` where AWS does not say. Needs no permission.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function readCallerId(client: S3Client, endpoint?: string): Promise<string> {
  const region = await client.config.region();
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(endpoint ?? `https://sts.${region}.${suffix}`);
  try {
    const { credentials, sha256, requestHandler } = client.config;
    const signer = new SignatureV4({ service: "sts", region, credentials, sha256 });
    const request = await signer.sign({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      path: "/",
      query: {},
      headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    // By the client's own handler, and so by way of the same proxies.
    const { response } = await requestHandler.handle(request as Parameters<typeof requestHandler.handle>[0], {
      requestTimeout: answerMs,
    });
    const said = await text(response.body);
    const id = response.statusCode === 200 ? /<UserId>([^<>/\s]+)<\/UserId>/.exec(said)?.[1] : undefined;
    if (id === undefined) throw callerUnknown(url, `it answered HTTP ${response.statusCode}`);
    return id;
  } catch (error) {
    throw error instanceof StoreError ? error : callerUnknown(url, `it gave no answer (${errorCode(error)})`);
  }
}

function callerUnknown({ host }: URL, why: string): StoreError {
  return new StoreError(
    `Cannot tell by which id AWS knows you as ${why}: decisions go into a folder of that name. Check the credentials, the region (AWS_REGION) and the way to ${host}.`,
  );
}
