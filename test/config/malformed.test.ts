import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

type Spoil = (text: string) => string;

const put =
  (from: string, to: string): Spoil =>
  (text) => {
    if (!text.includes(from)) throw new Error(`the valid configuration has no ${from}`);
    return text.replace(from, () => to);
  };
/** The first source as one of the cloud vendor's, at this address. */
const cloud =
  (url: string, key = "pace: 1"): Spoil =>
  (text) =>
    put(
      "provider: feishu-corehr",
      `provider: tencent-identity-center\n    ${key}`,
    )(put("https://open.feishu.cn", url)(text));
const add =
  (lines: string): Spoil =>
  (text) =>
    `${text}${lines}\n`;
const guard = (keys: string): Spoil => add(`  guard: { ${keys} }`);
const source = (line: string): Spoil => put("    provider: feishu-corehr", `    provider: feishu-corehr\n    ${line}`);
const reviewers = (keys: string): Spoil => source(`reviewers: { ${keys} }`);
const delegates = (...pairs: string[]): Spoil => {
  const entries = pairs
    .map((pair) => pair.split("-"))
    .map(([from, to]) => `{ from: "${from}", to: "${to}", until: 2027-01-31 }`);
  return reviewers(`delegates: [${entries.join(", ")}]`);
};
const functionalReviewers = (keys: string): Spoil =>
  functionalRoles(`roles: [{ id: a, name: b }]\n    reviewers: { ${keys} }`);
const rule = (line: string): Spoil => put("      then: expire", `      then: expire\n      ${line}`);
/** The rule as a flag for which silence has a consequence, under more policy. */
const asking =
  (onNoDecision: string, policy: string): Spoil =>
  (text) =>
    add(policy)(put("      then: expire", `      then: flag\n      onNoDecision: ${onNoDecision}`)(text));
const bothKeys = "  decideWithinDays: 14\n  guard: { allowExpireUndecided: true }";
/** The rule as one that narrows, by this condition on what stays. */
const narrow = (keepScope: string, line = ""): Spoil =>
  put("      then: expire", `      then: narrow\n      keepScope: '${keepScope}'${line && `\n      ${line}`}`);
const when = (expression: string): Spoil => put("decision.revoke", expression);
const cron = (fields: string): Spoil => put("0 2 1 1,4,7,10 ? *", fields);
const secret = (reference: string): Spoil => put("secretsmanager:people/read", reference);
const baseUrl = (url: string): Spoil => put("https://open.feishu.cn", url);
const functionalRoles = (keys: string): Spoil =>
  put("provider: feishu-corehr", `provider: feishu-functional-role\n    ${keys}`);

const secondRule = `    - { id: revoke, when: decision.made, then: flag, reason: { en: a, zh: b } }`;
const secondSource = (keys: string): Spoil =>
  put("policy:", `  - { provider: feishu-corehr, baseUrl: https://open.feishu.cn, ${keys} }\npolicy:`);
const sameApp = "credentials: { read: secretsmanager:people/read, write: env:W }";

/** Each a different kind of fault: what it is, how to make it, the key that is named, a word of the remedy. */
const table: readonly (readonly [fault: string, spoil: Spoil, key: string, remedy: string])[] = [
  // the file
  ["an empty file", () => "", "", "start from access-review.yaml"],
  ["a list for a file", () => "- a\n", "", "group of keys"],
  ["an unclosed quote", put("mode: report", 'mode: "report'), "line", "mend the YAML"],
  ["a tab for an indent", put("  rules:", "\trules:"), "line", "Tabs"],
  ["two documents", add("---\nmode: report"), "line", "multiple documents"],
  ["an unknown tag", put("mode: report", "mode: !secret report"), "line 2", "tag"],
  ["a condition that YAML takes for a tag", when("!has(grant.grantedAt)"), "line 14", "in quotes"],
  ["a cron without quotes", put('"0 2 1 1,4,7,10 ? *"', "* * * * ? *"), "line 3", "in quotes"],
  ["a key given twice", add("mode: enforce"), "mode", "keep one"],
  ["an anchor", put("mode: report", "mode: &mode report"), "mode", "wherever it is needed"],
  ["an alias", put("mode: report\n", "mode: &mode report\nlanguage: *mode\n"), "language", "write the value out"],
  ["a key with nothing after it", put("mode: report", "mode:"), "mode", "must be report or enforce"],
  // types
  ["a number where text belongs", put("id: people", "id: 2026"), "sources[0].id", 'quotes, "2026"'],
  ["yes for true", guard("keepLastHolder: yes"), "policy.guard.keepLastHolder", "true or false"],
  ["a quoted number", guard('maxExpiries: "20"'), "policy.guard.maxExpiries", "without quotes"],
  ["a number with a unit", source("pace: 60x"), "sources[0].pace", "unit"],
  ["text where a list belongs", guard("protectedRoles: admin"), "policy.guard.protectedRoles", "list"],
  ["a list where a group belongs", source("limits: []"), "sources[0].limits", "group of keys"],
  [
    "an id that loses digits",
    guard("protectedRoles: [7023711013443944467]"),
    "policy.guard.protectedRoles[0]",
    "quotes",
  ],
  ["an empty value", rule("noticeDays:"), "policy.rules[0].noticeDays", "take the key out"],
  // keys
  ["a misspelt key", add("langauge: zh"), "langauge", "did you mean language?"],
  ["a key that means nothing", add("webhook: x"), "webhook", "take it out"],
  ["a misspelt guard", guard("maxExpires: 3"), "policy.guard.maxExpires", "maxExpiries"],
  ["a guard in the wrong place", add("  maxShare: 0.1"), "policy.maxShare", "move it to policy.guard.maxShare"],
  ["a missing key", put("      when: decision.revoke\n", ""), "policy.rules[0].when", "missing"],
  ["no sources", (text) => text.replace(/sources:[\s\S]*policy:/, "sources: []\npolicy:"), "sources", "at least one"],
  ["no policy", (text) => text.replace(/policy:[\s\S]*/, ""), "policy", "missing"],
  [
    "a secret in the file",
    put("      read: secretsmanager:people/read", "      appSecret: x"),
    "sources[0].credentials.appSecret",
    "no key",
  ],
  // the stack
  ["a key of the stack at the top", add("alarmEmails: [a@example.com]"), "alarmEmails", "move it to aws.alarmEmails"],
  ["an address that is none", add("aws: { alarmEmails: [security] }"), "aws.alarmEmails[0]", "e-mail address"],
  [
    "a decider without an ARN",
    add("aws: { deciders: { people: [reviewers] } }"),
    "aws.deciders.people[0]",
    "arn:aws:iam::",
  ],
  ["deciders of every source", add('aws: { deciders: ["arn:aws:iam::123456789012:role/r"] }'), "aws.deciders", "group"],
  ["deciders of no source", add("aws: { deciders: { payroll: [] } }"), "aws.deciders.payroll", "is no source"],
  ["a proxy that is none", add("aws: { proxy: { https: proxy } }"), "aws.proxy.https", "http://HOST:PORT"],
  ["a proxy's user", add('aws: { proxy: { https: "http://u:p@proxy:1" } }'), "aws.proxy.https", "a user or a password"],
  ["a proxy with a path", add('aws: { proxy: { https: "http://proxy:1/a" } }'), "aws.proxy.https", "end with the host"],
  ["a socks proxy", add('aws: { proxy: { https: "socks5://proxy:1" } }'), "aws.proxy.https", "http://HOST:PORT"],
  [
    "no host to call directly",
    add('aws: { proxy: { https: "http://proxy:1", noProxy: ["a, b"] } }'),
    "aws.proxy.noProxy[0]",
    "must be a host",
  ],
  ["an unknown lock", add("aws: { retention: { mode: legal } }"), "aws.retention.mode", "governance or compliance"],
  ["a lock of no days", add("aws: { retention: { days: 0 } }"), "aws.retention.days", "at least 1"],
  ["a switch in words", put("schedule: {", "schedule: { enabled: off,"), "schedule.enabled", "true or false"],
  ["an unknown word for people", add("people: none"), "people", "names or ids"],
  [
    "a rule that looks at what is left out",
    (text) => put("decision.revoke", 'holder.email == "a"')(add("people: ids")(text)),
    "policy.rules[0].when",
    "people: ids",
  ],
  [
    "a rule that looks at it by an index",
    (text) => put("decision.revoke", `holder["name"] == "a"`)(add("people: ids")(text)),
    "policy.rules[0].when",
    "people: ids",
  ],
  ["an authority that is no source", add("people: { authority: poeple }"), "people.authority", "did you mean people?"],
  ["an authority without a name", add("people: { match: [email] }"), "people.authority", "is missing"],
  [
    "an authority that does not list everybody",
    (text) =>
      put(
        "- id: people",
        "- { id: cloud, provider: tencent-identity-center, baseUrl: sandbox }\n  - id: people",
      )(add("people: { authority: cloud }")(text)),
    "people.authority",
    "name a source of feishu-corehr",
  ],
  [
    "a rule that removes by when somebody was last active",
    put("decision.revoke", "now - holder.lastActiveAt > days(90)"),
    "policy.rules[0].when",
    "by which nothing is removed",
  ],
  [
    "the same, by the field's name in brackets",
    put("decision.revoke", 'has(holder.lastDay) && now - holder["lastActiveAt"] > days(90)'),
    "policy.rules[0].when",
    "by which nothing is removed",
  ],
  [
    "a rule by when somebody was last active where no source reads it",
    (text) =>
      put("      then: expire", "      then: flag\n      sources: [people]")(when("has(holder.lastActiveAt)")(text)),
    "policy.rules[0].when",
    "no source of this rule reads it",
  ],
  [
    "a flag by it that removes what nobody decides on",
    (text) => asking("expire", bothKeys)(source("signals: [feishu-activity]")(when("has(holder.lastActiveAt)")(text))),
    "policy.rules[0].when",
    "by which nothing is removed",
  ],
  ["a signal that is none", source("signals: [phone]"), "sources[0].signals[0]", "feishu-activity"],
  ["a key that is none", add("people: { authority: people, match: [phone] }"), "people.match[0]", "employeeNo"],
  ["a key twice", add("people: { authority: people, match: [email, email] }"), "people.match[1]", "take one out"],
  ["people matched by nothing", add("people: { authority: people, match: [] }"), "people.match", "at least one"],
  [
    "a rule that asks who somebody is where no source says so",
    put("decision.revoke", 'person.status == "left"'),
    "policy.rules[0].when",
    "no source says who people are",
  ],
  [
    "a status that no person has",
    (text) => put("decision.revoke", 'person.status == "gone"')(add("people: { authority: people }")(text)),
    "policy.rules[0].when",
    'person.status is never "gone"',
  ],
  [
    "a field that a person has not",
    (text) => put("decision.revoke", "person.email == 'a'")(add("people: { authority: people }")(text)),
    "policy.rules[0].when",
    "person has no field email",
  ],
  // words and ranges
  ["an unknown mode", put("mode: report", "mode: enforced"), "mode", "did you mean enforce?"],
  ["an unknown language", add("language: fr"), "language", "zh or en"],
  ["a later format", add("formatVersion: 2"), "formatVersion", "must be 1"],
  ["an unknown provider", put("feishu-corehr", "feishu-core-hr"), "sources[0].provider", "did you mean feishu-corehr?"],
  ["an unknown consequence", put("then: expire", "then: delete"), "policy.rules[0].then", "expire or flag"],
  [
    "a narrowing that does not say what stays",
    put("then: expire", "then: narrow"),
    "policy.rules[0].keepScope",
    "missing",
  ],
  ["what stays of a removal", rule('keepScope: scope.id == "d"'), "policy.rules[0].keepScope", "takes the whole grant"],
  ["a misspelt field of a scope", narrow("scope.ids == holder.id"), "policy.rules[0].keepScope", "did you mean id?"],
  ["what stays that is no bool", narrow("scope.id"), "policy.rules[0].keepScope", "not bool"],
  ["a scope where rules see none", when('scope.id == "d"'), "policy.rules[0].when", "there is no scope"],
  ["a rule of an unknown source", rule("sources: [elsewhere]"), "policy.rules[0].sources[0]", "is no source"],
  ["a narrowing by silence", narrow("true", "onNoDecision: flag"), "policy.rules[0].onNoDecision", "asks nobody"],
  [
    "a narrowing in a source that cannot narrow",
    (text) => functionalRoles("roles: [{ id: a, name: b }]")(narrow("true")(text)),
    "policy.rules[0].then",
    "feishu-functional-role",
  ],
  ["a share above 1", guard("maxShare: 5"), "policy.guard.maxShare", "0.05"],
  ["a share below 0", guard("maxUnknownShare: -0.1"), "policy.guard.maxUnknownShare", "0 to 1"],
  ["part of a grant", guard("maxExpiries: 2.5"), "policy.guard.maxExpiries", "whole number"],
  ["a negative age", guard("minGrantAgeDays: -1"), "policy.guard.minGrantAgeDays", "at least 0"],
  ["a notice in hours", rule("noticeDays: 0.5"), "policy.rules[0].noticeDays", "whole number of days"],
  ["no number at all", guard("maxShare: .nan"), "policy.guard.maxShare", "number"],
  ["a keep that reaches nowhere", guard("maxKeepDays: 0"), "policy.guard.maxKeepDays", "at least 1"],
  ["reviewers of no kind", reviewers("order: [boss]"), "sources[0].reviewers.order[0]", "must be role-owner or"],
  [
    "reviewers that the provider cannot tell",
    functionalReviewers("order: [role-owner, holder-hrbp]"),
    "sources[0].reviewers.order[1]",
    "it has role-owner, manager, fallback",
  ],
  ["an order of nobody", reviewers("order: []"), "sources[0].reviewers.order", "at least one"],
  ["a reviewer twice", reviewers("order: [manager, manager]"), "sources[0].reviewers.order[1]", "take one out"],
  ["a fallback by e-mail", reviewers("fallback: lin@example.com"), "sources[0].reviewers.fallback", "person's id"],
  ["a fallback that is no text", reviewers("fallback: 6967"), "sources[0].reviewers.fallback", '"6967"'],
  [
    "a fallback that nobody named",
    reviewers("order: [manager, fallback]"),
    "sources[0].reviewers.fallback",
    "the order asks for it",
  ],
  [
    "a fallback that is never asked",
    reviewers('order: [manager], fallback: "1"'),
    "sources[0].reviewers.fallback",
    "add fallback",
  ],
  [
    "owners who are never asked",
    reviewers('order: [manager], roleOwners: { hrbp: "1" }'),
    "sources[0].reviewers.roleOwners",
    "add role-owner",
  ],
  ["a delegate for oneself", delegates("1-1"), "sources[0].reviewers.delegates[0].to", "somebody else"],
  ["two delegates of one person", delegates("1-2", "1-3"), "sources[0].reviewers.delegates[1].from", "take one out"],
  ["delegates in a circle", delegates("1-2", "2-3", "3-1"), "sources[0].reviewers.delegates[2].to", "leads back"],
  [
    "a delegate until no date",
    reviewers('delegates: [{ from: "1", to: "2", until: 2027-02-30 }]'),
    "sources[0].reviewers.delegates[0].until",
    "YYYY-MM-DD",
  ],
  ["a pace that stands still", source("pace: 0"), "sources[0].pace", "above 0"],
  [
    "a limit of no calls",
    source("limits: { removeRoleAssign: { calls: 0, perMs: 1 } }"),
    "sources[0].limits.removeRoleAssign.calls",
    "at least 1",
  ],
  [
    "a limit without a window",
    source("limits: { removeRoleAssign: { calls: 1 } }"),
    "sources[0].limits.removeRoleAssign.perMs",
    "missing",
  ],
  // forms
  ["capitals in a source's id", put("id: people", "id: People"), "sources[0].id", "lowercase"],
  ["an endless source id", put("id: people", `id: ${"p".repeat(33)}`), "sources[0].id", "1 to 32"],
  ["spaces in a rule's id", put("id: revoke", "id: revoke it"), "policy.rules[0].id", "hyphens"],
  ["a reserved rule id", put("id: revoke", "id: rule-error"), "policy.rules[0].id", "another id"],
  ["http to another machine", baseUrl("http://open.feishu.cn"), "sources[0].baseUrl", "must be https"],
  ["a base URL with a path", baseUrl("https://open.feishu.cn/open-apis"), "sources[0].baseUrl", "leave path"],
  ["a base URL with a password", baseUrl("https://me:pw@open.feishu.cn"), "sources[0].baseUrl", "credentials"],
  ["a base URL that is none", baseUrl("open.feishu.cn"), "sources[0].baseUrl", "sandbox"],
  ["a secret instead of its place", secret("s3cr3t"), "sources[0].credentials.read", "secretsmanager:NAME"],
  ["a secret in no known place", secret("vault:people"), "sources[0].credentials.read", "file:PATH"],
  ["a variable that cannot be", secret("env:APP SECRET"), "sources[0].credentials.read", "env:NAME"],
  ["a store elsewhere", put("./reviews", "gs://bucket"), "store", "s3://bucket/prefix"],
  ["an impossible bucket", put("./reviews", "s3://My_Bucket/x"), "store", "lowercase"],
  ["a prefix with a hole", put("./reviews", "s3://bucket//x"), "store", "empty part"],
  ["a store that is blank", put("./reviews", '" "'), "store", "directory"],
  [
    "a zone id of another kind",
    (text) => cloud("https://organization.tencentcloudapi.com", "zoneId: 42x")(text),
    "sources[0].zoneId",
    "leave it out",
  ],
  [
    "signed requests to another host",
    (text) => cloud("https://tencentcloudapi.example.com")(text),
    "sources[0].baseUrl",
    "https://organization.intl.tencentcloudapi.com or",
  ],
  [
    "a limit of no call of Identity Center",
    (text) =>
      cloud("https://organization.tencentcloudapi.com", "limits: { ListUser: { calls: 1, perMs: 1000 } }")(text),
    "sources[0].limits.ListUser",
    "did you mean ListUsers?",
  ],
  [
    "a source's own canary without its role",
    put("provider: feishu-corehr", 'provider: feishu-corehr\n    guard: { canaries: [{ holder: "6967" }] }'),
    "sources[0].guard.canaries[0].role",
    "missing",
  ],
  [
    "a limit of one source alone",
    put("provider: feishu-corehr", "provider: feishu-corehr\n    guard: { maxExpiries: 3 }"),
    "sources[0].guard.maxExpiries",
    "policy.guard.maxExpiries",
  ],
  ["an empty reason", put("zh: 已收回", 'zh: ""'), "policy.rules[0].reason.zh", "write something"],
  ["a reason in one language", put(", zh: 已收回", ""), "policy.rules[0].reason.zh", "missing"],
  // CEL
  ["an expression cut off", when("decision.revoke &&"), "policy.rules[0].when", "character"],
  ["an empty expression", when('""'), "policy.rules[0].when", "condition"],
  ["an expression that is no condition", when("grant.grantedAt"), "policy.rules[0].when", "not bool"],
  ["a misspelt field", when("holder.lastday < now"), "policy.rules[0].when", "lastDay"],
  ["a misspelt field in has()", when("has(grant.grantdAt)"), "policy.rules[0].when", "grantedAt"],
  ["a misspelt variable", when("holdr.id == role.id"), "policy.rules[0].when", "did you mean holder?"],
  ["an unknown function", when("months(3) < days(3)"), "policy.rules[0].when", "months"],
  ["a comparison across types", when("grant.grantedAt > 3"), "policy.rules[0].when", "time > int"],
  ["a status nobody has", when('holder.status == "Left"'), "policy.rules[0].when", "active, leaving, left"],
  // time
  ["a time zone that is not", put("Europe/Berlin", "Europe/Munich"), "schedule.timezone", "Asia/Shanghai"],
  ["an offset for a time zone", put("Europe/Berlin", '"+08:00"'), "schedule.timezone", "IANA"],
  ["no time zone", put(", timezone: Europe/Berlin", ""), "schedule.timezone", "missing"],
  ["a cron of five fields", cron("0 2 1 * *"), "schedule.cron", "six fields"],
  ["both days in a cron", cron("0 2 1 * MON *"), "schedule.cron", "must be ?"],
  ["a cron with its wrapper", cron("cron(0 2 1 * ? *)"), "schedule.cron", "without cron"],
  ["an hour that is not", cron("0 24 1 * ? *"), "schedule.cron", "hours"],
  ["a month that is not", cron("0 2 1 FOO ? *"), "schedule.cron", "JAN"],
  ["a range backwards", cron("0 9-8 1 * ? *"), "schedule.cron", "ascending"],
  ["a day that never comes", cron("0 2 31 2,4 ? *"), "schedule.cron", "never comes"],
  // references, duplicates, contradictions
  ["two rules of one id", add(secondRule), "policy.rules[1].id", "its own id"],
  ["two sources of one id", secondSource(`id: people, ${sameApp}`), "sources[1].id", "its own id"],
  ["one app at two paces", secondSource(`id: b, pace: 2, ${sameApp}`), "sources[1].pace", "share"],
  ["a role protected twice", guard("protectedRoles: [a, a]"), "policy.guard.protectedRoles[1]", "take one out"],
  [
    "a canary named twice",
    guard("canaries: [{ holder: h, role: r }, { holder: h, role: r }]"),
    "policy.guard.canaries[1]",
    "repeats",
  ],
  ["a canary without a role", guard("canaries: [{ holder: h }]"), "policy.guard.canaries[0].role", "missing"],
  [
    "a limit of an unknown call",
    source("limits: { removeRole: { calls: 1, perMs: 1 } }"),
    "sources[0].limits.removeRole",
    "removeRoleAssign",
  ],
  ["a sweep with a notice", rule("noticeDays: 3\n      sweep: true"), "policy.rules[0].sweep", "at once"],
  ["a flag that sweeps", put("then: expire", "then: flag\n      sweep: true"), "policy.rules[0].sweep", "expire rules"],
  [
    "sweeps by no rule",
    put("policy:", 'sweep: { cron: "30 6 * * ? *", timezone: Asia/Shanghai }\npolicy:'),
    "sweep",
    "sweep: true on a rule",
  ],
  ["a promise of no hours", put("policy:", "policy:\n  removeWithinHours: 0"), "policy.removeWithinHours", "hours"],
  ["a notice that outlives the plan", rule("noticeDays: 30"), "policy.rules[0].noticeDays", "maxPlanAgeDays"],
  [
    "a flag with a notice",
    put("then: expire", "then: flag\n      noticeDays: 7"),
    "policy.rules[0].noticeDays",
    "take it out",
  ],
  [
    "a silence that an expire rule asks about",
    rule("onNoDecision: keep"),
    "policy.rules[0].onNoDecision",
    "take it out",
  ],
  ["a window that outlives the plan", add("  decideWithinDays: 30"), "policy.decideWithinDays", "maxPlanAgeDays (30)"],
  ["a window in hours", add("  decideWithinDays: 0.5"), "policy.decideWithinDays", "whole number of days"],
  [
    "a window in the wrong place",
    guard("decideWithinDays: 14"),
    "policy.guard.decideWithinDays",
    "policy.decideWithinDays",
  ],
  [
    "silence that expires by one key",
    asking("expire", "  decideWithinDays: 14"),
    "policy.rules[0].onNoDecision",
    "policy.guard.allowExpireUndecided: true",
  ],
  [
    "silence that expires at once",
    asking("expire", "  guard: { allowExpireUndecided: true }"),
    "policy.rules[0].onNoDecision",
    "policy.decideWithinDays: 14",
  ],
  ["silence that keeps at once", asking("keep", ""), "policy.rules[0].onNoDecision", "policy.decideWithinDays: 14"],
  [
    "silence that no decision may break",
    (text) => asking("expire\n      overridable: false", bothKeys)(text),
    "policy.rules[0].overridable",
    "a keep is a decision",
  ],
  [
    "a real host without credentials",
    (text) => text.replace(/ {4}credentials:\n.*\n.*\n/, ""),
    "sources[0].credentials",
    "only baseUrl: sandbox",
  ],
  [
    "credentials to read alone",
    put("      write: secretsmanager:people/write\n", ""),
    "sources[0].credentials.write",
    "missing",
  ],
  ["another provider's option", source("zoneId: z-1os7c9taugxs"), "sources[0].zoneId", "no key"],
  ["functional roles without roles", functionalRoles("pace: 1"), "sources[0].roles", "missing"],
  [
    "a functional role named twice",
    functionalRoles("roles: [{ id: a, name: A }, { id: a, name: B }]"),
    "sources[0].roles[1].id",
    "repeats sources[0].roles[0].id: name each role once",
  ],
  [
    "a call that resembles none",
    source("limits: { everything: { calls: 1, perMs: 1 } }"),
    "sources[0].limits.everything",
    "it has listSecurityGroups, queryAuthorizations",
  ],
  ["a zone id left empty", cloud("https://organization.tencentcloudapi.com", "zoneId:"), "sources[0].zoneId", "empty"],
  [
    "a retired role that is not listed",
    functionalRoles("roles: [{ id: a, name: A }]\n    retire: [b]"),
    "sources[0].retire[0]",
    "add it there",
  ],
  [
    "retiring without leave",
    functionalRoles("roles: [{ id: a, name: A }]\n    retire: [a]"),
    "sources[0].retire",
    "allowUnrestorable",
  ],
  [
    "half an emoji, written as an escape",
    put("en: Revoked", 'en: "Revoked \\uD83D"'),
    "policy.rules[0].reason.en",
    "half a character",
  ],
  [
    "retiring what is protected",
    (text) =>
      guard("allowUnrestorable: true, protectedRoles: [a]")(
        functionalRoles("roles: [{ id: a, name: A }]\n    retire: [a]")(text),
      ),
    "sources[0].retire[0]",
    "choose one",
  ],
];

describe("parseConfig()", () => {
  it.each(table)("refuses %s", (_fault, spoil, key, remedy) => {
    const parsed = parseConfig(spoil(valid));
    const faults = "faults" in parsed ? parsed.faults : [];
    const named = faults.filter((fault) => (key === "line" ? fault.key.startsWith("line ") : fault.key === key));
    expect(named.map(({ message }) => message).join("\n")).toContain(remedy);
    expect(faults.every(({ message }) => !message.includes("\n"))).toBe(true);
  });

  it("takes silence that expires by both keys, with a notice if need be, and waits for nobody unless told to", () => {
    const asked = parseConfig(asking("expire\n      noticeDays: 7", bothKeys)(valid));
    expect(asked).toMatchObject({
      config: {
        policy: { decideWithinDays: 14, rules: [{ onNoDecision: "expire" }], guard: { allowExpireUndecided: true } },
      },
    });
    const silent = parseConfig(valid);
    expect(silent).toMatchObject({
      config: { policy: { decideWithinDays: 0, guard: { allowExpireUndecided: false } } },
    });
  });

  it("names both keys that are missing at once", () => {
    const parsed = parseConfig(asking("expire", "")(valid));
    expect("faults" in parsed && parsed.faults.map(({ key }) => key)).toEqual(
      new Array(2).fill("policy.rules[0].onNoDecision"),
    );
  });

  it("has nothing else to say where one thing is wrong", () => {
    const severalInOne = [
      "a secret in the file",
      "a retired role that is not listed",
      "an alias",
      "a tab for an indent",
    ];
    const single = table.filter(([fault]) => !severalInOne.includes(fault));
    const counts = single.map(([fault, spoil]) => {
      const parsed = parseConfig(spoil(valid));
      return [fault, "faults" in parsed ? parsed.faults.length : 0];
    });
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });
});
