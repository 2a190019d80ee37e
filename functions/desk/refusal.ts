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
