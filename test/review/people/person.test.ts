import { describe, expect, it } from "vitest";
import type { PersonKey } from "../../../functions/review/grants/grant.ts";
import {
  mergeSamePerson,
  openPeopleIndex,
  type PersonLine,
  storedKeys,
} from "../../../functions/review/people/person.ts";

const match = ["employeeNo", "userId", "email"] as const;

const line = (id: string, more: Partial<PersonLine> = {}): PersonLine => ({
  id,
  personId: `p-${id}`,
  status: "active",
  lastDay: null,
  departmentId: "d1",
  keys: {},
  movedAt: null,
  ...more,
});

function indexOf(lines: PersonLine[], keys: readonly PersonKey[] = match) {
  const index = openPeopleIndex(keys);
  for (const each of lines) index.add(each);
  return index;
}

const holder = (keys: PersonLine["keys"]) => ({ kind: "user" as const, keys });

describe("storedKeys()", () => {
  it("makes one of what two systems write in two ways: width, case, blanks and characters that nobody sees", () => {
    const keying = { match, people: "names" as const };
    expect(storedKeys({ employeeNo: " Ａ００７\u200b", email: "Wang.Fang@Example.COM " }, keying)).toEqual({
      employeeNo: "a007",
      email: "wang.fang@example.com",
    });
    expect(storedKeys({ email: "STRASSE@x.de" }, keying)).toEqual(storedKeys({ email: "straße@x.de" }, keying));
  });

  it("has no key that is empty, and none that nobody matches by", () => {
    expect(
      storedKeys({ employeeNo: " ", userId: null, email: "a@b.c" }, { match: ["employeeNo"], people: "names" }),
    ).toEqual({});
  });

  it("keeps leading zeros: 007 and 7 are two people", () => {
    const keying = { match, people: "names" as const };
    expect(storedKeys({ employeeNo: "007" }, keying)).not.toEqual(storedKeys({ employeeNo: "7" }, keying));
  });

  it("is a hash with ids: neither e-mail nor number is stored, and one e-mail is no employee number", () => {
    const keying = { match, people: "ids" as const };
    const keys = storedKeys({ employeeNo: "a@b.c", email: "A@B.C" }, keying);
    expect(Object.values(keys)).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(keys.employeeNo).not.toBe(keys.email);
    expect(storedKeys({ email: "a@b.c" }, keying)).toEqual({ email: keys.email });
  });
});

describe("openPeopleIndex()", () => {
  const leaver = line("e1", { status: "left", lastDay: "2026-01-31", keys: { employeeNo: "001", email: "a@x" } });

  it("knows a holder by the first key that both have", () => {
    const index = indexOf([leaver]);
    expect(index.find(holder({ employeeNo: "001" }))).toMatchObject({
      known: true,
      status: "left",
      lastDay: "2026-01-31",
    });
    expect(index.find(holder({ email: "a@x" }))).toMatchObject({ known: true, entryIds: ["e1"] });
    expect(index.find(holder({ userId: "u1", email: "a@x" }))).toMatchObject({ known: true });
  });

  it("takes nobody for the person who differs in an earlier key, whatever the later ones say", () => {
    expect(indexOf([leaver]).find(holder({ employeeNo: "002", email: "a@x" }))).toEqual({
      known: false,
      why: "nobody",
    });
  });

  it("knows nobody where two people match, by one key or by two", () => {
    const reused = line("e2", { keys: { employeeNo: "001" } });
    expect(indexOf([leaver, reused]).find(holder({ employeeNo: "001" }))).toEqual({ known: false, why: "several" });
    const byEmail = line("e3", { keys: { email: "b@x" } });
    expect(indexOf([leaver, byEmail]).find(holder({ employeeNo: "001", email: "b@x" }))).toEqual({
      known: false,
      why: "several",
    });
  });

  it("says why a holder is nobody: no key, a group, an employment of nobody knows whom", () => {
    const index = indexOf([{ ...leaver, personId: null }]);
    expect(index.find(holder({}))).toEqual({ known: false, why: "no-key" });
    expect(index.find({ kind: "group", keys: { email: "a@x" } })).toEqual({ known: false, why: "not-a-person" });
    expect(index.find(holder({ email: "a@x" }))).toEqual({ known: false, why: "incomplete" });
  });

  it("takes somebody who left one employment and works in another for active, by the keys of either", () => {
    const again = line("e9", { personId: leaver.personId, departmentId: "d2", keys: { employeeNo: "900" } });
    const index = indexOf([leaver, again]);
    for (const employeeNo of ["001", "900"]) {
      expect(index.find(holder({ employeeNo }))).toMatchObject({
        known: true,
        status: "active",
        departmentId: "d2",
        departmentIds: ["d2"],
        employedAgain: true,
      });
    }
  });

  it("has left only who left every employment; one that could not be read leaves it open", () => {
    const unread = line("e8", { personId: leaver.personId, status: "unknown" });
    expect(indexOf([leaver, unread]).byId("e1")).toMatchObject({ status: "unknown" });
    const earlier = line("e7", { personId: leaver.personId, status: "left", lastDay: "2024-05-01" });
    expect(indexOf([earlier, leaver]).byId("e7")).toMatchObject({ status: "left", lastDay: "2026-01-31" });
  });
});

describe("mergeSamePerson()", () => {
  it("takes somebody for here whom one page showed as here", () => {
    const [here, left] = [line("e1"), line("e1", { status: "left" })];
    expect(mergeSamePerson(here, left)).toBe(here);
    expect(mergeSamePerson(left, here)).toBe(here);
  });
});
