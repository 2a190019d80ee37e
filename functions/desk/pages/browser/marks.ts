import type { Answer, DeskRow } from "../../model.ts";

/** What a reviewer marked on one grant, not yet submitted. "": they do not know. `act`: what marked it at once with others. */
export type DeskMark = {
  decision: Answer["decision"] | "";
  seen: string;
  until: string;
  reason: string;
  to: string;
  act: string | null;
};

/** The marks of one page, and the fields that hold for all of them. `isKept`: false once the browser refuses to keep them. */
export type Marks = {
  byGrant: Map<string, DeskMark>;
  forAll: Record<string, string>;
  isKept: boolean;
};

type Kept = { marks: [string, DeskMark][]; forAll: Record<string, string> };

/** The marks that the browser kept under a name; none where it keeps nothing. */
export function readMarks(name: string): Marks {
  try {
    const { marks, forAll } = JSON.parse(localStorage.getItem(name) ?? '{"marks":[],"forAll":{}}') as Kept;
    return { byGrant: new Map(marks), forAll, isKept: true };
  } catch {
    return { byGrant: new Map(), forAll: {}, isKept: true };
  }
}

/** Keeps the marks: until they are submitted, whatever becomes of the page. */
export function keepMarks(name: string, marks: Marks): void {
  const kept: Kept = { marks: [...marks.byGrant], forAll: marks.forAll };
  try {
    localStorage.setItem(name, JSON.stringify(kept));
    marks.isKept = true;
  } catch {
    marks.isKept = false;
  }
}

/** Drops marks of grants that are shown otherwise by now, or are not in the page: how many. */
export function dropStale({ byGrant }: Marks, rows: readonly Pick<DeskRow, "grantId" | "seen">[]): string[] {
  const seenById = new Map(rows.map(({ grantId, seen }) => [grantId, seen]));
  const stale = [...byGrant].filter(([id, { seen }]) => seenById.get(id) !== seen).map(([id]) => id);
  for (const id of stale) byGrant.delete(id);
  return stale;
}

/** The marks that decide something. */
export function decisiveMarks({ byGrant }: Marks): [string, DeskMark][] {
  return [...byGrant].filter(([, { decision }]) => decision !== "");
}
