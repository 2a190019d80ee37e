import { DataRangeError } from "./envelope.ts";

/**
 * What `read` gives for these ids, less the ids that the app may not see. One such id has the whole batch refused. Where
 * the refusal names ids of the batch, the batch is read again without them; otherwise the batch is halved until the
 * refused ids are alone. `hiddenIdsIn` gives the ids that a refusal names, and null for an error that is thrown on.
 */
export async function readVisible<Found>(
  ids: string[],
  read: (ids: string[]) => Promise<Found[]>,
  hiddenIdsIn: (error: unknown) => readonly string[] | null = idsOutsideDataRange,
): Promise<Found[]> {
  if (ids.length === 0) return [];
  try {
    return await read(ids);
  } catch (error) {
    const hiddenIds = hiddenIdsIn(error);
    if (hiddenIds === null) throw error;
    const parts = withoutHidden(ids, hiddenIds);
    return (await Promise.all(parts.map((part) => readVisible(part, read, hiddenIdsIn)))).flat();
  }
}

function idsOutsideDataRange(error: unknown): readonly string[] | null {
  return error instanceof DataRangeError ? error.ids : null;
}

/** Whether a batch was refused for ids that the app may not see. */
export function isDataRangeRefused(error: unknown): boolean {
  return error instanceof DataRangeError;
}

function withoutHidden(ids: string[], hiddenIds: readonly string[]): string[][] {
  const hidden = new Set(hiddenIds);
  const visible = ids.filter((id) => !hidden.has(id));
  if (visible.length < ids.length) return [visible];
  const half = ids.length >> 1;
  return half === 0 ? [] : [ids.slice(0, half), ids.slice(half)];
}
