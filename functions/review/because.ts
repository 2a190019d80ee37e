/**
 * Why something is as it is: a code, and the figures that a sentence about it needs. The sentence is made from the code, in
 * any language. A list of ids is one figure, joined by ", ". An English `detail` beside it says the same.
 */
export type Because = { code: string; figures?: Record<string, string | number> };
