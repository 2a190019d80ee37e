import type { RefusalModel } from "./model.ts";

/** A request that is refused: it becomes a page, or JSON where JSON was asked for. Nothing was stored. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly model: RefusalModel;

  constructor(
    status: RefusalModel["status"],
    code: RefusalModel["code"],
    more: Partial<Pick<RefusalModel, "figures" | "faults" | "signInPath">> = {},
  ) {
    super(code);
    this.model = { status, code, figures: {}, faults: [], signInPath: null, ...more };
  }
}

/** What is wrong with one field of a request. */
export type FieldFault = RefusalModel["faults"][number];

export function fieldFault(field: string, code: string, figures: FieldFault["figures"] = {}): FieldFault {
  return { field, code, figures };
}

/** How long a reason may be, in characters: messages, pages and evidence show it whole or cut. */
const mostReasonLength = 1_000;

/** A character that somebody can see: no space, and none of those that are shown as nothing. */
const visible = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** What is wrong with a reason that somebody gives; nothing where it is fine. */
export function reasonFaults(reason: string, field = "reason"): FieldFault[] {
  if (!visible.test(reason)) return [fieldFault(field, "no-reason")];
  return reason.length > mostReasonLength ? [fieldFault(field, "long-reason", { most: mostReasonLength })] : [];
}

/** Whether a path leads to a page of this desk, and nowhere else: no other host, no scheme, no trick of a browser's parser. */
export function isOwnPath(path: string | undefined): path is string {
  if (path === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes("\\")) return false;
  const url = URL.parse(path, "https://desk.invalid");
  return url?.origin === "https://desk.invalid" && !/^\/(sign-in|signed-in|sign-out)\b/.test(url.pathname);
}

/** Where to sign in, and to come back to. */
export function signInPathTo(path: string): string {
  return isOwnPath(path) && path !== "/" ? `/sign-in?to=${encodeURIComponent(path)}` : "/sign-in";
}
