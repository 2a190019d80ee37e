import type { Clock, Source } from "../review/ports.ts";
import { documentedLimits } from "./feishu-corehr/limits.ts";
import { openCoreHr } from "./feishu-corehr/source.ts";

/** What every provider is opened with. */
export type OpenOptions = {
  baseUrl: string;
  /** The origin's host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: { appId: string; appSecret: string };
  /** Null where the source is opened for reading alone. */
  writeCredentials: { appId: string; appSecret: string } | null;
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
  secretKeys: readonly string[];
  open(options: OpenOptions): Promise<Source>;
};

/** Every provider there is. */
export const providers: readonly Provider[] = [
  {
    id: "feishu-corehr",
    limitNames: Object.keys(documentedLimits),
    secretKeys: ["appId", "appSecret"],
    open: openCoreHr,
  },
];
