import { describe, expect, it } from "vitest";
import { refuseOnAws } from "../../functions/config/deployable.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const withEvents = (events: string, more = ""): string => `${valid}${more}events: ${events}\n`;

const faultsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
};

const eventsOf = (text: string) => {
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(faultsOf(text).join("\n"));
  return parsed.config.events;
};

const whole = "credentials: env:EVENTS, tenant: 2ed263bf32cf1651";
const feishuDesk =
  "desk: { url: https://r.example.com, signIn: { provider: feishu, credentials: env:DESK, tenant: t1 } }\n";

describe("events", () => {
  it("are none where nobody asked for them", () => {
    expect(eventsOf(valid)).toBeNull();
  });

  it("have a host, a secret and a tenant of their own", () => {
    expect(eventsOf(withEvents(`{ ${whole} }`))).toEqual({
      baseUrl: "https://open.feishu.cn",
      credentials: "env:EVENTS",
      tenant: "2ed263bf32cf1651",
      sources: null,
    });
  });

  it("take what is left out from a sign-in by Feishu", () => {
    expect(eventsOf(withEvents("{}", feishuDesk))).toEqual({
      baseUrl: "https://open.feishu.cn",
      credentials: "env:DESK",
      tenant: "t1",
      sources: null,
    });
  });

  it.each([
    ["{}", /^events\.credentials: is missing.*eventEncryptKey/],
    ["{}", /^events\.tenant: is missing.*any company/],
    ["{ credentials: secret, tenant: t }", /^events\.credentials: must say where the secret is kept/],
    ["{ credentials: env:EVENTS, tenant: '' }", /^events\.tenant: is empty/],
    [`{ ${whole}, baseUrl: "https://feishu.example.com" }`, /^events\.baseUrl: is no address of feishu/],
    [`{ ${whole}, baseUrl: "https://open.larksuite.com" }`, /^events: speaks of people of no source/],
    [`{ ${whole}, baseUrl: sandbox }`, /^events\.credentials: belongs to no embedded company/],
    [`{ ${whole}, baseUrl: sandbox }`, /^events\.tenant: belongs to no embedded company/],
    [`{ ${whole}, sources: [nowhere] }`, /^events\.sources\[0\]: is no source of people at .*: there is /],
    [`{ ${whole}, sources: [] }`, /^events\.sources: /],
    [`{ ${whole}, encryptKey: k }`, /^events\.encryptKey: /],
  ])("%s is refused", (events, fault) => {
    expect(faultsOf(withEvents(events))).toContainEqual(expect.stringMatching(fault));
  });

  it("are no embedded company's and no env: secret's on AWS", () => {
    const parsed = parseConfig(withEvents(`{ ${whole} }`));
    const faults = "config" in parsed ? refuseOnAws(parsed.config) : [];
    expect(faults.map(({ key, message }) => `${key}: ${message}`)).toContainEqual(
      expect.stringMatching(/^events\.credentials: must be secretsmanager:NAME/),
    );
  });
});
