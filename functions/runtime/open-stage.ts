import type { Config } from "../config/config.ts";
import { thisInvocation } from "./invocation.ts";
import { type Endpoint, openSource } from "./open-source.ts";
import { type StagePortOptions, stagePorts } from "./stage-ports.ts";

/** What a stage is opened with, beside the configuration. */
export type StageOptions = Omit<StagePortOptions, "invocation"> & {
  invocationId?: string;
  endpoint?: Endpoint | undefined;
};

/** The ports of one stage over one source, composed from configuration and environment. */
export function openStage(config: Config, { invocationId, endpoint, ...options }: StageOptions) {
  const { clock, env } = options;
  const { language, people } = config;
  const invocation = thisInvocation(invocationId);
  return stagePorts(config, { ...options, invocation }, (source, access) =>
    openSource(source, access, { clock, env, endpoint, language, people }),
  );
}
