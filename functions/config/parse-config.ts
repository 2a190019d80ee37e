import { awsSchema } from "./aws-schema.ts";
import type { Config, SourceConfig } from "./config.ts";
import { configSchema } from "./config-schema.ts";
import { contradictions } from "./contradictions.ts";
import type { Fault, Path } from "./fault.ts";
import { guardSchema } from "./policy-schema.ts";
import { shapeFaults } from "./shape-faults.ts";
import { anySourceSchema, providerIds, sourceSchemas } from "./source-schema.ts";
import { readYaml, type YamlText } from "./yaml-text.ts";

/** Dates of a policy without a schedule: the providers' home. */
const defaultTimezone = "Asia/Shanghai";

const elsewhere: readonly Path[] = [
  ...Object.keys(configSchema.shape).map((key) => [key]),
  ["schedule", "cron"],
  ["schedule", "timezone"],
  ["schedule", "enabled"],
  ...Object.keys(awsSchema.shape).map((key) => ["aws", key]),
  ["policy", "rules"],
  ["policy", "guard"],
  ...Object.keys(guardSchema.shape).map((key) => ["policy", "guard", key]),
  ...["credentials", "baseUrl", "provider", "pace", "limits"].map((key) => ["sources", 0, key]),
];

type Checked<T> = { value: T | null; faults: Fault[] };

function checkSource(source: unknown, index: number, yaml: YamlText): Checked<SourceConfig> {
  const named = (source as { provider?: unknown } | null)?.provider;
  const provider = providerIds.find((id) => id === named);
  const schema = provider ? sourceSchemas[provider] : anySourceSchema;
  const { data, error } = schema.safeParse(source);
  const place = { yaml, base: ["sources", index], elsewhere };
  const faults = shapeFaults(error?.issues ?? [], schema, place);
  if (!data || !provider) return { value: null, faults };
  const filled = { ...data, credentials: data.credentials ?? null };
  if (provider !== "tencent-identity-center") return { value: filled as SourceConfig, faults };
  return { value: { zoneId: null, ...filled } as SourceConfig, faults };
}

function checkShape(yaml: YamlText): Checked<Config> {
  const { data, error } = configSchema.safeParse(yaml.value);
  const ofFile = shapeFaults(error?.issues ?? [], configSchema, { yaml, base: [], elsewhere });
  const { sources: given } = (yaml.value ?? {}) as { sources?: unknown };
  const checked = (Array.isArray(given) ? given : []).map((source, index) => checkSource(source, index, yaml));
  const faults = [...ofFile, ...checked.flatMap((source) => source.faults)];
  if (!data || faults.length > 0) return { value: null, faults };
  const { schedule = null, policy, ...rest } = data;
  const timezone = schedule?.timezone ?? defaultTimezone;
  const sources = checked.map(({ value }) => value).filter((value) => value !== null);
  return { value: { ...rest, schedule, sources, policy: { formatVersion: 1, timezone, ...policy } }, faults };
}

/** The configuration in a YAML text with defaults filled in, or every fault it has, each with what to write instead. */
export function parseConfig(text: string): { config: Config } | { faults: Fault[] } {
  const read = readYaml(text);
  if ("broken" in read) return { faults: read.broken };
  if (read.yaml.value === null) return { faults: [{ key: "", message: "is empty: start from access-review.yaml" }] };
  const shape = checkShape(read.yaml);
  const faults = [...read.faults, ...shape.faults, ...contradictions(read.yaml.value)];
  if (faults.length > 0 || !shape.value) return { faults };
  return { config: shape.value };
}
