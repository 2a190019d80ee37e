import type * as z from "zod/mini";
import type { Proxies } from "../basics/proxies.ts";
import type { PersonKey, Signal } from "../review/grants/grant.ts";
import type { ReviewerKind } from "../review/people/routing.ts";
import type { Clock, Remover } from "../review/ports.ts";
import type { Fields, SettingFault, SettingPath } from "./setting-faults.ts";

/** What every provider is opened with. `Secrets` are its credentials, `Settings` the settings that it alone has. */
export type OpenOptions<Secrets = Record<string, string>, Settings = object> = {
  baseUrl: string;
  /** The source's id, as errors name it. */
  source?: string;
  /** What evidence calls the origin's host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: Secrets;
  /** The credentials that may remove and give; null where the source is opened for reading alone. */
  writeCredentials: Secrets | null;
  /** The source's part of the configuration, with defaults. */
  settings: Settings;
  /** Divides the window of every limit. */
  pace: number;
  /** Limits of single calls that differ from the documented limits, by the call's name. */
  limits: Record<string, { calls: number; perMs: number }>;
  clock: Clock;
  random?: () => number;
  language: "zh" | "en";
  /** The order of reviewers in the source's configuration; absent where the configuration has none. */
  reviewers?: readonly ReviewerKind[];
  /** What is read of holders beside what they hold; absent: nothing. */
  signals?: readonly Signal[];
  /** The keys with which holders and people come, as they are matched to people of another system; absent where no source says who people are. */
  match?: readonly PersonKey[];
  /**
   * How long an outage is waited out: at most `mostMs`, and not once `shouldStop` says so. `goOn` is awaited before each
   * sending and while a call waits to be tried again; what it throws ends the call.
   */
  patience?: { mostMs?: number; shouldStop?: () => boolean; goOn?: () => Promise<void> };
  /** Whether the configuration sweeps, so that a check asks for what a sweep needs as well. */
  sweeps?: boolean;
  /** The proxies of the environment; left out: none. */
  proxies?: Proxies;
  /** Ends every wait and call, for a deadline. */
  signal?: AbortSignal;
};

/** The keys of a secret's JSON: all required, or some required and some optional. */
export type SecretKeys = readonly string[] | { required: readonly string[]; optional: readonly string[] };

/** Settings by name. The excluded names are settings of every source. */
export type SettingsShape = Readonly<Record<string, z.ZodMiniType>> & {
  readonly [name in
    | "id"
    | "provider"
    | "baseUrl"
    | "credentials"
    | "pace"
    | "limits"
    | "guard"
    | "reviewers"
    | "signals"]?: never;
};

/** A kind of source: everything that the configuration and the runtime know of it. */
export type Provider = {
  /** The name of the provider's folder, and the value of `provider:` in the configuration. */
  id: string;
  /** The calls whose limits the configuration may set. */
  limitNames: readonly string[];
  secretKeys: SecretKeys;
  /** The only hosts that requests may go to, besides loopback; null where each tenant has a host of its own. */
  hosts: readonly string[] | null;
  /** The settings that sources of this provider alone have, with defaults. */
  settings: SettingsShape;
  /** By which id the source knows people, where they are accounts of a Feishu tenant; absent where they are none. */
  personIdType?: "people_corehr_id" | "user_id";
  /** The keys that the provider tells of everybody who works here or has left; absent where it does not list them. */
  people?: readonly PersonKey[];
  /** What its sources can read of holders beside what they hold; absent: nothing. */
  signals?: readonly Signal[];
  /** Whether its sources can take some scopes of a grant and leave the others; left out: grants are taken whole. */
  canNarrow?: true;
  /** The kinds of reviewers that this provider can name, in their usual order. */
  reviewers: readonly ReviewerKind[];
  /**
   * Faults between settings, or between settings and `policy.guard`. Both are passed as written and unchecked, so that one
   * run names every fault. `keyOf` names a path of the source in the whole file.
   */
  contradictions?(source: Fields, around: { guard: Fields; keyOf(path: SettingPath): string }): SettingFault[];
  open(options: OpenOptions): Promise<Remover>;
};

/** The values of a secret with these keys. */
export type SecretsOf<Keys extends SecretKeys> = Keys extends readonly (infer Key extends string)[]
  ? Record<Key, string>
  : Keys extends { required: readonly (infer Key extends string)[]; optional: readonly (infer May extends string)[] }
    ? Record<Key, string> & Partial<Record<May, string>>
    : never;

/** The checked values of settings with this shape. */
export type SettingsOf<Shape extends SettingsShape> = z.output<z.ZodMiniObject<Shape, z.core.$strict>>;

/** A provider whose `open` takes the types of its own secret keys and settings. */
export type TypedProvider<Keys extends SecretKeys, Shape extends SettingsShape> = Omit<Provider, "open"> & {
  secretKeys: Keys;
  settings: Shape;
  open: (options: OpenOptions<SecretsOf<Keys>, SettingsOf<Shape>>) => Promise<Remover>;
};

/** Makes a provider for the list of all. The configuration and the secrets are checked before `open` is called. */
export function defineProvider<const Keys extends SecretKeys, Shape extends SettingsShape>(
  provider: TypedProvider<Keys, Shape>,
): Provider {
  type Options = Parameters<typeof provider.open>[0];
  return { ...provider, open: (options) => provider.open(options as Options) };
}
