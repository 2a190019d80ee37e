import { describe, expect, it } from "vitest";
import { refuseOnAws } from "../../functions/config/deployable.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const signIn = "signIn: { provider: feishu, credentials: secretsmanager:desk, tenant: 2ed263bf32cf1651 }";

/** The valid configuration with a desk of these keys. */
const withDesk = (keys: string, more = ""): string => `${valid}${more}desk: { ${keys} }\n`;

const faultsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
};

const refused: [keys: string, fault: RegExp, more?: string][] = [
  [`${signIn}`, /^desk\.url: /],
  [`url: http://reviews.example.com, ${signIn}`, /^desk\.url: must be https/],
  [`url: https://me:secret@reviews.example.com, ${signIn}`, /^desk\.url: must not hold a user/],
  [`url: https://reviews.example.com/desk, ${signIn}`, /^desk\.url: must end with the host/],
  [`url: reviews.example.com, ${signIn}`, /^desk\.url: must be https/],
  ["url: https://r.example.com, signIn: { provider: saml }", /^desk\.signIn\.provider: /],
  ["url: https://r.example.com, signIn: { provider: sandbox }", /^desk\.signIn\.provider: lets anybody be anybody/],
  ["url: https://r.example.com, signIn: { provider: feishu, tenant: t }", /^desk\.signIn\.credentials: is missing/],
  // Of the real tenant that the valid configuration reviews.
  [
    "url: http://localhost:8443, signIn: { provider: sandbox }",
    /^desk\.signIn\.provider: lets anybody be anybody, and people is no embedded company: write feishu or oidc/,
  ],
  [
    "url: https://r.example.com, signIn: { provider: feishu, credentials: env:DESK }",
    /^desk\.signIn\.tenant: is missing.*any company/,
  ],
  [
    "url: https://r.example.com, signIn: { provider: feishu, credentials: env:DESK, tenant: t, baseUrl: https://feishu.example.com }",
    /^desk\.signIn\.baseUrl: is no address of feishu/,
  ],
  [
    "url: https://r.example.com, signIn: { provider: oidc, credentials: env:DESK }",
    /^desk\.signIn\.baseUrl: is missing/,
  ],
  [
    "url: https://r.example.com, signIn: { provider: oidc, credentials: env:DESK, baseUrl: https://id.example.com, tenant: t }",
    /^desk\.signIn\.tenant: is Feishu's/,
  ],
  [
    "url: http://localhost:8443, signIn: { provider: sandbox, credentials: env:DESK }",
    /^desk\.signIn\.credentials: belongs to no embedded company/,
  ],
  [
    "url: http://localhost:8443, hosting: aws, signIn: { provider: sandbox }",
    /^desk\.hosting: is aws, which is reached by https/,
  ],
  [`url: https://r.example.com, contact: '', ${signIn}`, /^desk\.contact\.en: must be words of 1 to 120 characters/],
  [`url: https://r.example.com, contact: { en: IT }, ${signIn}`, /^desk\.contact\.zh/],
  [`url: https://r.example.com, sessionHours: 0, ${signIn}`, /^desk\.sessionHours: must be a whole number of hours/],
  [`url: https://r.example.com, operators: [li.wei@example.com], ${signIn}`, /^desk\.operators\[0\]: is an e-mail/],
  [`url: https://r.example.com, approvers: [u-17], ${signIn}`, /^desk\.approvers\[0\]: is no union_id/],
  [`url: https://r.example.com, approvers: [on_1, on_1], ${signIn}`, /^desk\.approvers\[1\]: repeats/],
  [
    `url: https://r.example.com, approvers: [on_1, on_2], people: [{ source: people, id: "7", subject: on_1 }, { source: people, id: "7", subject: on_2 }], ${signIn}`,
    /^desk\.approvers\[1\]: is, by desk\.people, the same person as on_1/,
  ],
  [
    `url: https://r.example.com, people: [{ subject: on_1, source: peopel, id: u-1 }], ${signIn}`,
    /^desk\.people\[0\]\.source: is no source of this file: did you mean people/,
  ],
  [
    `url: https://r.example.com, approvers: [on_1], ${signIn}`,
    /^desk\.approvers: has 1, and policy\.guard\.approvals asks for 2/,
    "  guard: { approvals: 2 }\n",
  ],
  [`url: https://r.example.com, singIn: {}, ${signIn}`, /^desk\.singIn: .*signIn/],
];

describe("desk of access-review.yaml", () => {
  it("is read with its defaults", () => {
    const parsed = parseConfig(withDesk(`url: https://reviews.example.com/, ${signIn}`));
    expect("config" in parsed && parsed.config.desk).toEqual({
      url: "https://reviews.example.com",
      hosting: "self",
      domain: null,
      signIn: {
        provider: "feishu",
        baseUrl: "https://open.feishu.cn",
        credentials: "secretsmanager:desk",
        tenant: "2ed263bf32cf1651",
      },
      sessionHours: 8,
      contact: null,
      operators: [],
      approvers: [],
      people: [],
    });
  });

  it("says whom to ask in one text for both languages, or in each its own", () => {
    const contactOf = (contact: string) => {
      const parsed = parseConfig(withDesk(`url: https://r.example.com, ${signIn}, contact: ${contact}`));
      return "config" in parsed ? parsed.config.desk?.contact : parsed.faults.map(({ message }) => message);
    };
    expect(contactOf("IT Security")).toEqual({ en: "IT Security", zh: "IT Security" });
    expect(contactOf("{ en: IT Security, zh: 信息安全组 }")).toEqual({ en: "IT Security", zh: "信息安全组" });
  });

  it("may be left out: decisions come as files", () => {
    const parsed = parseConfig(valid);
    expect("config" in parsed && parsed.config.desk).toBeNull();
    expect("config" in parsed && parsed.config.policy.guard.approvals).toBe(1);
  });

  it.each(refused)("is refused: %s", (keys, fault, more) => {
    const faults = faultsOf(withDesk(keys, more));
    expect(faults.some((each) => fault.test(each))).toBe(true);
    expect(faults.join()).not.toContain("secret@");
  });

  it("is refused with all of its faults at once", () => {
    const faults = faultsOf(withDesk("url: ftp://x, sessionHours: 0.5, signIn: { provider: feishu }, operators: ['']"));
    const keys = faults.map((fault) => fault.split(":")[0]);
    expect(new Set(keys)).toEqual(
      new Set(["desk.url", "desk.sessionHours", "desk.operators[0]", "desk.signIn.credentials", "desk.signIn.tenant"]),
    );
  });

  it("guard.approvals is 1 or 2", () => {
    expect(faultsOf(`${valid}  guard: { approvals: 3 }\n`)).toEqual([
      "policy.guard.approvals: must be 1 or 2: how many different approvers lift a brake",
    ]);
  });

  it("on AWS signs in by a managed secret, and never as the embedded company", () => {
    const parsed = parseConfig(
      withDesk(
        "url: https://r.example.com, hosting: aws, signIn: { provider: feishu, credentials: env:DESK, tenant: t }",
      ),
    );
    const faults = "config" in parsed ? refuseOnAws(parsed.config) : [];
    expect(faults.map(({ key }) => key)).toContain("desk.signIn.credentials");
  });
});
