import type { Clock, Source } from "../review/ports.ts";
import { documentedLimits } from "./feishu-corehr/limits.ts";
import { type CoreHrOptions, openCoreHr } from "./feishu-corehr/source.ts";
import { documentedLimits as functionalRoleLimits } from "./feishu-functional-role/limits.ts";
import { type FunctionalRoleOptions, openFunctionalRoles } from "./feishu-functional-role/source.ts";
import { actions } from "./tencent-identity-center/limits.ts";
import { type IdentityCenterOptions, openIdentityCenter } from "./tencent-identity-center/source.ts";

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
  /** Ends every wait and call, for a deadline. */
  signal?: AbortSignal;
};

/** A kind of source: which calls' limits the configuration may set, and what its secrets are made of. */
export type Provider = {
  id: string;
  limitNames: readonly string[];
  secretKeys: readonly string[] | { required: readonly string[]; optional: readonly string[] };
  open(options: OpenOptions): Promise<Source>;
};

/** A provider whose credentials and settings are what the configuration has checked them to be. */
const provider = <Secrets, Settings>(
  typed: Omit<Provider, "open"> & { open(options: OpenOptions<Secrets, Settings>): Promise<Source> },
): Provider => ({ ...typed, open: (options) => typed.open(options as OpenOptions<Secrets, Settings>) });

/** Every provider there is. */
export const providers: readonly Provider[] = [
  provider<CoreHrOptions["credentials"], object>({
    id: "feishu-corehr",
    limitNames: Object.keys(documentedLimits),
    secretKeys: ["appId", "appSecret"],
    open: openCoreHr,
  }),
  provider<FunctionalRoleOptions["credentials"], FunctionalRoleOptions["settings"]>({
    id: "feishu-functional-role",
    limitNames: Object.keys(functionalRoleLimits),
    secretKeys: ["appId", "appSecret"],
    open: openFunctionalRoles,
  }),
  provider<IdentityCenterOptions["credentials"], IdentityCenterOptions["settings"]>({
    id: "tencent-identity-center",
    limitNames: actions,
    secretKeys: { required: ["secretId", "secretKey"], optional: ["token"] },
    open: openIdentityCenter,
  }),
];
