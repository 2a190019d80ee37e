import type { Config } from "../functions/config/config.ts";

/**
 * Whether the stack uses the layout for many sources. Each review is then an execution of its own, because a Map state
 * runs at most 40 at once. Alarms are over all sources, because CloudFormation takes at most 500 resources.
 */
export function hasManySources({ sources }: Config): boolean {
  return sources.length > 40;
}
