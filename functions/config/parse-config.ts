import * as z from "zod";
import { isTimeZone } from "../basics/time.ts";
import * as all from "../providers/all.ts";
import type { Provider } from "../providers/provider.ts";
import { fieldsOf, listOf } from "../providers/setting-faults.ts";
import { awsFaults, awsSchema } from "./aws.ts";
import type { Config, MessageConfig, SourceConfig } from "./config.ts";
import { conflictFaults } from "./conflicts.ts";
import { faultOfCron } from "./cron.ts";
import { deskFaults, deskKeys, deskSchema, withDefaults } from "./desk.ts";
import { eventsFaults, eventsKeys, eventsSchema, eventsWithDefaults } from "./events.ts";
import type { ConfigFault, Path } from "./fault.ts";
import { messageFaults, messageSchemaOf } from "./messages.ts";
import { authorityFaults, peopleSchemaOf } from "./people.ts";
import {
  guardSchema,
  policyFaults,
  policySchema,
  routedFaults,
  ruleSourceFaults,
  signalFaults,
  sweepFaults,
} from "./policy.ts";
import { type Checked, checkPart, readYaml, type YamlText } from "./read-yaml.ts";
import { anySourceSchema, sourceFaults, sourceSchemaOf } from "./source.ts";
import { brokenCounts, decodeText, retypeWideSigns } from "./typed-text.ts";
import { faultOfStore, text } from "./values.ts";

/** The time zone of a policy without a schedule: China is the home of the providers. */
const defaultTimezone = "Asia/Shanghai";

const timezone = text((name) =>
  isTimeZone(name) ? null : "is no time zone: write an IANA name such as Asia/Shanghai, letter case included",
);

function faultOfKeyHash(hash: string): string | null {
  return /^[0-9a-f]{64}$/.test(hash) ? null : "must be the SHA-256 of a public key: 64 lowercase hex digits";
}

/** When something begins: the cron of EventBridge Scheduler, in a time zone. */
const scheduleSchema = z.strictObject({ cron: text(faultOfCron), timezone, enabled: z.boolean().default(true) });

/** The whole file. What stands in a source depends on its provider, and in a message on its `to`: each is checked by itself. */
const fileSchema = z.strictObject({
  formatVersion: z.literal(1).default(1),
  store: text(faultOfStore).default("./reviews"),
  mode: z.enum(["report", "enforce"]).default("report"),
  schedule: scheduleSchema.optional(),
  sweep: scheduleSchema.optional(),
  language: z.enum(["zh", "en"]).default("zh"),
  people: z.unknown().optional(),
  sources: z.array(z.unknown()).min(1),
  policy: policySchema,
  messages: z.array(z.unknown()).default([]),
  desk: deskSchema.optional(),
  events: eventsSchema.optional(),
  verify: z.strictObject({ keys: z.array(text(faultOfKeyHash)).default([]) }).prefault({}),
  aws: awsSchema.prefault({}),
});

/** Where a key belongs that people put into a wrong group. */
const elsewhere: readonly Path[] = [
  ...Object.keys(fileSchema.shape).map((key) => [key]),
  ["schedule", "cron"],
  ["schedule", "timezone"],
  ["schedule", "enabled"],
  ["sweep", "cron"],
  ["sweep", "timezone"],
  ["verify", "keys"],
  ...Object.keys(awsSchema.shape).map((key) => ["aws", key]),
  ...deskKeys.map((path) => ["desk", ...path]),
  ...eventsKeys.map((path) => ["events", ...path]),
  ["people", "authority"],
  ["people", "match"],
  ["policy", "decideWithinDays"],
  ["policy", "peers"],
  ["policy", "decisions"],
  ["policy", "removeWithinHours"],
  ["policy", "rules"],
  ["policy", "conflicts"],
  ["policy", "guard"],
  ...Object.keys(guardSchema.shape).map((key) => ["policy", "guard", key]),
  ...["credentials", "baseUrl", "provider", "pace", "limits", "signals"].map((key) => ["sources", 0, key]),
];

function checkSource(yaml: YamlText, index: number, providers: readonly Provider[]): Checked<SourceConfig> {
  const named = fieldsOf(entriesOf(yaml, "sources")[index]).provider;
  const provider = providers.find(({ id }) => id === named);
  const part = { yaml, path: ["sources", index], elsewhere };
  const { value, faults } = provider
    ? checkPart(sourceSchemaOf(provider), part)
    : checkPart(anySourceSchema(providers), part);
  if (value === null) return { value, faults };
  return { value: { ...value, credentials: value.credentials ?? null, reviewers: value.reviewers ?? null }, faults };
}

function checkMessage(yaml: YamlText, index: number): Checked<MessageConfig> {
  const schema = messageSchemaOf(entriesOf(yaml, "messages")[index]);
  const { value, faults } = checkPart(schema, { yaml, path: ["messages", index], elsewhere });
  return { value: value as MessageConfig | null, faults };
}

function entriesOf({ value }: YamlText, key: "sources" | "messages"): unknown[] {
  return listOf(fieldsOf(value)[key]);
}

function valuesOf<T>(checked: Checked<T>[]): T[] {
  return checked.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** The file after its schemas. */
function checkFile(yaml: YamlText, providers: readonly Provider[]): Checked<Config> {
  const file = checkPart(fileSchema, { yaml, path: [], elsewhere });
  const sources = entriesOf(yaml, "sources").map((_source, index) => checkSource(yaml, index, providers));
  const messages = entriesOf(yaml, "messages").map((_entry, index) => checkMessage(yaml, index));
  const people = checkPart(peopleSchemaOf(fieldsOf(yaml.value).people), { yaml, path: ["people"], elsewhere });
  const faults = [file, people, ...sources, ...messages].flatMap((checked) => checked.faults);
  if (!file.value || !people.value || faults.length > 0) return { value: null, faults };
  const { schedule = null, sweep = null, policy, desk: asWritten, events, people: _checked, ...rest } = file.value;
  const desk = asWritten ? withDefaults(asWritten) : null;
  const timezone = schedule?.timezone ?? defaultTimezone;
  const value = {
    ...rest,
    ...people.value,
    schedule,
    sweep,
    desk,
    events: events ? eventsWithDefaults(events, desk) : null,
    sources: valuesOf(sources),
    messages: valuesOf(messages),
    policy: { formatVersion: 1 as const, timezone, ...policy },
  };
  return { value, faults };
}

/** Faults between keys: duplicates, and settings that contradict each other. Looks at whatever has the right shape. */
function faultsBetween(value: unknown, providers: readonly Provider[]): ConfigFault[] {
  const file = fieldsOf(value);
  const policy = fieldsOf(file.policy);
  const sources = listOf(file.sources).map(fieldsOf);
  return [
    ...sourceFaults(sources, { providers, guard: fieldsOf(policy.guard) }),
    ...policyFaults(policy, { people: file.people, schedule: file.schedule }),
    ...authorityFaults(file.people, { sources, providers }),
    ...conflictFaults(policy, sources, file.people),
    ...routedFaults(policy, sources),
    ...sweepFaults(file.sweep, policy),
    ...signalFaults(policy, sources),
    ...ruleSourceFaults(
      policy,
      sources.map(({ id, provider }) => ({
        id,
        provider,
        canNarrow: providers.find((each) => each.id === provider)?.canNarrow === true,
      })),
    ),
    ...messageFaults(listOf(file.messages).map(fieldsOf), sources),
    ...awsFaults(file.aws, { sources, maxKeepDays: fieldsOf(policy.guard).maxKeepDays }),
    ...deskFaults(file.desk, { sources, guard: fieldsOf(policy.guard) }),
    ...eventsFaults(file.events, { sources, desk: file.desk, accountProviders: accountProvidersOf(providers) }),
  ];
}

/** The providers whose people are accounts of a tenant. */
function accountProvidersOf(providers: readonly Provider[]): string[] {
  return providers.filter(({ personIdType }) => personIdType !== undefined).map(({ id }) => id);
}

type Parsed = { config: Config } | { faults: ConfigFault[] };

/** How the text of a file becomes the whole file that is checked: a part of one is laid over another file. */
type Completing = (yaml: YamlText) => YamlText;

type Reading = { providers: readonly Provider[]; complete: Completing };

function parseText(text: string, { providers, complete }: Reading): Parsed & { isBroken?: boolean } {
  const read = readYaml(text);
  if ("broken" in read) return { faults: read.broken, isBroken: true };
  if (read.yaml.value === null) return { faults: [{ key: "", message: "is empty: start from access-review.yaml" }] };
  const yaml = complete(read.yaml);
  const checked = checkFile(yaml, providers);
  const faults = [...read.faults, ...checked.faults, ...faultsBetween(yaml.value, providers)];
  if (faults.length > 0 || !checked.value) return { faults };
  return { config: checked.value };
}

/**
 * The configuration in a YAML file with defaults filled in, or every fault it has, each with what to write instead.
 * `providers` are all there are, unless a test hands in its own.
 */
export function parseConfig(file: string | Uint8Array, providers: readonly Provider[] = Object.values(all)): Parsed {
  return parseFile(file, { providers, complete: (yaml) => yaml });
}

/**
 * The configuration with the policy of another file: a whole configuration, which counts as it is, or its `policy:` alone, or what stands
 * in it, which takes the place of the policy of `base`. `base` is a configuration without faults. Else every fault, with its key.
 */
export function parsePolicyFile(file: Uint8Array, base: Uint8Array): Parsed {
  const decoded = decodeText(base);
  const read = "text" in decoded ? readYaml(decoded.text) : null;
  const under = read && "yaml" in read ? read.yaml : null;
  const complete: Completing = (yaml) => (under ? laidOver(yaml, under) : yaml);
  return parseFile(file, { providers: Object.values(all), complete });
}

/** A part of a file over a whole one: `policy:` without `sources:`, or what stands in `policy:`. Anything else counts as it is. */
function laidOver(part: YamlText, under: YamlText): YamlText {
  const fields = fieldsOf(part.value);
  if ("sources" in fields || !("policy" in fields || "rules" in fields)) return part;
  const isInner = !("policy" in fields);
  const over: Record<string, unknown> = isInner ? { policy: fields } : fields;
  return {
    value: { ...fieldsOf(under.value), ...over },
    written: (path) => (String(path[0]) in over ? part.written(isInner ? path.slice(1) : path) : under.written(path)),
  };
}

function parseFile(file: string | Uint8Array, reading: Reading): Parsed {
  const decoded = typeof file === "string" ? { text: file } : decodeText(file);
  if ("faults" in decoded) return decoded;
  const parsed = parseText(decoded.text, reading);
  if ("config" in parsed) return parsed;
  const retyped = retypeWideSigns(decoded.text, (text) => {
    const tried = parseText(text, reading);
    return "config" in tried ? 0 : tried.faults.length + (tried.isBroken ? brokenCounts : 0);
  });
  if (!retyped) return { faults: parsed.faults };
  const others = parseText(retyped.text, reading);
  return { faults: [...retyped.faults, ...("faults" in others ? others.faults : [])] };
}
