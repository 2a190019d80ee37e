import { afterEach, describe, expect, it } from "vitest";
import { endpoints } from "../../../functions/sandbox/feishu/endpoints.ts";
import { closeAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

describe("partners.listDepartments()", () => {
  it("gives every department with HRBPs of its own, page after page", async () => {
    const { sandbox, source } = await openCompany({ emptyPages: true, emptyTokenAtEnd: true });
    const listed = await source.partners!.listDepartments();
    const byDepartment = new Map(listed.map(({ departmentId, partnerIds }) => [departmentId, partnerIds]));
    expect(byDepartment).toEqual(sandbox.company.partners.byDepartment);
  });
});

describe("partners.ofHolders()", () => {
  it.each([false, true])(
    "leaves out whom the app may not see, be the batch refused for it or not: %s",
    async (refuses) => {
      const { sandbox, source } = await openCompany({ partnerBatchRefuses: refuses });
      const { company, quirks } = sandbox;
      const served = company.employees.filter(
        ({ departmentId, isUnreadable }) => !isUnreadable && company.partners.byDepartment.has(departmentId),
      );
      const ids = served.slice(0, 50).map(({ id }) => id);
      quirks.outsideDataRange = [ids[7]!, ids[30]!];
      const found = await source.partners!.ofHolders(ids);
      expect([...found.keys()].sort()).toEqual(ids.filter((id) => !quirks.outsideDataRange.includes(id)).sort());
      for (const { id, departmentId } of served.slice(0, 5)) {
        expect(found.get(id)).toEqual(company.partners.byDepartment.get(departmentId));
      }
    },
  );
});

describe("partners.atWorkplaces()", () => {
  const found = async (quirks: Parameters<typeof openCompany>[0]) => {
    const { sandbox, source } = await openCompany(quirks);
    const employees = sandbox.company.employees.filter(({ isUnreadable }) => !isUnreadable).slice(0, 100);
    const expected = employees.flatMap(({ id, locationId }): [string, string[]][] => {
      const partners = sandbox.company.partners.byLocation.get(locationId);
      return partners ? [[id, partners]] : [];
    });
    const given = await source.partners!.atWorkplaces(employees.map(({ id }) => id));
    return { given, expected: new Map(expected), calls: sandbox.calls.byEndpoint.securityGroupsQuery.calls };
  };

  it("gives whoever is responsible for where a holder works, 50 places a call", async () => {
    const { given, expected, calls } = await found({});
    expect(expected.size).toBeGreaterThan(50);
    expect(given).toEqual(expected);
    expect(calls).toBeLessThanOrEqual(2);
  });

  it("reads a list that is written as text within the list", async () => {
    const { given, expected } = await found({ listsWithinText: true });
    expect(given).toEqual(expected);
  });

  it("asks for each place by itself where the answer names another than was asked for", async () => {
    const { given, expected } = await found({ partnersNamedFromAbove: true });
    expect(given).toEqual(expected);
  });
});

describe("checkPermissions() of what the order of reviewers takes", () => {
  const callsFor = async (reviewers: ("holder-hrbp" | "department-hrbp" | "location-bp" | "manager")[]) => {
    const { open } = await openCompany();
    const checks = await (await open({ reviewers })).checkPermissions();
    return checks.map(({ call }) => call).slice(8);
  };

  it.each([
    [["manager"], []],
    [["location-bp"], ["queryLocationPartners"]],
    [["holder-hrbp"], ["listPartners", "batchGetEmployeePartners"]],
    [
      ["holder-hrbp", "department-hrbp"],
      ["listPartners", "batchGetEmployeePartners", "getPartnersByDepartment"],
    ],
  ] as const)("asks of %j for %j", async (reviewers, calls) => {
    expect(await callsFor([...reviewers])).toEqual(calls);
  });

  it("names what is missing", async () => {
    const { sandbox, open } = await openCompany();
    // The app for writing may not look at people.
    const source = await open({ credentials: sandbox.apps.write, reviewers: ["holder-hrbp"] });
    const checks = await source.checkPermissions();
    expect(checks.filter(({ call }) => call === "batchGetEmployeePartners")).toEqual([
      { call: "batchGetEmployeePartners", passed: false, missing: endpoints.employeesBpsBatchGet.scopes.join(" | ") },
    ]);
  });
});
