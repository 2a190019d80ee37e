import type * as z from "zod/mini";
import type { ReviewerKind } from "../review/people/routing.ts";
import type { Clock, Remover } from "../review/ports.ts";
import type { Fields, SettingFault, SettingPath } from "./setting-faults.ts";

/** What every provider is opened with. `Secrets` are its credentials, `Settings` what the configuration says of it alone. */
export type OpenOptions<Secrets = Record<string, string>, Settings = object> = {
  baseUrl: string;
  /** The origin's host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: Secrets;
  /** Null where the source is opened for reading alone. */
  writeCredentials: Secrets | null;
  /** The source as the configuration has it, defaults filled in. */
  settings: Settings;
  /** Divides the window of every limit. */
  pace: number;
  /** Limits of single calls that differ from the documented ones. */
  limits: Record<string, { calls: number; perMs: number }>;
  clock: Clock;
  random?: () => number;
  language: "zh" | "en";
  /** The order of reviewers that the configuration has for this source; left out where it has none. */
  reviewers?: readonly ReviewerKind[];
  /** Ends every wait and call, for a deadline. */
  signal?: AbortSignal;
};

/** What the JSON of a secret is made of: keys that it must have, or those and such as it may have. */
export type SecretKeys = readonly string[] | { required: readonly string[]; optional: readonly string[] };

/** Settings by name. Every source has the names that are ruled out here, whatever its provider. */
export type SettingsShape = Readonly<Record<string, z.ZodMiniType>> & {
  readonly [name in "id" | "provider" | "baseUrl" | "credentials" | "pace" | "limits" | "guard" | "reviewers"]?: never;
};

/** A kind of source: everything that the configuration and the runtime know of it. */
export type Provider = {
  /** The name of its folder, and what `provider:` says in the configuration. */
  id: string;
  /** The calls whose limits the configuration may set. */
  limitNames: readonly string[];
  secretKeys: SecretKeys;
  /** The only hosts that its requests may go to, besides this very machine; null where tenants have their own. */
  hosts: readonly string[] | null;
  /** What the configuration says of such a source alone, with defaults. */
  settings: SettingsShape;
  /** Which reviewers this system can tell, in their usual order: role owners and a fallback are the configuration's own. */
  reviewers: readonly ReviewerKind[];
  /**
   * Faults between settings, or between them and `policy.guard`. Both are as written, so that one run tells every fault:
   * nothing in them has to have the right shape. `keyOf` names a path of the source as the whole file knows it.
   */
  contradictions?(source: Fields, around: { guard: Fields; keyOf(path: SettingPath): string }): SettingFault[];
  open(options: OpenOptions): Promise<Remover>;
};

/** The values that a secret of these keys holds. */
export type SecretsOf<Keys extends SecretKeys> = Keys extends readonly (infer Key extends string)[]
  ? Record<Key, string>
  : Keys extends { required: readonly (infer Key extends string)[]; optional: readonly (infer May extends string)[] }
    ? Record<Key, string> & Partial<Record<May, string>>
    : never;

/** The settings of this shape once the configuration has checked them. */
export type SettingsOf<Shape extends SettingsShape> = z.output<z.ZodMiniObject<Shape, z.core.$strict>>;

/** A provider as its own folder sees it: opened with the secrets and settings that it has just named. */
export type TypedProvider<Keys extends SecretKeys, Shape extends SettingsShape> = Omit<Provider, "open"> & {
  secretKeys: Keys;
  settings: Shape;
  open: (options: OpenOptions<SecretsOf<Keys>, SettingsOf<Shape>>) => Promise<Remover>;
};

/** A provider for the list of all. `open` may rely on the types: configuration and secrets are checked before it is called. */
export function defineProvider<const Keys extends SecretKeys, Shape extends SettingsShape>(
  provider: TypedProvider<Keys, Shape>,
): Provider {
  type Options = Parameters<typeof provider.open>[0];
  return { ...provider, open: (options) => provider.open(options as Options) };
}
