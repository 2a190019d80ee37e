import { CloudRefusal } from "./cloud-refusal.ts";
import type { CloudCall, CloudWorld } from "./cloud-world.ts";

const defaultSize = 10;
const largestSize = 100;

const tokenOf = (offset: number): string => Buffer.from(`offset:${offset}`).toString("base64");

function offsetOf(world: CloudWorld, token: string): number {
  if (token === "") return 0;
  if (world.quirks.expiredToken) world.tokensSeen += 1;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, "base64").toString())?.[1];
  const isExpired = world.quirks.expiredToken && world.tokensSeen === 3;
  if (isExpired) world.quirks.expiredToken = false;
  if (offset === undefined || isExpired) {
    throw new CloudRefusal("InvalidParameter.NextTokenInvalid", "The NextToken is invalid.");
  }
  return Number(offset);
}

/** A page of `items` under `name`; `total` counts what matches, were it otherwise than what is shown. */
export function pageOf<Item>(
  world: CloudWorld,
  { parameters }: CloudCall,
  listed: { name: string; items: Item[]; total?: number },
): Record<string, unknown> {
  const { quirks } = world;
  const { MaxResults: size = defaultSize, NextToken = "" } = parameters;
  if (typeof size !== "number" || size < 1 || size > largestSize) {
    throw new CloudRefusal("InvalidParameterValue", "MaxResults is out of range.");
  }
  const from = offsetOf(world, String(NextToken));
  const to = from + size;
  const isTruncated = to < listed.items.length;
  const token = quirks.repeatedToken && from > 0 ? String(NextToken) : tokenOf(to);
  return {
    TotalCounts: listed.total ?? listed.items.length,
    MaxResults: size,
    ...(quirks.missingIsTruncated ? {} : { IsTruncated: isTruncated }),
    ...(isTruncated && !quirks.truncatedWithoutToken ? { NextToken: token } : {}),
    [listed.name]: listed.items.slice(from, to),
  };
}
