import { proxiesOf } from "../basics/proxies.ts";
import type { SourceConfig } from "../config/config.ts";
import type { Provider } from "../providers/provider.ts";
import type { Holder, PersonKey, PersonKeys } from "../review/grants/grant.ts";
import { type PersonEntry, storedKeys } from "../review/people/person.ts";
import type { Clock, Reader, Remover } from "../review/ports.ts";
import { readSecret } from "./secrets.ts";

/** Address and credentials of the embedded company, instead of what the configuration has. */
export type Endpoint = {
  baseUrl: string;
  host: string;
  credentials: { read: Record<string, string>; write: Record<string, string> };
};

/** What a source is opened with. With `people: ids`, names and e-mails of holders are left out. */
export type SourcePorts = {
  clock: Clock;
  env: NodeJS.ProcessEnv;
  language: "zh" | "en";
  people?: "names" | "ids";
  /** The keys by which holders are matched to the people of the authority; left out: no source says who people are. */
  match?: readonly PersonKey[] | undefined;
  /** Whether the configuration sweeps. */
  sweeps?: boolean;
  /** How long an outage of the provider is waited out. */
  patience?: { mostMs?: number; shouldStop?: () => boolean };
  /** Keeps the leases of a stage while its calls go on: `patience.goOn` of the provider. */
  goOn?: (() => Promise<void>) | undefined;
  /** Ends every wait and call, for a deadline. */
  signal?: AbortSignal | undefined;
  endpoint?: Endpoint | undefined;
  /** All there are, unless a test hands in its own. */
  providers?: readonly Provider[];
};

/** Opens a source for reading, with its read credentials alone. */
export async function openReader(config: SourceConfig, ports: SourcePorts): Promise<Reader> {
  return await openSource(config, "read", ports);
}

/** Opens a source for writing as well, with its write credentials beside the read credentials. */
export async function openRemover(config: SourceConfig, ports: SourcePorts): Promise<Remover> {
  return await openSource(config, "write", ports);
}

async function openSource(config: SourceConfig, access: "read" | "write", ports: SourcePorts): Promise<Remover> {
  const { endpoint, providers = Object.values(await import("../providers/all.ts")) } = ports;
  const provider = providers.find(({ id }) => id === config.provider);
  if (!provider) {
    throw new Error(
      `Cannot open source ${config.id} as this version reviews ${providers.map(({ id }) => id).join(", ")} only: ${config.provider} comes with a later one`,
    );
  }
  if (!endpoint && config.baseUrl === "sandbox") {
    throw new Error(
      `Cannot open source ${config.id} as the embedded company has no ${provider.id}: name its baseUrl and credentials`,
    );
  }
  const credentialsFor = async (use: "read" | "write"): Promise<Record<string, string>> =>
    endpoint?.credentials[use] ?? (await readSecret(config.credentials![use], provider.secretKeys, ports));
  const source = await provider.open({
    baseUrl: endpoint?.baseUrl ?? config.baseUrl,
    source: config.id,
    host: endpoint?.host ?? new URL(config.baseUrl).host,
    credentials: await credentialsFor("read"),
    writeCredentials: access === "write" ? await credentialsFor("write") : null,
    settings: config,
    pace: config.pace,
    limits: config.limits,
    clock: ports.clock,
    language: ports.language,
    // The embedded company listens on this machine, where no proxy can reach it.
    proxies: endpoint ? {} : proxiesOf(ports.env),
    patience: { ...ports.patience, ...(ports.goOn ? { goOn: ports.goOn } : {}) },
    ...(ports.signal ? { signal: ports.signal } : {}),
    sweeps: ports.sweeps ?? false,
    ...(config.reviewers ? { reviewers: config.reviewers.order } : {}),
    ...(config.signals ? { signals: config.signals } : {}),
    ...(ports.match ? { match: ports.match } : {}),
  });
  const { people = "names", match } = ports;
  const keyed = match ? keyedSource(source, { people, match }) : source;
  return people === "ids" ? namelessSource(keyed) : keyed;
}

type Keying = Parameters<typeof storedKeys>[1];

/** The source with the keys of people as they are stored and compared; `readKeys` alone gives them as the system writes them. */
function keyedSource<Source extends Reader>(source: Source, keying: Keying): Source {
  const { people } = source;
  const withKeys = <Entry extends PersonEntry>(entry: Entry): Entry => ({
    ...entry,
    keys: storedKeys(entry.keys, keying),
  });
  return {
    ...source,
    readHolders: async (ids) =>
      new Map(
        [...(await source.readHolders(ids))].map(([id, holder]) => [
          id,
          holder.kind === "user" ? { ...holder, keys: storedKeys(keysOf(holder), keying) } : holder,
        ]),
      ),
    readKeys: async (ids) => new Map([...(await source.readHolders(ids))].map(([id, holder]) => [id, keysOf(holder)])),
    readPage: async (listing, token) => {
      const page = await source.readPage(listing, token);
      return page.people ? { ...page, people: page.people.map(withKeys) } : page;
    },
    ...(people
      ? {
          people: {
            ...people,
            findPeople: async (asked: Parameters<typeof people.findPeople>[0]) =>
              (await people.findPeople(asked)).map(withKeys),
          },
        }
      : {}),
  };
}

/** An e-mail is a key of whoever has one. A group has none: who holds through it are its members. */
function keysOf({ kind, email, keys }: Holder): PersonKeys {
  if (kind !== "user") return {};
  return { ...keys, ...(email === null ? {} : { email }) };
}

function withoutName(holder: Holder): Holder {
  return {
    ...holder,
    name: null,
    email: null,
    ...(holder.members ? { members: holder.members.map((each) => ({ ...each, name: null, email: null })) } : {}),
  };
}

/** The source with null for every holder's name and e-mail, so that nothing behind the source can store or show them. */
export function namelessSource<Source extends Reader>(source: Source): Source {
  return {
    ...source,
    readHolders: async (ids) =>
      new Map([...(await source.readHolders(ids))].map(([id, holder]) => [id, withoutName(holder)])),
  };
}
