import { afterEach, describe, expect, it } from "vitest";
import { ApiError, IncompleteListingError } from "../../../functions/http/errors.ts";
import type { HirePeriod } from "../../../functions/providers/feishu-corehr/calls.ts";
import { hirePeriods, partsOf } from "../../../functions/providers/feishu-corehr/listings.ts";
import { ExpiredPageTokenError, type Listing } from "../../../functions/review/ports.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { closeAll, heldIn, listAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

const everybody: Listing = { id: "unfiltered", kind: "unfiltered", parameters: {} };

describe("planListings() and readPage()", () => {
  it("show every grant and no other, by roles, without being refused once", async () => {
    const { sandbox, source } = await openCompany({}, { people: 1500 });
    const { way, keys, counts, roles } = await listAll(source);
    expect(way).toBe("by-roles");
    expect(keys).toEqual(heldIn(sandbox));
    expect(counts.leavers).toBeGreaterThan(0);
    expect(roles.length).toBeGreaterThan(0);
    expect(Object.values(sandbox.calls.byEndpoint).every(({ refusals }) => refusals === 0)).toBe(true);
  });

  it("try the ways while the role list is still being read", async () => {
    const { source } = await openCompany({}, { roles: 250 });
    const roles = source.readRoles();
    const { promise: held, resolve: release } = Promise.withResolvers<Awaited<typeof roles>>();
    const planning = source.planListings(held);
    const listed = await roles;
    const reads: string[] = [];
    const tried = (): number => {
      reads.push(...source.takeReads().map(({ call }) => call));
      return reads.filter((call) => call === "queryAuthorizations").length;
    };
    await expect.poll(tried).toBe(3);
    release(listed);
    const { listings } = await planning;
    expect(
      listings.filter(({ kind }) => kind === "roles").flatMap(({ parameters }) => parameters.roleIds),
    ).toHaveLength(listed.length);
  });

  it("show every grant unfiltered where the role filter does not narrow a small company", async () => {
    const { sandbox, source } = await openCompany({ roleFilterNarrows: false });
    const { way, keys } = await listAll(source);
    expect(way).toBe("unfiltered");
    expect(keys).toEqual(heldIn(sandbox));
  });

  it("show by employees, in a large company, all but the grants of people whom no search shows", async () => {
    const { sandbox, source } = await openCompany({ roleFilterNarrows: false }, { people: 3000, holders: 150 });
    const { way, keys } = await listAll(source);
    const unsearchable = new Set(sandbox.company.employees.filter((one) => one.isUnreadable).map(({ id }) => id));
    expect(way).toBe("by-employees");
    expect(unsearchable.size).toBeGreaterThan(0);
    expect(keys).toEqual(heldIn(sandbox).filter((key) => !unsearchable.has(key.split(":")[0] ?? "")));
  });

  it("show the same people by their days of hire where latency would cap one chain of pages", async () => {
    const { sandbox, open, clock } = await openCompany({ roleFilterNarrows: false }, { people: 3000, holders: 150 });
    // Every look at the clock takes a second, and so does every call.
    const now = (): number => {
      void clock.sleep(1000);
      return clock.now();
    };
    const far = await open({ clock: { ...clock, now } });
    const { way, keys, counts } = await listAll(far);
    const isFound = ({ isUnreadable }: { isUnreadable: boolean }) => !isUnreadable;
    const unsearchable = new Set(sandbox.company.employees.filter((one) => !isFound(one)).map(({ id }) => id));
    const asked = far.takeReads().filter(({ call }) => call === "searchEmployees");
    expect(way).toBe("by-employees");
    expect(asked.some(({ parameters }) => "effective_time_start" in parameters)).toBe(true);
    expect((counts.employees ?? 0) + (counts.leavers ?? 0)).toBe(3000 - unsearchable.size);
    expect(keys).toEqual(heldIn(sandbox).filter((key) => !unsearchable.has(key.split(":")[0] ?? "")));
  });

  it.each<[string, Partial<Quirks>]>([
    ["pages without items come in between", { emptyPages: true }],
    ["the last page has an empty token", { emptyTokenAtEnd: true }],
    ["the token expires on the way, with 400", { tokenExpiresMidListing: 400 }],
    ["the token expires on the way, with 200", { tokenExpiresMidListing: 200 }],
    ["calls are refused as too many", { rateLimit: 4 }],
    ["calls are refused as too many, with 400", { rateLimit: 4, rateLimitAs400: true }],
    ["the service's own limiter refuses", { serviceRateLimit: 4 }],
    ["the provider fails now and then", { internalErrors: 5 }],
    ["a gateway answers with HTML", { htmlBadGateway: 5 }],
    ["connections drop", { droppedConnection: 5 }],
    ["entries are listed twice", { duplicateEntries: true }],
    ["leavers are shown by id alone", { leaversHidden: true }],
    [
      "asking by id walks who holds nothing as well",
      { employeeFilterSkipsNonHolders: false, roleFilterNarrows: false },
    ],
  ])("show every grant although %s", async (_what, quirks) => {
    const { sandbox, source } = await openCompany(quirks);
    expect((await listAll(source)).keys).toEqual(heldIn(sandbox));
  });

  it.each(["securityGroups", "authorizationsQuery", "employeesSearch"] as const)(
    "fail, and show nothing, when %s fails for good",
    async (endpoint) => {
      const { source } = await openCompany({ failFor: { [endpoint]: { status: 500, code: 1161501 } } });
      await expect(listAll(source)).rejects.toThrow(ApiError);
    },
  );

  it("fail when the provider gives back the token it was asked with", async () => {
    const { source } = await openCompany({ repeatedPageToken: true });
    await expect(listAll(source)).rejects.toThrow(IncompleteListingError);
  });

  it("say that a page token has expired, and the listing starts anew", async () => {
    const { source } = await openCompany({ expiredPageToken: true });
    let token: string | null = null;
    const readTo = async (pages: number) => {
      for (let page = 0; page < pages; page += 1) token = (await source.readPage(everybody, token)).next;
    };
    await expect(readTo(5)).rejects.toThrow(ExpiredPageTokenError);
    token = null;
    await readTo(5);
    expect(token).not.toBeNull();
  });

  it("do not blame the token where the call is refused without it too", async () => {
    const { sandbox, source } = await openCompany();
    const { next } = await source.readPage(everybody, null);
    sandbox.quirks.failFor = { authorizationsQuery: { status: 400, code: 1161404 } };
    await expect(source.readPage(everybody, next)).rejects.toMatchObject({ name: "ApiError", code: "1161404" });
  });

  it("count nobody who left where the data range hides them", async () => {
    const { source } = await openCompany({ onTheJobRange: true });
    expect((await listAll(source)).counts.leavers).toBe(0);
  });

  it("say what a page was asked for and how large it was, never with which token", async () => {
    const { source } = await openCompany();
    await source.readPage(everybody, null);
    const reads = source.takeReads();
    expect(reads.map(({ call, status }) => [call, status])).toContainEqual(["queryAuthorizations", 200]);
    expect(reads.every(({ sha256, logId }) => /^[0-9a-f]{64}$/.test(sha256) && logId !== null)).toBe(true);
    expect(JSON.stringify(reads)).not.toMatch(/t-[0-9a-zA-Z]{8}|Bearer|secret/);
    expect(source.takeReads()).toEqual([]);
  });

  it("hand the windows on, so that the next invocation is not refused", async () => {
    const { sandbox, source, open, clock } = await openCompany();
    for (let call = 0; call < 100; call += 1) await source.readPage(everybody, null);
    // Throttles are shared by clock within a process; another process has another.
    const next = await open({ clock: { ...clock } });
    next.loadWindows(source.saveWindows());
    await next.readPage(everybody, null);
    expect(sandbox.calls.byEndpoint.authorizationsQuery.refusals).toBe(0);
  });
});

/** Whether each period begins on the day after the one before has ended. */
const areOneAfterTheOther = (periods: HirePeriod[]): boolean =>
  periods.every(({ from }, at) => {
    const before = periods[at - 1];
    return !before || Date.parse(from) - Date.parse(before.until) === 86_400_000;
  });

describe("hirePeriods()", () => {
  it("names every day since 1900 once, whatever comes", () => {
    const periods = hirePeriods(Date.UTC(2026, 9, 1));
    expect(areOneAfterTheOther(periods)).toBe(true);
    expect(periods.at(0)?.from).toBe("1900-01-01");
    expect(periods.at(-1)?.until).toBe("9999-12-31");
  });
});

describe("partsOf()", () => {
  it.each<[HirePeriod, number]>([
    [{ from: "1900-01-01", until: "1989-12-31" }, 90],
    [{ from: "2024-01-01", until: "2024-12-31" }, 12],
  ])("has each day of %o once, in %i parts", (period, count) => {
    const parts = partsOf(period);
    expect(parts).toHaveLength(count);
    expect(areOneAfterTheOther(parts)).toBe(true);
    expect([parts.at(0)?.from, parts.at(-1)?.until]).toEqual([period.from, period.until]);
  });

  it("has nothing where the parts would be days, or thousands", () => {
    expect(partsOf({ from: "2024-02-01", until: "2024-02-29" })).toEqual([]);
    expect(partsOf({ from: "2028-01-01", until: "9999-12-31" })).toEqual([]);
  });
});
