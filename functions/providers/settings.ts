import * as z from "zod/mini";

/** What is wrong with a value and what to write instead, or null. */
export type Verdict<T> = (value: T) => string | null;

/** A schema's check by a verdict, whose words the configuration's faults show as they are. */
export const judged =
  <T>(verdict: Verdict<T>): z.core.CheckFn<T> =>
  ({ value, issues }) => {
    const fault = verdict(value);
    if (fault !== null) issues.push({ code: "custom", message: fault, input: value });
  };

/** Text that says something. */
export const words = z.string().check(judged((value) => (value.trim() === "" ? "is empty: write something" : null)));

/** Text of one form; `remedy` says which. */
export const textLike = (pattern: RegExp, remedy: string) =>
  z.string().check(judged((value) => (pattern.test(value) ? null : remedy)));
