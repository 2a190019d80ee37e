import { describe, expect, it } from "vitest";
import { ownership } from "../../functions/report/rows/own-grant.ts";
import type { ListedHolder } from "../../functions/report/rows/packed-rows.ts";

const person: ListedHolder = {
  ...{ id: "h1", kind: "user", status: "active", name: "林晓", email: "lin@example.com" },
  ...{ departmentId: null, managerId: null, lastDay: null, employedAgain: false },
};
const member = { id: "u7", status: "active", name: "Chen Yu", email: "chen@example.com" } as const;
const group: ListedHolder = {
  ...person,
  ...{ id: "g1", kind: "group", name: "Operators", email: null, members: { count: 1, first: [member] } },
};

describe("ownership()", () => {
  it.each(["h1", "LIN@example.com", " lin@example.com "])("knows the holder by %j", (reviewer) => {
    expect(ownership(person, reviewer)).toBe("own");
  });

  it.each(["u7", "Chen@Example.com"])("knows a member of the group that holds it by %j", (reviewer) => {
    expect(ownership(group, reviewer)).toBe("own");
  });

  it.each([
    [person, "林晓"],
    [group, "chen yu"],
  ])("doubts where only a name was given that two people may share", (holder, reviewer) => {
    expect(ownership(holder, reviewer)).toBe("same-name");
  });

  it.each(["", "  ", "li@example.com"])("leaves everybody else alone: %j", (reviewer) => {
    expect(ownership(person, reviewer)).toBeNull();
    expect(ownership({ ...person, email: null, name: null }, reviewer)).toBeNull();
  });
});
