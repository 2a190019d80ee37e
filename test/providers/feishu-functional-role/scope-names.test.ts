import { afterEach, describe, expect, it } from "vitest";
import type { Scopes } from "../../../functions/review/grants/grant.ts";
import { toIdType } from "../../../functions/sandbox/company/ids.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { closeAll, listAll, type Opened, openRoles } from "./open-roles.ts";

const permission = "contact:department.base:readonly";
afterEach(closeAll);

/** What every department that a member manages is called, by its id. */
async function namesIn({ source }: Pick<Opened, "source">): Promise<Map<string, string | null>> {
  const scopes = (await listAll(source)).map((entry) => entry.scopes ?? []);
  // Page by page, several at once, as a snapshot has them named.
  const pages = Array.from({ length: 5 }, (_, at) => scopes.filter((_each, index) => index % 5 === at));
  const named = (await Promise.all(pages.map((page) => source.nameScopes(page)))).flat(3);
  const departments = named.filter(({ dimension }) => dimension === "department");
  return new Map(departments.flatMap(({ ids, names }) => ids.map((id, at) => [id, names[at] ?? null] as const)));
}

const trueNames = ({ sandbox }: Opened, language: "zh" | "en"): Map<string, string> =>
  new Map(sandbox.company.departments.map(({ id, name }) => [toIdType(id, "department_id"), name[language]]));

describe("nameScopes()", () => {
  it.each(["zh", "en"] as const)(
    "names departments in the report's language, asking for each once: %s",
    async (language) => {
      const opened = await openRoles({}, { people: 1500 });
      const source = await opened.open({ language });
      const names = await namesIn({ source });
      const expected = trueNames(opened, language);
      expect(names.size).toBeGreaterThan(20);
      expect([...names]).toEqual([...names.keys()].map((id) => [id, expected.get(id)]));
      const asked = source.takeReads().filter(({ call }) => call === "batchGetDepartments");
      expect(asked.reduce((sum, { items }) => sum + items, 0)).toBe(names.size);
    },
  );

  it("calls everything and nothing by a word, and asks nobody about them", async () => {
    const { source, sandbox } = await openRoles();
    const whole = (id: string): Scopes => [[{ dimension: "contact", ids: [id], names: [null] }]];
    const named = await source.nameScopes([whole("all"), whole("none")]);
    expect(named.flat(2).map(({ names }) => names)).toEqual([["everything"], ["not set"]]);
    expect(sandbox.calls.byEndpoint.contactDepartmentsBatch.calls).toBe(0);
  });

  it.each<[string, Partial<Quirks>]>([
    ["left out", {}],
    ["refused", { contactBatchRefuses: true }],
  ])(
    "leaves a department that is outside the app's contact range without a name where it is %s",
    async (_how, quirks) => {
      const opened = await openRoles(quirks, { people: 1500 });
      const before = await namesIn(opened);
      const [hidden = ""] = [...before.keys()];
      const { sandbox, open } = opened;
      sandbox.quirks.departmentsOutOfRange = sandbox.company.departments
        .filter(({ id }) => toIdType(id, "department_id") === hidden)
        .map(({ id }) => id);
      const after = await namesIn({ source: await open({}) });
      expect(after.get(hidden)).toBeNull();
      expect([...after].filter(([id]) => id !== hidden)).toEqual([...before].filter(([id]) => id !== hidden));
    },
  );

  it("leaves them without names where the app may not know them, and check names the permission", async () => {
    const opened = await openRoles({ deniedScopes: [permission] });
    const names = await namesIn(opened);
    expect(new Set(names.values())).toEqual(new Set([null]));
    const missing = (await opened.source.checkPermissions()).filter(({ passed }) => !passed);
    expect(missing).toEqual([{ call: "batchGetDepartments", passed: false, missing: permission }]);
  });

  it.each([99991672, 40001, 40003])(
    "leaves them without names where the call fails with %i, and notes it",
    async (code) => {
      const { source } = await openRoles({ failFor: { contactDepartmentsBatch: { status: 400, code } } });
      expect(new Set((await namesIn({ source })).values())).toEqual(new Set([null]));
      expect(source.takeNotes?.()).toEqual([{ about: "department", reason: expect.stringContaining(String(code)) }]);
    },
  );
});
