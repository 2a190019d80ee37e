import * as z from "zod";
import { type FaultOf, judged } from "../providers/settings.ts";

/** Text that a function finds no fault with. */
export function text(faultOf: FaultOf<string>) {
  return z.string().check(judged(faultOf));
}

/** A share from 0 to 1. */
export const share = z
  .number()
  .check(
    judged((value: number) => (value >= 0 && value <= 1 ? null : "must be a share from 0 to 1: write 5 % as 0.05")),
  );

/** A whole number from a least one on; `unit` names what it counts. */
export function whole(least: number, unit: string) {
  const remedy = `must be a whole number of ${unit}, at least ${least}`;
  return z.number().check(judged((value: number) => (Number.isSafeInteger(value) && value >= least ? null : remedy)));
}

/** A number above nought. */
export const positive = z
  .number()
  .check(judged((value: number) => (value > 0 ? null : "must be above 0: at 1 the documented limits hold")));
