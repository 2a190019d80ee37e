import * as z from "zod/mini";

/** The fault of a value, with what to write instead; null where the value has none. */
export type FaultOf<T> = (value: T) => string | null;

/** A schema's check whose messages are the faults that `faultOf` gives. */
export function judged<T>(faultOf: FaultOf<T>): z.core.CheckFn<T> {
  return ({ value, issues }) => {
    const fault = faultOf(value);
    if (fault !== null) issues.push({ code: "custom", message: fault, input: value });
  };
}

/** Text that is not blank. */
export const words = z.string().check(judged((value) => (value.trim() === "" ? "is empty: write something" : null)));

/** Text that matches a pattern; `remedy` is the fault of text that does not. */
export function textLike(pattern: RegExp, remedy: string) {
  return z.string().check(judged((value) => (pattern.test(value) ? null : remedy)));
}
