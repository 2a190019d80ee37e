import { describe, expect, it } from "vitest";
import { idOfGrant } from "../../../functions/report/browser/grant-id.ts";
import { createListPacker } from "../../../functions/report/page/list-packer.ts";
import { notableRows, unpackRows } from "../../../functions/report/rows/packed-rows.ts";
import { grantId } from "../../../functions/review/grants/grant-comparison.ts";
import { flaggedRow, silentRow } from "../invented-review.ts";

/** A row as it comes out of the store: it shares no object with another row. */
const read = <T>(row: T): T => structuredClone(row);

const row = flaggedRow(1);

describe("createListPacker()", () => {
  it("holds once what rows share, and gives every row again as often as it is asked for", () => {
    const packer = createListPacker();
    packer.add(read(row));
    packer.add(read(row));
    const list = packer.packed();
    const rows = [...notableRows(list)];
    expect(rows).toMatchObject(
      [row, row].map(({ grant: { holder, role, scopes }, findings }) => ({
        grant: { holder, role, scopes },
        findings: findings.map(({ rule, reason }) => ({ rule, reason })),
      })),
    );
    expect([...notableRows(list)]).toEqual(rows);
    const { holders, roles, scopes, findings } = list.notable;
    expect([holders, roles, scopes, findings].map(({ length }) => length)).toEqual([1, 1, 1, 1]);
  });

  it("keeps what each row says of a holder, where that was read at two times", () => {
    const packer = createListPacker();
    packer.add(read(row));
    const { grant } = row;
    packer.add(read({ ...row, grant: { ...grant, holder: { ...grant.holder, status: "leaving" as const } } }));
    const statuses = Iterator.from(notableRows(packer.packed())).map((each) => each.grant.holder.status);
    expect(statuses.toArray()).toEqual(["left", "leaving"]);
  });

  it("says of rows that something is said of how many peers have the role, and of no other rows", () => {
    const packer = createListPacker();
    for (const each of [row, silentRow(1)]) packer.add(read(each));
    const { notable, others } = packer.packed(({ role }) => ({
      by: "department" as const,
      count: 240,
      have: role.id.length,
    }));
    expect([...notableRows({ notable, others })].map(({ peers }) => peers)).toEqual([
      { by: "department", count: 240, have: row.grant.role.id.length },
    ]);
    expect(unpackRows(others, idOfGrant("people")).map(({ peers }) => peers)).toEqual([null]);
    expect([...notableRows(packer.packed(() => null))].map(({ peers }) => peers)).toEqual([null]);
  });

  it("leaves out ids that a browser can make itself, but for the rows that the list opens with", () => {
    const packer = createListPacker();
    const own = (at: number, source: string) => {
      const { grant, ...rest } = silentRow(at);
      return { ...rest, grant: { ...grant, source, id: grantId(source, grant.holder.id, grant.role.id) } };
    };
    const rows = [own(1, "人员-people"), own(2, "人员-people"), own(3, "人员-people")];
    for (const each of rows) packer.add(read(each));
    packer.add(read(row));
    const { notable, others } = packer.packed();
    expect(others.ids).toBe(null);
    expect(notable.ids).toBe(row.grant.id);
    const ids = rows.map(({ grant }) => grant.id);
    expect(unpackRows(others, idOfGrant("人员-people")).map(({ grant }) => grant.id)).toEqual(ids);
  });

  it("brings every id where one is not what its holder and role make it", () => {
    const packer = createListPacker();
    packer.add(read(silentRow(1)));
    expect(packer.packed().others.ids).toBe(silentRow(1).grant.id);
  });

  it("lists the first hundred members of a group, and how many there are", () => {
    const members = Array.from({ length: 101 }, (_, figure) => ({
      id: `m${figure}`,
      status: "active" as const,
      name: null,
      email: null,
    }));
    const { grant } = silentRow(1);
    const ofGroup = {
      ...silentRow(1),
      grant: { ...grant, holder: { ...grant.holder, kind: "group" as const, members } },
    };
    const packer = createListPacker();
    packer.add(read(ofGroup));
    expect(packer.packed().others.holders[0]?.members).toMatchObject({ count: 101, first: { length: 100 } });
  });
});
