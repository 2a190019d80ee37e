import { beforeEach, describe, expect, it } from "vitest";
import { allGrants, employeeOf, hasLeft, type Pair } from "../../functions/sandbox/company/company.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { allPages, type BareClient, bareClient, type Reply } from "./client.ts";

const query = "v1/authorizations/query";
const removal = "v1/authorizations/remove_role_assign";
const employees = "v2/employees/batch_get";
const idTypes = { user_id_type: "people_corehr_id", department_id_type: "people_corehr_department_id" };

describe("quirks", () => {
  let sandbox: Sandbox;
  let read: BareClient;
  let write: BareClient;
  beforeEach(async () => {
    sandbox = await startSandbox({ people: 200, pace: 1e6 });
    read = await bareClient(sandbox, "read");
    write = await bareClient(sandbox, "write");
    return () => sandbox.close();
  });

  const turnOn = (quirks: Partial<Quirks>): void => {
    Object.assign(sandbox.quirks, quirks);
  };
  const listed = (pages: Reply["body"][]): string[] =>
    pages.flatMap((page) => page.items.map((item: { employment_id: string }) => item.employment_id));
  const holders = (): string[] => [...sandbox.company.grantsByHolder.keys()].sort();
  const leavers = (): string[] =>
    holders().filter((id) => {
      const employee = employeeOf(sandbox.company, id);
      return employee !== undefined && hasLeft(employee, sandbox.now());
    });
  const allRoles = () => ({ role_id_list: sandbox.company.roles.map(({ id }) => id) });
  const askFor = (pair: Pair) => ({ employment_id: pair.holderId, role_id: pair.roleId });
  const someGrant = (): Pair => {
    const [holderId = ""] = sandbox.company.backgroundHolders;
    return { holderId, roleId: [...(sandbox.company.grantsByHolder.get(holderId)?.keys() ?? [])][0] ?? "" };
  };
  const isHeld = (pair: Pair): boolean => sandbox.company.grantsByHolder.get(pair.holderId)?.has(pair.roleId) ?? false;
  const shows = async (pair: Pair): Promise<boolean> => {
    const reply = await read.get(query, { employment_id_list: pair.holderId });
    const details = reply.body.data.items[0]?.permission_detail_list ?? [];
    return details.some((detail: { role: { id: string } }) => detail.role.id === pair.roleId);
  };

  it("none: the unfiltered listing walks everybody, twenty a page, and shows each holder once", async () => {
    const pages = await allPages(read, query, {});
    expect(pages).toHaveLength(200 / 20);
    expect(listed(pages).sort()).toEqual(holders());
    expect(pages.at(-1)).not.toHaveProperty("page_token");
  });

  it("none: a role filter walks holders alone", async () => {
    const pages = await allPages(read, query, allRoles());
    expect(pages).toHaveLength(Math.ceil(holders().length / 20));
    expect(listed(pages).sort()).toEqual(holders());
  });

  it("roleFilterNarrows: false walks everybody", async () => {
    turnOn({ roleFilterNarrows: false });
    const pages = await allPages(read, query, allRoles());
    expect(pages).toHaveLength(10);
    expect(listed(pages).sort()).toEqual(holders());
  });

  it("employeeFilterSkipsNonHolders: false walks those who were listed", async () => {
    const employment_id_list = sandbox.company.employees.slice(0, 60).map(({ id }) => id);
    const skipping = await allPages(read, query, { employment_id_list });
    turnOn({ employeeFilterSkipsNonHolders: false });
    const walking = await allPages(read, query, { employment_id_list });
    expect([skipping.length, walking.length]).toEqual([Math.ceil(listed(skipping).length / 20), 3]);
    expect(listed(walking).sort()).toEqual(listed(skipping).sort());
  });

  it("emptyPages and emptyTokenAtEnd lose nobody who pages on", async () => {
    turnOn({ emptyPages: true, emptyTokenAtEnd: true });
    const pages = await allPages(read, query, allRoles());
    expect(pages.filter((page) => page.items.length === 0).length).toBe(Math.ceil(holders().length / 20) - 1);
    expect(listed(pages).sort()).toEqual(holders());
    expect(pages.at(-1)).toMatchObject({ has_more: false, page_token: "" });
  });

  it("a listing goes on where it stood although grants vanish meanwhile", async () => {
    const first = await read.get(query, allRoles());
    for (const pair of sandbox.grants().slice(0, 3)) await write.post(removal, askFor(pair));
    const { page_token } = first.body.data;
    const rest = await allPages(read, query, { ...allRoles(), page_token });
    const seen = new Set([...listed([first.body.data]), ...listed(rest)]);
    expect(holders().filter((id) => !seen.has(id))).toEqual([]);
  });

  it("repeatedPageToken gives back the token it was asked with", async () => {
    turnOn({ repeatedPageToken: true });
    const first = await read.get(query);
    const { page_token } = first.body.data;
    const second = await read.get(query, { page_token });
    expect(second.body.data.page_token).toBe(page_token);
  });

  it("expiredPageToken refuses the third token once", async () => {
    turnOn({ expiredPageToken: true });
    await expect(allPages(read, query, {})).rejects.toThrow("1161402");
    expect(listed(await allPages(read, query, {})).sort()).toEqual(holders());
  });

  it("leaversHidden shows leavers by id alone, onTheJobRange nowhere", async () => {
    const present = holders().filter((id) => !leavers().includes(id));
    turnOn({ leaversHidden: true });
    expect(listed(await allPages(read, query, {})).sort()).toEqual(present);
    expect(listed(await allPages(read, query, allRoles())).sort()).toEqual(present);
    expect(listed(await allPages(read, query, { employment_id_list: leavers() })).sort()).toEqual(leavers());
    turnOn({ leaversHidden: false, onTheJobRange: true });
    expect(listed(await allPages(read, query, { employment_id_list: leavers() }))).toEqual([]);
    const search = await read.post("v2/employees/search", { page_size: "100" }, { employment_status: "terminated" });
    expect(search.body.data.items).toEqual([]);
    const batch = await read.post(employees, idTypes, { employment_ids: leavers() });
    expect(batch.body.data.items).toEqual([]);
  });

  it("listingMissesGrant drops a holder or a grant from listings, and shows it by id", async () => {
    const pair = someGrant();
    const [, other = ""] = sandbox.company.backgroundHolders;
    turnOn({ listingMissesGrant: [`${pair.holderId}:${pair.roleId}`, other] });
    const pages = await allPages(read, query, {});
    expect(listed(pages)).not.toContain(other);
    expect(JSON.stringify(pages)).toContain(pair.holderId);
    expect(await shows(pair)).toBe(true);
  });

  it("outsideDataRange fails the whole batch and names the ids", async () => {
    const [first = "", second = ""] = sandbox.company.backgroundHolders;
    turnOn({ outsideDataRange: [second] });
    const reply = await read.post(employees, idTypes, { employment_ids: [first, second] });
    expect([reply.status, reply.body.code]).toEqual([403, 1160104]);
    expect(reply.body.msg).toContain(second);
    expect(reply.body.msg).not.toContain(first);
  });

  it("rehires: unlinked leaves the person id as the one link", async () => {
    const again = sandbox.company.employees.find(({ rehireOf }) => rehireOf !== null);
    const ask = { person_ids: [again?.personId], fields: ["rehire_employment_id", "person_info.person_id"] };
    const linked = await read.post(employees, idTypes, ask);
    const links = (reply: Reply): unknown[] =>
      reply.body.data.items.map((item: Record<string, unknown>) => item.rehire_employment_id ?? null);
    expect(links(linked).sort()).toEqual([again?.rehireOf, null].sort());
    turnOn({ rehires: "unlinked" });
    expect(links(await read.post(employees, idTypes, ask))).toEqual([null, null]);
  });

  it("activeStatusMeaning: the two pages contradict each other unless one of them is right", async () => {
    const statuses = async (): Promise<number[]> => {
      const roles = await read.get("v1/security_groups", { page_size: "1" });
      const roleId = roles.body.data.items[0].id;
      const grants = await read.get(query, { role_id_list: roleId });
      const shown = grants.body.data.items[0].permission_detail_list[0].role;
      return [roles.body.data.items[0].active_status, shown.active_status];
    };
    expect(await statuses()).toEqual([2, 1]);
    turnOn({ activeStatusMeaning: "listPage" });
    expect(await statuses()).toEqual([2, 2]);
    turnOn({ activeStatusMeaning: "queryPage" });
    expect(await statuses()).toEqual([1, 1]);
  });

  it("duplicateEntries shows a grant twice within its holder, and the holder twice", async () => {
    turnOn({ duplicateEntries: true });
    const { items } = (await read.get(query, allRoles())).body.data;
    expect(items.at(-1).employment_id).toBe(items[0].employment_id);
    const roles = items[0].permission_detail_list.map((detail: { role: { id: string } }) => detail.role.id);
    expect(new Set(roles).size).toBe(roles.length - 1);
  });

  it("secondPathDisagrees hides a holder, or shows one who holds nothing", async () => {
    const grant = sandbox.grants().find(({ scopes }) => scopes?.[0]?.length === 1);
    const [part] = grant?.scopes?.[0] ?? [];
    const scope = { management_dimension: part?.dimension, obj_id: part?.ids[0] };
    const body = { role_id: grant?.roleId, management_scope_list: [scope], search_method: "1", page_size: "100" };
    const found = async () => listed([(await read.post("v1/assigned_users/search", {}, body)).body.data]);
    const truth = await found();
    turnOn({ secondPathDisagrees: "missing" });
    expect(await found()).toEqual(truth.slice(1));
    turnOn({ secondPathDisagrees: "extra" });
    expect(await found()).toHaveLength(truth.length + 1);
  });

  const statusesOf = async (times: number): Promise<[number, number | undefined][]> => {
    const seen: [number, number | undefined][] = [];
    for (let time = 0; time < times; time += 1) {
      const reply = await read.get(query, { page_size: "1" });
      seen.push([reply.status, reply.body?.code]);
    }
    return seen;
  };

  it.each<[Partial<Quirks>, [number, number | undefined]]>([
    [{ rateLimit: 3 }, [429, 99991400]],
    [{ rateLimit: 3, rateLimitAs400: true }, [400, 99991400]],
    [{ serviceRateLimit: 3 }, [429, 1161604]],
    [{ internalErrors: 3 }, [500, 1161501]],
    [{ htmlBadGateway: 3 }, [502, undefined]],
  ])("%j hits every third call", async (quirks, fault) => {
    turnOn(quirks);
    const fine: [number, number] = [200, 0];
    expect(await statusesOf(6)).toEqual([fine, fine, fault, fine, fine, fault]);
  });

  it("droppedConnection ends every third call without an answer", async () => {
    turnOn({ droppedConnection: 3 });
    await statusesOf(2);
    await expect(statusesOf(1)).rejects.toThrow();
  });

  it("failFor fails one endpoint for good, and no other", async () => {
    turnOn({ failFor: { authorizationsQuery: { status: 500, code: 1161501 } } });
    expect(await statusesOf(2)).toEqual([
      [500, 1161501],
      [500, 1161501],
    ]);
    expect((await read.get("v1/security_groups", { page_size: "1" })).status).toBe(200);
  });

  it.each([400, 200] as const)("tokenExpiresMidListing with HTTP %i asks for a new token, once", async (status) => {
    turnOn({ tokenExpiresMidListing: status });
    expect((await statusesOf(3)).at(-1)).toEqual([status, 99991663]);
    const fresh = await bareClient(sandbox, "read");
    expect((await fresh.get(query)).body.code).toBe(0);
    expect((await read.get(query)).body.code).toBe(99991663);
  });

  it("refuses to remove what was given by rule, and what refuseRemoval names", async () => {
    const ruled = allGrants(sandbox.company).find(({ isByRule }) => isByRule);
    const pair = someGrant();
    turnOn({ refuseRemoval: [`${pair.holderId}:${pair.roleId}`] });
    for (const refused of [ruled as Pair, pair]) {
      const reply = await write.post(removal, askFor(refused));
      expect([reply.status, reply.body.code]).toEqual([400, 1161404]);
      expect(isHeld(refused)).toBe(true);
    }
    expect(sandbox.calls.writes).toEqual([]);
  });

  it("ignoreRemoval answers 0 and removes nothing", async () => {
    turnOn({ ignoreRemoval: ["*"] });
    const reply = await write.post(removal, askFor(someGrant()));
    expect(reply.body.code).toBe(0);
    expect(isHeld(someGrant())).toBe(true);
    expect(sandbox.calls.writes).toEqual([]);
  });

  it("loseRemovalAnswer carries it out, and the connection ends", async () => {
    const pair = someGrant();
    turnOn({ loseRemovalAnswer: ["*"] });
    await expect(write.post(removal, askFor(pair))).rejects.toThrow();
    expect(isHeld(pair)).toBe(false);
  });

  it("loseRemovalBefore ends the connection once, before anything is carried out", async () => {
    const pair = someGrant();
    turnOn({ loseRemovalBefore: ["*"] });
    await expect(write.post(removal, askFor(pair))).rejects.toThrow();
    expect(isHeld(pair)).toBe(true);
    expect((await write.post(removal, askFor(pair))).body.code).toBe(0);
    expect(isHeld(pair)).toBe(false);
  });

  it("delayedRemoval shows a removed grant for some reads more", async () => {
    const pair = someGrant();
    turnOn({ delayedRemoval: 2 });
    await write.post(removal, askFor(pair));
    expect([await shows(pair), await shows(pair), await shows(pair)]).toEqual([true, true, false]);
  });

  it("removeUnheld: a grant that nobody holds is refused, or removed as if it were there", async () => {
    const nobody = { holderId: sandbox.company.backgroundHolders[0] ?? "", roleId: sandbox.company.roles[3]?.id ?? "" };
    expect((await write.post(removal, askFor(nobody))).body.code).toBe(1161404);
    turnOn({ removeUnheld: "ok" });
    expect((await write.post(removal, askFor(nobody))).body.code).toBe(0);
    expect(sandbox.calls.writes).toEqual([]);
  });
});
