import { type Fields, listOf, repeats } from "../providers/setting-faults.ts";
import { nearest } from "../review/nearest.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";

const fault = (path: Path, message: string): Fault => ({ key: keyOf(path), message });

function credentialFaults({ to, baseUrl, credentials }: Fields, path: Path): Fault[] {
  const needsThem = to === "feishu-chat" || to === "feishu-webhook";
  const isSandbox = baseUrl === "sandbox";
  const key = [...path, "credentials"];
  if (!needsThem) return [];
  if (isSandbox && credentials !== undefined) {
    return [fault(key, "belongs to no embedded company: take it out, or name a real tenant's baseUrl")];
  }
  if (isSandbox || credentials !== undefined) return [];
  const holds = to === "feishu-chat" ? '{"appId","appSecret"}' : '{"url"}, and "secret" where the bot signs';
  return [fault(key, `is missing: write secretsmanager:NAME, of a secret that holds ${holds}`)];
}

function sourceFaults({ sources }: Fields, path: Path, ids: readonly string[]): Fault[] {
  return listOf(sources).flatMap((id, index) => {
    if (typeof id !== "string" || ids.includes(id)) return [];
    const meant = nearest(id, ids);
    const remedy = meant ? `did you mean ${meant}?` : `there is ${ids.join(", ")}`;
    return [fault([...path, "sources", index], `is no source of this file: ${remedy}`)];
  });
}

/** Faults of `messages` between keys: secrets that are missing, sources that do not exist, entries that are there twice. */
export function messageContradictions(entries: readonly Fields[], sourceIds: readonly string[]): Fault[] {
  const twice = repeats(entries, {
    pathOf: (index) => ["messages", index],
    keyOf,
    remedy: "people would be told twice, take one out",
  });
  return [
    ...entries.flatMap((entry, index) => [
      ...credentialFaults(entry, ["messages", index]),
      ...sourceFaults(entry, ["messages", index], sourceIds),
    ]),
    ...twice.map(({ path, message }) => fault(path, message)),
  ];
}
