import { describe, expect, it } from "vitest";
import { idOfGrant } from "../../functions/report/browser/grant-id.ts";
import { createListPacker } from "../../functions/report/list-packer.ts";
import { unpackRows } from "../../functions/report/packed-rows.ts";
import { grantId } from "../../functions/review/grant-identity.ts";
import { flaggedRow, silentRow } from "./invented-review.ts";

/** As a row comes out of the store: nothing in it is shared with another. */
const read = <T>(row: T): T => structuredClone(row);

const row = flaggedRow(1);

describe("createListPacker()", () => {
  it("gives a row back as it came, and holds once what it shares with others", () => {
    const packer = createListPacker();
    const first = packer.add(read(row));
    const second = packer.add(read(row));
    expect(second).toEqual(row);
    expect(second.grant.role).toBe(first.grant.role);
    expect(second.grant.scopes).toBe(first.grant.scopes);
    expect(second.grant.holder).toBe(first.grant.holder);
    expect(second.findings[0]?.reason).toBe(first.findings[0]?.reason);
  });

  it("keeps what each row says of a holder, where that was read at two times", () => {
    const packer = createListPacker();
    packer.add(read(row));
    const { grant } = row;
    const later = { ...row, grant: { ...grant, holder: { ...grant.holder, status: "left" as const } } };
    expect(packer.add(read(later))).toEqual(later);
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

  it("keeps all members of a group, of which the list shows the first", () => {
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
    expect(packer.add(read(ofGroup))).toEqual(ofGroup);
    expect(packer.packed().others.holders[0]?.members).toMatchObject({ count: 101, first: { length: 100 } });
  });
});
