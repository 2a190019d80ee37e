import type { Config, MessageConfig, SourceConfig } from "./config.ts";
import type { Fault } from "./fault.ts";

const example = "see docs/access-review.example.yaml";

function credentialFaults({ credentials }: SourceConfig, key: string): Fault[] {
  if (!credentials) return [];
  return (["read", "write"] as const)
    .filter((use) => !credentials[use].startsWith("secretsmanager:"))
    .map((use) => ({
      key: `${key}.credentials.${use}`,
      message: `must be secretsmanager:NAME: a Lambda reads no env: or file: secret (${example})`,
    }));
}

function sourceFaults(source: SourceConfig, index: number): Fault[] {
  const key = `sources[${index}]`;
  if (source.baseUrl === "sandbox") {
    return [{ key: `${key}.baseUrl`, message: `is the embedded company: name a real tenant's host (${example})` }];
  }
  const insecure = source.baseUrl.startsWith("http:")
    ? [{ key: `${key}.baseUrl`, message: `must be https: a Lambda has no server of its own (${example})` }]
    : [];
  return [...insecure, ...credentialFaults(source, key)];
}

function messageFaults(message: MessageConfig, index: number): Fault[] {
  const key = `messages[${index}]`;
  if (message.to === "sns") return [];
  const { baseUrl, credentials } = message;
  if (baseUrl === "sandbox") {
    return [{ key: `${key}.baseUrl`, message: `is the embedded company: name a real chat or bot (${example})` }];
  }
  const insecure = baseUrl?.startsWith("http:")
    ? [{ key: `${key}.baseUrl`, message: `must be https: a Lambda has no server of its own (${example})` }]
    : [];
  if (credentials?.startsWith("secretsmanager:")) return insecure;
  const remedy = `must be secretsmanager:NAME: a Lambda reads no env: or file: secret (${example})`;
  return [...insecure, { key: `${key}.credentials`, message: remedy }];
}

/** CloudFormation takes 500 resources, of which the rest of the stack has up to 200. */
const SECRETS_AT_MOST = 300;

function secretFaults({ sources, aws }: Config): Fault[] {
  const names = new Set(sources.flatMap(({ credentials }) => (credentials ? Object.values(credentials) : [])));
  if (!aws.createSecrets || names.size <= SECRETS_AT_MOST) return [];
  const message = `must be false: the stack cannot make ${names.size} secrets; make them yourself, tagged (docs/aws.md, "Many sources")`;
  return [{ key: "aws.createSecrets", message }];
}

/** What a valid configuration has that cannot be deployed. Its `store` is no matter: on AWS the stack's own bucket is used. */
export function refuseOnAws(config: Config): Fault[] {
  const unscheduled = config.schedule
    ? []
    : [{ key: "schedule", message: `is missing: the stack has to know when to review (${example})` }];
  return [
    ...unscheduled,
    ...config.sources.flatMap(sourceFaults),
    ...config.messages.flatMap(messageFaults),
    ...secretFaults(config),
  ];
}
