import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openSns } from "../../functions/messages/sns.ts";
import { type MotoServer, motoStartMs, startMoto } from "../moto-server.ts";
import { outgoing } from "./invented-text.ts";

let moto: MotoServer;
let topicArn = "";
type Published = { Type: string; Subject?: string; Message?: string };
const published: Published[] = [];
const first = Promise.withResolvers<void>();
const subscriber = createServer((request, response) => {
  let text = "";
  request.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  request.on("end", () => {
    const said = JSON.parse(text) as Published;
    if (said.Type === "Notification") {
      published.push(said);
      first.resolve();
    }
    response.end();
  });
});

beforeAll(async () => {
  moto = await startMoto();
  for (const [name, value] of Object.entries(moto.environment)) vi.stubEnv(name, value);
  await new Promise<void>((resolve) => subscriber.listen(0, "127.0.0.1", resolve));
  const client = new SNSClient({});
  topicArn = (await client.send(new CreateTopicCommand({ Name: "access-reviews" }))).TopicArn!;
  const { port } = subscriber.address() as AddressInfo;
  const Endpoint = `http://127.0.0.1:${port}/`;
  await client.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "http", Endpoint }));
}, motoStartMs);
afterAll(async () => {
  vi.unstubAllEnvs();
  subscriber.close();
  await moto.stop();
});

describe("openSns()", () => {
  it("publishes plain text, under a subject that mails can show", async () => {
    const channel = await openSns(topicArn);
    const reply = await channel.send(outgoing({ occasion: "held" }));
    await channel.close();
    expect(reply).toEqual({ kind: "sent", id: expect.any(String) });
    await first.promise;
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({ Subject: "Access review held: people" });
    expect(published[0]?.Message).toContain("- The holder has left the company: 5");
    expect(published[0]?.Message).toContain("Open the report: https://reports.example.com/people");
  });

  it("has failed where the topic does not exist, and says what to grant", async () => {
    const channel = await openSns(topicArn.replace("access-reviews", "nobody"));
    expect(await channel.send(outgoing())).toMatchObject({
      kind: "failed",
      detail: expect.stringMatching(/nobody \(NotFound\w*\)\. Grant sns:Publish/),
    });
    await channel.close();
  });

  it("knows not whether it arrived where nobody answers, and publishes no second time", async () => {
    const before = published.length;
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    const channel = await openSns(topicArn);
    expect(await channel.send(outgoing())).toMatchObject({ kind: "no-answer" });
    await channel.close();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    expect(published).toHaveLength(before);
  });
});
