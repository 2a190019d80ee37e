import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Config } from "../../functions/config/config.ts";
import { refuseOnAws } from "../../functions/config/deployable.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const withMessages = (messages: string): string => `${valid}messages:\n${messages}`;

const configOf = (messages: string): Config => {
  const parsed = parseConfig(withMessages(messages));
  return "config" in parsed ? parsed.config : expect.fail(JSON.stringify(parsed.faults));
};

const faultsOf = (messages: string): { key: string; message: string }[] => {
  const parsed = parseConfig(withMessages(messages));
  return "faults" in parsed ? parsed.faults : [];
};

describe("parseConfig() of messages", () => {
  it("tells nobody unless it is asked to", () => {
    const parsed = parseConfig(valid);
    expect(parsed).toMatchObject({ config: { messages: [] } });
  });

  it("takes every way to tell people, on all occasions where none is named", () => {
    const { messages } = configOf(`
  - { to: feishu-chat, chatId: oc_0123456789abcdef, credentials: "secretsmanager:bot", sources: [people], reportUrl: "https://reports.example.com/{source}/{review}/{key}" }
  - { to: feishu-chat, chatId: oc_fedcba9876543210, baseUrl: "https://open.larksuite.com/", credentials: "env:BOT", occasions: [held] }
  - { to: feishu-chat, chatId: oc_1, baseUrl: sandbox }
  - { to: feishu-webhook, credentials: "secretsmanager:hook" }
  - { to: feishu-webhook, baseUrl: sandbox }
  - { to: sns, topicArn: "arn:aws-cn:sns:cn-north-1:123456789012:access-reviews.fifo" }
`);
    expect(messages.map(({ to }) => to)).toEqual([
      "feishu-chat",
      "feishu-chat",
      "feishu-chat",
      "feishu-webhook",
      "feishu-webhook",
      "sns",
    ]);
    expect(messages[0]).toMatchObject({
      baseUrl: "https://open.feishu.cn",
      occasions: ["plan", "reminder", "held", "ended", "acts"],
    });
    expect(messages[1]).toMatchObject({ baseUrl: "https://open.larksuite.com", occasions: ["held"] });
  });

  it("takes what the example shows, once it is no comment any more", () => {
    const example = readFileSync(new URL("../../docs/access-review.example.yaml", import.meta.url), "utf8");
    const [shown] = /^# messages:\n(# .*\n)+/m.exec(example)!;
    const told = example.replace(shown, shown.replace(/^# /gm, ""));
    const parsed = parseConfig(
      told.replace("    pace: 1", '    reviewers: { order: [fallback], fallback: "1" }\n    pace: 1'),
    );
    const ways = ["feishu-chat", "feishu-reviewers", "feishu-webhook", "sns"].map((to) => ({ to }));
    expect(parsed).toMatchObject({ config: { messages: ways } });
  });

  it("names every fault at once, each with its key", () => {
    const faults = faultsOf(`
  - { to: feishu-chatt, chatId: oc_1 }
  - { to: feishu-chat, chatId: people, occasions: [plans], sources: [poeple] }
  - { to: feishu-webhook, url: "https://open.feishu.cn/open-apis/bot/v2/hook/hunter2" }
  - { to: sns, topicArn: access-reviews, reportUrl: "https://reports.example.com/{reveiw}" }
  - { to: feishu-chat, chatId: oc_1, baseUrl: sandbox, credentials: "env:BOT" }
  - { to: feishu-webhook, credentials: "env:HOOK" }
  - { to: feishu-webhook, credentials: "env:HOOK" }
`);
    expect(faults.map(({ key }) => key).sort()).toEqual([
      "messages[0].to",
      "messages[1].chatId",
      "messages[1].credentials",
      "messages[1].occasions[0]",
      "messages[1].sources[0]",
      "messages[2].credentials",
      "messages[2].url",
      "messages[3].reportUrl",
      "messages[3].topicArn",
      "messages[4].credentials",
      "messages[6]",
    ]);
    expect(faults.find(({ key }) => key === "messages[0].to")?.message).toContain("did you mean feishu-chat?");
    expect(faults.find(({ key }) => key === "messages[1].sources[0]")?.message).toContain("did you mean people?");
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });

  it("wants to know who reviewers are before it writes to them", () => {
    const text = withMessages("  - { to: feishu-reviewers, idType: user_id, baseUrl: sandbox }\n");
    const message = expect.stringContaining("tells nobody");
    expect(parseConfig(text)).toMatchObject({ faults: [{ key: "messages[0]", message }] });
    const named = text.replace("    baseUrl:", '    reviewers: { order: [fallback], fallback: "u1" }\n    baseUrl:');
    expect(parseConfig(named)).toMatchObject({ config: { messages: [{ occasions: ["plan", "reminder", "held"] }] } });
  });

  it.each([
    "ftp://reports.example.com",
    "http://reports.example.com",
    "https://user:hunter2@reports.example.com",
    "reports",
  ])("refuses %s for a link, as people would follow it", (reportUrl) => {
    const faults = faultsOf(`  - { to: feishu-webhook, baseUrl: sandbox, reportUrl: "${reportUrl}" }\n`);
    expect(faults.map(({ key }) => key)).toEqual(["messages[0].reportUrl"]);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });
});

describe("refuseOnAws() of messages", () => {
  it("takes no embedded company, and secrets of Secrets Manager alone", () => {
    const faults = refuseOnAws(
      configOf(`
  - { to: feishu-chat, chatId: oc_1, baseUrl: sandbox }
  - { to: feishu-chat, chatId: oc_2, baseUrl: "http://127.0.0.1:8787", credentials: "env:BOT" }
  - { to: feishu-webhook, credentials: "file:hook.json" }
  - { to: feishu-webhook, credentials: "secretsmanager:hook" }
  - { to: sns, topicArn: "arn:aws:sns:us-east-1:123456789012:access-reviews" }
`),
    );
    expect(faults.map(({ key }) => key)).toEqual([
      "messages[0].baseUrl",
      "messages[1].baseUrl",
      "messages[1].credentials",
      "messages[2].credentials",
      "aws",
    ]);
  });
});
