import { afterEach, describe, expect, it } from "vitest";
import { IncompleteListingError } from "../../../functions/http/errors.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import type { SandboxOptions } from "../../../functions/sandbox/sandbox.ts";
import { fewestCalls, sumOf } from "../../bench/fewest.ts";
import { closeAll, heldIn, listAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

/** Calls that list, and those of them that somebody makes who knows everything beforehand. */
async function countListingCalls(size: SandboxOptions, quirks: Partial<Quirks> = {}) {
  const { sandbox, source } = await openCompany(quirks, size);
  const { way, keys } = await listAll(source);
  const made = source.takeReads().filter(({ call }) => listingCalls.includes(call)).length;
  const fewest = fewestCalls(sandbox.company, sandbox.quirks);
  const least = sumOf(Object.fromEntries(listingCalls.map((call) => [call, fewest[call] ?? 0])));
  const unsearchable = new Set(sandbox.company.employees.filter((one) => one.isUnreadable).map(({ id }) => id));
  return { way, ratio: made / least, unsearchable, missed: heldIn(sandbox).filter((key) => !keys.includes(key)) };
}

const listingCalls = ["queryAuthorizations", "searchEmployees", "listSecurityGroups"];

describe("planListings()", () => {
  // A tenth of the tenant of `npm run bench -- calls`, and a third: the same in everything but size.
  const longTail = { holders: 1_232, roles: 723, grants: 2_967, longTail: true };
  const largerTail = { holders: 4_107, roles: 2_409, grants: 9_890, longTail: true };

  it("takes at most 1.1 of the fewest calls on a long tail whose people all hold something", async () => {
    const { way, ratio, missed } = await countListingCalls({ people: 4_570, ...largerTail });
    expect({ way, missed }).toEqual({ way: "unfiltered", missed: [] });
    expect(ratio).toBeLessThan(1.1);
  });

  it("asks by employees where half of the people do, and misses nobody but those whom no search shows", async () => {
    const { way, missed, unsearchable } = await countListingCalls({ people: 2_700, ...longTail });
    expect(way).toBe("by-employees");
    expect(missed.filter((key) => !unsearchable.has(key.split(":")[0] ?? ""))).toEqual([]);
  });

  it("lists a long tail by roles where few of the people hold something", async () => {
    const { way, missed } = await countListingCalls({ people: 12_000, ...longTail });
    expect({ way, missed }).toEqual({ way: "by-roles", missed: [] });
  });

  it("does not leave to a search what the search hides", async () => {
    const { sandbox, source } = await openCompany({ roleFilterNarrows: false }, { people: 3_000, holders: 150 });
    sandbox.quirks.outsideDataRange = [sandbox.grants()[0]!.holderId];
    expect((await listAll(source)).way).toBe("unfiltered");
  });

  it.each([
    ["of some roles", 1],
    ["of some people", 2],
  ])("fails where grants %s have no last page, though nothing but the measurement listed them", async (_of, at) => {
    const { source } = await openCompany(
      {
        roleFilterNarrows: false,
        employeeFilterSkipsNonHolders: false,
        contradictoryPage: { call: "authorizationsQuery", at, as: "endless" },
      },
      { people: 600 },
    );
    await expect(source.planListings(await source.readRoles())).rejects.toThrow(IncompleteListingError);
  });
});
