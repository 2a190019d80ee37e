import type { FeishuCall } from "../feishu/call.ts";
import { DataRangeError } from "../feishu/errors.ts";
import { batchGetEmployees } from "./calls.ts";
import type { EmployeeReply } from "./replies.ts";

type Question = { by: "employment_ids" | "person_ids"; ids: string[]; fields: readonly string[] };

/** At most 100 employees; those outside the app's data range are left out. */
export const readEmployees = (call: FeishuCall, { by, ids, fields }: Question): Promise<EmployeeReply[]> =>
  readInRange(ids, async (some) => (await call(batchGetEmployees(by, some, fields))).data.items ?? []);

/**
 * What `read` gives of these ids, but for those outside the app's data range. One of them has the whole batch refused, and
 * the refusal names them; where it names none of ours the batch is halved until it is known who they are.
 */
export async function readInRange<Found>(ids: string[], read: (ids: string[]) => Promise<Found[]>): Promise<Found[]> {
  if (ids.length === 0) return [];
  try {
    return await read(ids);
  } catch (error) {
    if (!(error instanceof DataRangeError)) throw error;
    const parts = withoutHidden(ids, error.ids);
    return (await Promise.all(parts.map((part) => readInRange(part, read)))).flat();
  }
}

function withoutHidden(ids: string[], hiddenIds: string[]): string[][] {
  const hidden = new Set(hiddenIds);
  const visible = ids.filter((id) => !hidden.has(id));
  if (visible.length < ids.length) return [visible];
  const half = ids.length >> 1;
  return half === 0 ? [] : [ids.slice(0, half), ids.slice(half)];
}
