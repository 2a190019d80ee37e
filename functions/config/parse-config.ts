import * as all from "../providers/all.ts";
import type { Provider } from "../providers/provider.ts";
import { awsSchema } from "./aws-schema.ts";
import type { Config, MessageConfig, SourceConfig } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { contradictions } from "./contradictions.ts";
import type { Fault, Path } from "./fault.ts";
import { messageSchemaOf } from "./message-schema.ts";
import { guardSchema } from "./policy-schema.ts";
import { shapeFaults } from "./shape-faults.ts";
import { anySourceSchema, sourceSchemaOf } from "./source-schema.ts";
import { readYaml, type YamlText } from "./yaml-text.ts";

/** Dates of a policy without a schedule: the providers' home. */
const defaultTimezone = "Asia/Shanghai";

const elsewhere: readonly Path[] = [
  ...Object.keys(configSchema.shape).map((key) => [key]),
  ["schedule", "cron"],
  ["schedule", "timezone"],
  ["schedule", "enabled"],
  ...Object.keys(awsSchema.shape).map((key) => ["aws", key]),
  ["policy", "decideWithinDays"],
  ["policy", "rules"],
  ["policy", "guard"],
  ...Object.keys(guardSchema.shape).map((key) => ["policy", "guard", key]),
  ...["credentials", "baseUrl", "provider", "pace", "limits"].map((key) => ["sources", 0, key]),
];

type Checked<T> = { value: T | null; faults: Fault[] };

function checkSource(yaml: YamlText, index: number, providers: readonly Provider[]): Checked<SourceConfig> {
  const source = entriesOf(yaml, "sources")[index];
  const named = (source as { provider?: unknown } | null)?.provider;
  const provider = providers.find(({ id }) => id === named);
  const schema = provider ? sourceSchemaOf(provider) : anySourceSchema(providers);
  const { data, error } = schema.safeParse(source);
  const place = { yaml, base: ["sources", index], elsewhere };
  const faults = shapeFaults(error?.issues ?? [], schema, place);
  if (!data) return { value: null, faults };
  return { value: { ...data, credentials: data.credentials ?? null, reviewers: data.reviewers ?? null }, faults };
}

function checkMessage(yaml: YamlText, index: number): Checked<MessageConfig> {
  const entry = entriesOf(yaml, "messages")[index];
  const schema = messageSchemaOf(entry);
  const { data, error } = schema.safeParse(entry);
  const faults = shapeFaults(error?.issues ?? [], schema, { yaml, base: ["messages", index], elsewhere });
  return { value: (data as MessageConfig | undefined) ?? null, faults };
}

function entriesOf({ value }: YamlText, key: "sources" | "messages"): unknown[] {
  const entries = ((value ?? {}) as Record<string, unknown>)[key];
  return Array.isArray(entries) ? entries : [];
}

function valuesOf<T>(checked: Checked<T>[]): T[] {
  return checked.flatMap(({ value }) => (value === null ? [] : [value]));
}

function checkShape(yaml: YamlText, providers: readonly Provider[]): Checked<Config> {
  const { data, error } = configSchema.safeParse(yaml.value);
  const ofFile = shapeFaults(error?.issues ?? [], configSchema, { yaml, base: [], elsewhere });
  const checked = entriesOf(yaml, "sources").map((_source, index) => checkSource(yaml, index, providers));
  const told = entriesOf(yaml, "messages").map((_entry, index) => checkMessage(yaml, index));
  const faults = [...ofFile, ...[...checked, ...told].flatMap((entry) => entry.faults)];
  if (!data || faults.length > 0) return { value: null, faults };
  const { schedule = null, policy, ...rest } = data;
  const timezone = schedule?.timezone ?? defaultTimezone;
  const [sources, messages] = [valuesOf(checked), valuesOf(told)];
  return { value: { ...rest, schedule, sources, messages, policy: { formatVersion: 1, timezone, ...policy } }, faults };
}

/**
 * The configuration in a YAML text with defaults filled in, or every fault it has, each with what to write instead.
 * Its sources are of `providers`: all there are, unless a test tries another.
 */
export function parseConfig(
  text: string,
  providers: readonly Provider[] = Object.values(all),
): { config: Config } | { faults: Fault[] } {
  const read = readYaml(text);
  if ("broken" in read) return { faults: read.broken };
  if (read.yaml.value === null) return { faults: [{ key: "", message: "is empty: start from access-review.yaml" }] };
  const shape = checkShape(read.yaml, providers);
  const faults = [...read.faults, ...shape.faults, ...contradictions(read.yaml.value, providers)];
  if (faults.length > 0 || !shape.value) return { faults };
  return { config: shape.value };
}
