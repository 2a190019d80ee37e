import type { Config } from "../config/config.ts";
import type { Clock, Progress, Store } from "../review/ports.ts";
import { thisInvocation } from "./invocation.ts";
import { type Endpoint, openSource } from "./open-source.ts";
import { toolVersion } from "./tool-version.ts";

/** What a stage is opened with, beside the configuration. */
export type StageOptions = {
  sourceId: string;
  review: string;
  store: Store;
  clock: Clock;
  env: NodeJS.ProcessEnv;
  progress: Progress;
  shouldStop: () => boolean;
  invocationId?: string;
  endpoint?: Endpoint | undefined;
};

/** The ports of one stage over one source, composed from configuration and environment. */
export const openStage = (config: Config, options: StageOptions) => {
  const source = sourceOf(config, options.sourceId);
  const { clock, env, endpoint } = options;
  return {
    sourceId: source.id,
    review: options.review,
    provider: source.provider,
    mode: config.mode,
    language: config.language,
    policy: config.policy,
    toolVersion: toolVersion(env),
    store: options.store,
    clock,
    progress: options.progress,
    invocation: thisInvocation(options.invocationId),
    shouldStop: options.shouldStop,
    openSource: (access: "read" | "write") =>
      openSource(source, access, { clock, env, endpoint, language: config.language }),
  };
};

/** The configured source of this id. Throws naming those that there are. */
export const sourceOf = (config: Config, id: string): Config["sources"][number] => {
  const source = config.sources.find((each) => each.id === id);
  if (source) return source;
  throw new Error(
    `Cannot find source ${id}: the configuration has ${config.sources.map((each) => each.id).join(", ")}`,
  );
};
