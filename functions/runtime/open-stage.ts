import { proxiesOf } from "../basics/proxies.ts";
import type { Config } from "../config/config.ts";
import type { Store } from "../review/ports.ts";
import type { Caller } from "../review/proof/act.ts";
import { openDirectoryStore } from "../store/directory-store.ts";
import { withLines } from "../store/jsonl.ts";
import type { Retention } from "../store/s3-place.ts";
import { type Endpoint, openReader, openRemover } from "./open-source.ts";
import { type StagePortOptions, stagePorts, thisInvocation } from "./stage-ports.ts";

/**
 * The store that `store:` names: a directory, or `s3://bucket/prefix`, of AWS unless the environment names another endpoint.
 * `retention`: the bucket is a stack's, whose policy takes evidence with this lock alone.
 */
export async function openStore(store: string, env: NodeJS.ProcessEnv = {}, retention?: Retention): Promise<Store> {
  const address = /^s3:\/\/([^/]+)\/?(.*)$/.exec(store);
  if (!address) return withLines(openDirectoryStore(store));
  const { openS3Store } = await import("../store/s3-store.ts"); // half a megabyte that a directory does not need
  const hasCallers = !(env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL);
  const [, bucket = "", folder = ""] = address;
  const prefix = folder.replace(/\/$/, "");
  // A stack's bucket is S3's own, and takes no object that only proves something.
  const kind = retention ? { retention } : { isUnproven: true };
  return withLines(openS3Store({ bucket, prefix, ...kind, hasCallers, proxies: proxiesOf(env) }));
}

/** What a stage is opened with, beside the configuration. */
export type StageOptions = Omit<StagePortOptions, "invocation"> & {
  invocationId?: string;
  /** Left out: the user of this process. */
  caller?: Caller;
  endpoint?: Endpoint | undefined;
  /** Of the source that says who people are, where it is not this one. */
  authorityEndpoint?: Endpoint | undefined;
  /** Ends every call to the provider. */
  signal?: AbortSignal | undefined;
};

/** The ports of one stage over one source, composed from configuration and environment. */
export function openStage(config: Config, opening: StageOptions) {
  const { invocationId, caller, endpoint, authorityEndpoint, signal, ...options } = opening;
  const { clock, env, sourceId } = options;
  const { language, people, authority } = config;
  const invocation = { ...thisInvocation(invocationId), ...(caller ? { caller } : {}) };
  // "check" is no review: whoever checks wants to know now that nobody answers.
  const patience = { shouldStop: options.shouldStop, ...(options.review === "check" ? { mostMs: 0 } : {}) };
  const sweeps = config.policy.rules.some(({ sweep }) => sweep === true);
  const ports = { clock, env, language, people, match: authority?.match, patience, signal, sweeps };
  const endpointOf = ({ id }: { id: string }) => (id === sourceId ? endpoint : authorityEndpoint);
  return stagePorts(
    config,
    { ...options, invocation },
    {
      openReader: (source, goOn) => openReader(source, { ...ports, endpoint: endpointOf(source), goOn }),
      openRemover: (source, goOn) => openRemover(source, { ...ports, endpoint: endpointOf(source), goOn }),
    },
  );
}
