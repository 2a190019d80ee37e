import type { Config } from "../functions/config/config.ts";

/**
 * Whether a stack is laid out for any number of sources: from here on each review is an execution of its own (a Map inside
 * one runs 40 at once), and no alarm is of one source (CloudFormation takes 500 resources).
 */
export function hasManySources({ sources }: Config): boolean {
  return sources.length > 40;
}
