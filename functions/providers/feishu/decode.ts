import type * as z from "zod/mini";
import { UnexpectedReplyError } from "../../http/errors.ts";

/** Reads `data` as the schema says; the error names the field that is otherwise, never its value. */
export const decodeAs =
  <Schema extends z.ZodMiniType>(call: string, schema: Schema) =>
  (data: unknown, status: number): z.infer<Schema> => {
    const result = schema.safeParse(data);
    if (result.success) return result.data;
    const path = result.error.issues[0]?.path.join(".") || "data";
    throw new UnexpectedReplyError(call, status, `${path} is not as documented`);
  };
