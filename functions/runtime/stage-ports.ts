import { type Config, policyOf, type SourceConfig } from "../config/config.ts";
import type { Messenger } from "../review/people/message.ts";
import type { Clock, Progress, Signer, Source, Store } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";
import { type Invocation, thisInvocation } from "./invocation.ts";
import { toolVersion } from "./tool-version.ts";

/** What a stage is opened with, beside the configuration. */
export type StagePortOptions = {
  sourceId: string;
  review: string;
  store: Store;
  clock: Clock;
  env: NodeJS.ProcessEnv;
  progress: Progress;
  shouldStop: () => boolean;
  invocation?: Invocation;
  sealReview?: Stage["sealReview"];
  signer?: Signer | null;
  messenger?: Messenger | null;
  hasTables?: boolean;
};

/** Opens the provider of a source for reading, or for writing too. */
export type SourceOpener = (source: SourceConfig, access: "read" | "write") => Promise<Source>;

/** The ports of one stage over one source. How its provider is opened is handed in, so that a stage without one loads none. */
export const stagePorts = (config: Config, options: StagePortOptions, openSource: SourceOpener) => {
  const source = sourceOf(config, options.sourceId);
  return {
    sourceId: source.id,
    review: options.review,
    provider: source.provider,
    mode: config.mode,
    language: config.language,
    policy: policyOf(config, source),
    // A configuration that was deployed by an earlier version says nothing of it.
    reviewers: source.reviewers ?? null,
    toolVersion: toolVersion(options.env),
    store: options.store,
    clock: options.clock,
    progress: options.progress,
    invocation: options.invocation ?? thisInvocation(),
    sealReview: options.sealReview ?? null,
    signer: options.signer ?? null,
    messenger: options.messenger ?? null,
    hasTables: options.hasTables ?? false,
    shouldStop: options.shouldStop,
    openSource: (access: "read" | "write") => openSource(source, access),
  };
};

/** The configured source of this id. Throws naming those that there are. */
export const sourceOf = (config: Config, id: string): SourceConfig => {
  const source = config.sources.find((each) => each.id === id);
  if (source) return source;
  throw new Error(
    `Cannot find source ${id}: the configuration has ${config.sources.map((each) => each.id).join(", ")}`,
  );
};
