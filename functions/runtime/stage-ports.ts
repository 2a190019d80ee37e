import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { type Config, policyOf, type SourceConfig } from "../config/config.ts";
import type { Messenger } from "../review/people/message.ts";
import type { NamedReviewer } from "../review/people/routing.ts";
import type { Clock, Progress, Reader, Remover, Signer, Store } from "../review/ports.ts";
import type { Caller } from "../review/proof/act.ts";
import type { Invocation, Stage } from "../review/stage.ts";

/** What a stage is opened with, beside the configuration. */
export type StagePortOptions = {
  sourceId: string;
  review: string;
  /** Of a sweep: the only holders to look at. */
  holders?: readonly string[];
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

/** The ways to open a source: for reading, or for reading and writing. `goOn` as in `Stage`. */
export type SourceOpeners = {
  openReader(source: SourceConfig, goOn?: () => Promise<void>): Promise<Reader>;
  openRemover(source: SourceConfig, goOn?: () => Promise<void>): Promise<Remover>;
};

/** The ports of one stage over one source. The openers of the source are handed in, so that a stage without a provider loads none. */
export function stagePorts(config: Config, options: StagePortOptions, openers: SourceOpeners) {
  const source = sourceOf(config, options.sourceId);
  const { authority = null } = config;
  return {
    sourceId: source.id,
    review: options.review,
    provider: source.provider,
    mode: config.mode,
    language: config.language,
    policy: policyOf(config, source, options.review),
    ...(options.holders ? { holders: options.holders } : {}),
    // A configuration deployed by an earlier version has no such key.
    reviewers: source.reviewers ?? null,
    authority: authority && {
      ...authority,
      openReader: (goOn?: () => Promise<void>) => openers.openReader(sourceOf(config, authority.source), goOn),
    },
    approvers: config.desk?.approvers ?? [],
    signInTenant: signInTenantOf(config, source),
    deskPeople: deskPeopleIn(config, source.id),
    toolVersion: toolVersion(options.env),
    deleteAfterDays: config.aws.deleteAfterDays ?? null,
    store: options.store,
    clock: options.clock,
    progress: options.progress,
    invocation: options.invocation ?? thisInvocation(),
    sealReview: options.sealReview ?? null,
    // A configuration deployed by an earlier version names no keys.
    trustedKeys: (config as Partial<Config>).verify?.keys ?? [],
    signer: options.signer ?? null,
    messenger: options.messenger ?? null,
    hasTables: options.hasTables ?? false,
    shouldStop: options.shouldStop,
    openReader: (goOn?: () => Promise<void>) => openers.openReader(source, goOn),
    openRemover: (goOn?: () => Promise<void>) => openers.openRemover(source, goOn),
  };
}

/** The tenant of the desk's sign-in, where its accounts may be people of the source: both are at one host. */
function signInTenantOf({ desk }: Config, { baseUrl }: SourceConfig): string | null {
  const signIn = desk?.signIn;
  return signIn?.provider === "feishu" && signIn.baseUrl === baseUrl ? signIn.tenant : null;
}

/** Who people at the desk are in a source, where the configuration says so, and at which key. */
function deskPeopleIn({ desk }: Config, sourceId: string): NamedReviewer[] {
  return (desk?.people ?? []).flatMap(({ source, id }, index) =>
    source === sourceId ? [{ id, at: `desk.people[${index}].id` }] : [],
  );
}

/** The configured source with this id. Throws an error that names the configured sources. */
export function sourceOf(config: Config, id: string): SourceConfig {
  const source = config.sources.find((each) => each.id === id);
  if (source) return source;
  throw new Error(
    `Cannot find source ${id}: the configuration has ${config.sources.map((each) => each.id).join(", ")}`,
  );
}

/** The invocation of this process on this machine. */
export function thisInvocation(id: string = randomUUID()): Invocation {
  return {
    id,
    host: hostname(),
    pid: process.pid,
    isGone: (other) => other.host === hostname() && other.pid !== process.pid && !isAlive(other.pid),
    caller: thisUser(),
  };
}

/** The user of this process and its machine, as the operating system names them. */
export function thisUser(): Caller {
  return { via: "command-line", user: nameOfUser(), host: hostname() };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`; // a container's user that has no name
  }
}

/** The invocation of a Lambda. Machines of different Lambdas may share one host name, so none is ever certainly gone. */
export function lambdaInvocation(id: string): Invocation {
  return { ...thisInvocation(id), isGone: () => false, caller: { via: "lambda", requestId: id } };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is there, but belongs to another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** The version of package.json, and the commit if the deployment or the checkout tells it: `0.1.0+1a2b3c4`. */
/** This tool's version, and the commit it was built from where that is known: `0.1.0+0a1b2c3`. */
export function toolVersion(env: NodeJS.ProcessEnv): string {
  const version = env.TOOL_VERSION ?? versionOfPackage();
  const commit = env.TOOL_COMMIT ?? commitOfCheckout();
  return commit ? `${version}+${commit.slice(0, 7)}` : version;
}

function projectFile(path: string): string | null {
  try {
    return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  } catch {
    return null; // a bundle has no checkout around it
  }
}

function versionOfPackage(): string {
  const text = projectFile("package.json");
  return text ? (JSON.parse(text) as { version: string }).version : "unknown";
}

function commitOfCheckout(): string | null {
  const head = projectFile(".git/HEAD")?.trim();
  if (!head) return null;
  return head.startsWith("ref: ") ? (projectFile(`.git/${head.slice(5)}`)?.trim() ?? null) : head;
}
