import { afterEach, describe, expect, it } from "vitest";
import { toIdType } from "../../../functions/sandbox/company/ids.ts";
import { closeAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

const match = ["userId", "employeeNo"] as const;

describe("people matched by their account", () => {
  it("are listed with it, but for those who left, and holders have it too", async () => {
    const { sandbox, open } = await openCompany();
    const source = await open({ match });
    await source.planListings(await source.readRoles());
    const listings = await source.people!.listPeople();
    const first = await Promise.all(listings.map((listing) => source.readPage(listing, null)));
    const people = first.flatMap(({ people: some }) => some ?? []);
    const [left, here] = [true, false].map((hasLeft) => people.filter(({ status }) => (status === "left") === hasLeft));
    expect(here!.length).toBeGreaterThan(50);
    expect(here!.map(({ keys }) => keys.userId)).toEqual(here!.map(({ id }) => toIdType(id, "user_id")));
    expect(left!.length).toBeGreaterThan(5);
    expect(left!.flatMap(({ keys }) => keys.userId ?? [])).toEqual([]);
    const [id] = sandbox
      .grants()
      .flatMap(({ holderId }) => (here!.some((each) => each.id === holderId) ? [holderId] : []));
    const holders = await source.readHolders([id!]);
    expect(holders.get(id!)?.keys?.userId).toBe(toIdType(id!, "user_id"));
  });

  it("are found by it, each with every employment", async () => {
    const { sandbox, open } = await openCompany();
    const source = await open({ match });
    const employee = sandbox.company.employees.find(({ lastDay, isUnreadable }) => lastDay === null && !isUnreadable)!;
    const userId = toIdType(employee.id, "user_id");
    const found = await source.people!.findPeople({ ids: [], keys: [{ userId }, { userId: "nobody" }] });
    expect(found.map(({ id }) => id).sort()).toEqual(
      sandbox.company.employmentsByPerson.get(employee.personId)!.toSorted(),
    );
    expect(found.find(({ id }) => id === employee.id)?.keys.userId).toBe(userId);
  });

  it("fail as a whole where the vendor does not say whose account is whose: nobody is without a key by a failed read", async () => {
    const scope = "corehr:common_data.id.convert:read";
    const { open } = await openCompany({ deniedScopes: [scope] });
    const source = await open({ match });
    await expect(source.people!.findPeople({ ids: [], keys: [{ userId: "u1" }] })).rejects.toThrow(scope);
    expect((await source.checkPermissions()).filter(({ passed }) => !passed)).toEqual([
      { call: "convertIds", passed: false, missing: scope },
    ]);
  });
});
