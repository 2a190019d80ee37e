import { describe, expect, it } from "vitest";
import { askedBy } from "../../functions/events/asked.ts";

const leaver = "corehr.offboarding.status_updated_v2";
const mover = "corehr.job_change.status_updated_v2";
const drift = "corehr.org_role_authorization.updated_v1";

const person = { employment_id: "69", target_user_id: { open_id: "ou_1", union_id: "on_1", user_id: "u1" } };

describe("askedBy()", () => {
  it.each([1, 2, 4, 5, 6, "1", "2", "4", "5", "6", null, undefined, ""])(
    "asks for nothing while a leaving has status %o",
    (status) => {
      expect(askedBy({ type: leaver, body: { ...person, status } })).toEqual({ asks: "nothing" });
    },
  );

  it.each([3, "3"])("asks for the leaver once the leaving is in effect (%o)", (status) => {
    expect(askedBy({ type: leaver, body: { ...person, status } })).toEqual({
      asks: "leaver",
      person: { people_corehr_id: "69", open_id: "ou_1", union_id: "on_1", user_id: "u1" },
    });
  });

  it("asks for the mover once the transfer is in effect, and not before", () => {
    const at = { ...person, target_user_id: null, effective_date: "2026-10-01" };
    expect(askedBy({ type: mover, body: { ...at, status: 5 } })).toEqual({
      asks: "mover",
      person: { people_corehr_id: "69" },
      effectiveDate: "2026-10-01",
    });
    for (const status of [1, 2, 3, 4, 6])
      expect(askedBy({ type: mover, body: { ...at, status } })).toEqual({ asks: "nothing" });
  });

  it("asks for whose account was deleted, by the ids that the event has", () => {
    const body = { object: { open_id: "ou_1", user_id: "u1", name: "Li Wei" }, old_object: { open_id: "ou_1" } };
    expect(askedBy({ type: "contact.user.deleted_v3", body })).toEqual({
      asks: "leaver",
      person: { user_id: "u1", open_id: "ou_1" },
    });
  });

  it("counts what the app sees no more, and asks for nothing where it sees more", () => {
    const at = (body: object) => askedBy({ type: "contact.scope.updated_v3", body: body as Record<string, unknown> });
    expect(at({ removed: { departments: [{}, {}], users: [{}], user_groups: [] } })).toEqual({
      asks: "narrowed",
      removed: { departments: 2, users: 1, groups: 0 },
    });
    expect(at({ added: { departments: [{}] }, removed: { departments: [] } })).toEqual({ asks: "nothing" });
    expect(at({ added: {}, removed: null })).toEqual({ asks: "nothing" });
  });

  const role = {
    role_id: "7099",
    management_scope_list: [
      { management_dimension: "work_location", obj_id: "2" },
      { management_dimension: "department", obj_id: "1" },
    ],
  };
  const atObjects = [
    { dimension: "department", id: "1" },
    { dimension: "work_location", id: "2" },
  ];

  it.each([
    [
      ["6967,6968", " 6966 ", "6967"],
      ["6966", "6967", "6968"],
    ],
    [["6967"], ["6967"]],
    [[], []],
    [null, []],
    [[""], []],
  ])("takes the whole new set of holders of %j, two ids in one text too", (list, holderIds) => {
    expect(askedBy({ type: drift, body: { ...role, employment_id_list: list } })).toEqual({
      asks: "drift",
      roleId: "7099",
      scopes: atObjects,
      holderIds,
    });
  });

  it.each<[type: string, body: Record<string, unknown>, field: string]>([
    [leaver, { status: 3 }, "employment_id"],
    [leaver, { status: 3, employment_id: " " }, "employment_id"],
    [mover, { status: 5, employment_id: null }, "employment_id"],
    ["contact.user.deleted_v3", { object: {} }, "object"],
    [drift, { ...role, role_id: "", employment_id_list: null }, "role_id"],
    [drift, { ...role, management_scope_list: [], employment_id_list: null }, "management_scope_list"],
    [drift, { ...role, management_scope_list: [{ obj_id: "1" }], employment_id_list: null }, "management_scope_list"],
    [drift, role, "employment_id_list"],
    [drift, { ...role, employment_id_list: "6967" }, "employment_id_list"],
    [drift, { ...role, employment_id_list: [6967] }, "employment_id_list"],
  ])("reads no empty set out of what is missing: %s %j", (type, body, field) => {
    expect(askedBy({ type, body })).toEqual({ asks: "unreadable", field });
  });

  it("asks for nothing by an event of another kind", () => {
    expect(askedBy({ type: "im.message.receive_v1", body: {} })).toEqual({ asks: "nothing" });
  });
});
