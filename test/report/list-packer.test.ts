import { describe, expect, it } from "vitest";
import { createListPacker } from "../../functions/report/list-packer.ts";
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
