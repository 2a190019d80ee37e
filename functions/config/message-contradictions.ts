import { nearest } from "../basics/nearest.ts";
import { type Fields, listOf, repeats } from "../providers/setting-faults.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";

function fault(path: Path, message: string): Fault {
  return { key: keyOf(path), message };
}

function credentialFaults({ to, baseUrl, credentials }: Fields, path: Path): Fault[] {
  const asApp = to === "feishu-chat" || to === "feishu-reviewers";
  const needsThem = asApp || to === "feishu-webhook";
  const isSandbox = baseUrl === "sandbox";
  const key = [...path, "credentials"];
  if (!needsThem) return [];
  if (isSandbox && credentials !== undefined) {
    return [fault(key, "belongs to no embedded company: take it out, or name a real tenant's baseUrl")];
  }
  if (isSandbox || credentials !== undefined) return [];
  const holds = asApp ? '{"appId","appSecret"}' : '{"url"}, and "secret" where the bot signs';
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

/** Without `reviewers` in a source nobody would ever be told, and nobody would notice. */
function reviewerFaults({ to, sources: named }: Fields, path: Path, sources: readonly Fields[]): Fault[] {
  if (to !== "feishu-reviewers") return [];
  const told = sources.filter(({ id }) => named === undefined || listOf(named).includes(id));
  if (told.some(({ reviewers }) => reviewers !== undefined)) return [];
  return [fault(path, "tells nobody: none of its sources says under reviewers who they are")];
}

/** Faults of `messages` between keys: secrets that are missing, sources that do not exist, entries that are there twice. */
export function messageContradictions(entries: readonly Fields[], sources: readonly Fields[]): Fault[] {
  const sourceIds = sources.map(({ id }) => String(id));
  const twice = repeats(entries, {
    pathOf: (index) => ["messages", index],
    keyOf,
    remedy: "people would be told twice, take one out",
  });
  return [
    ...entries.flatMap((entry, index) => [
      ...credentialFaults(entry, ["messages", index]),
      ...sourceFaults(entry, ["messages", index], sourceIds),
      ...reviewerFaults(entry, ["messages", index], sources),
    ]),
    ...twice.map(({ path, message }) => fault(path, message)),
  ];
}
