import type { Config } from "../config/config.ts";
import { thisInvocation } from "./invocation.ts";
import { type Endpoint, openReader, openRemover } from "./open-source.ts";
import { type StagePortOptions, stagePorts } from "./stage-ports.ts";

/** What a stage is opened with, beside the configuration. */
export type StageOptions = Omit<StagePortOptions, "invocation"> & {
  invocationId?: string;
  endpoint?: Endpoint | undefined;
};

/** The ports of one stage over one source, composed from configuration and environment. */
export const openStage = (config: Config, { invocationId, endpoint, ...options }: StageOptions) => {
  const { clock, env } = options;
  const { language, people } = config;
  const invocation = thisInvocation(invocationId);
  const ports = { clock, env, endpoint, language, people };
  return stagePorts(
    config,
    { ...options, invocation },
    {
      openReader: (source) => openReader(source, ports),
      openRemover: (source) => openRemover(source, ports),
    },
  );
};
