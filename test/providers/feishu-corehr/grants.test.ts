import { describe, expect, it } from "vitest";
import { UnexpectedReplyError } from "../../../functions/http/errors.ts";
import { toEntries } from "../../../functions/providers/feishu-corehr/grants.ts";
import { authorizationsReply } from "../../../functions/providers/feishu-corehr/replies.ts";
import { roleStatus } from "../../../functions/providers/feishu-corehr/roles.ts";
import { decodeAs } from "../../../functions/providers/provider-call.ts";

const decode = decodeAs("queryAuthorizations", authorizationsReply);
const unlisted = new Map<string, number | null>();

const role = {
  id: "7034393015968122400",
  code: "department_manager",
  name: { zh_cn: "部门经理", en_us: "department manager" },
  active_status: 1,
  description: { zh_cn: "中文描述", en_us: "" },
  group_type: 3,
  created_by: "6967639606963471902",
  update_time: "1720584039",
  org_truncation: [{ org_key: "department", type: 0, depth: 0 }],
};
const part = (org_key: string, ...org_id_list: string[]) => ({ org_key, org_name: { zh_cn: "部门" }, org_id_list });
const rule = (rule_type: number, expression: unknown = null) => ({
  rule_dimension: { entity_key: "user", entity_name: { zh_cn: "员工", en_us: "User" } },
  rule_type,
  expression,
});

function entryOf(permission: object) {
  const detail = {
    role,
    assigned_organization_list: null,
    grantor_rule_list: null,
    update_time: "1720584039",
    ...permission,
  };
  const items = [{ employment_id: "6967639606963471902", permission_detail_list: [detail] }];
  const [entry] = toEntries(decode({ items, has_more: false }, 200).items, unlisted);
  return entry ?? expect.fail("no entry");
}

describe("toEntries()", () => {
  it("gives one entry for each employee and role, ids as strings", () => {
    expect(entryOf({ assigned_organization_list: [[part("department", "7100000000000000001")]] })).toEqual({
      holderId: "6967639606963471902",
      role: {
        id: "7034393015968122400",
        code: "department_manager",
        name: { zh: "部门经理", en: "department manager" },
        description: { zh: "中文描述", en: null },
        kind: "organisational",
        status: null,
      },
      scopes: [[{ dimension: "department", ids: ["7100000000000000001"], names: [null] }]],
      removable: true,
      unremovableReason: null,
      restorable: true,
      grantedAt: "2024-07-10T04:00:39Z",
    });
  });

  it("keeps what holds together apart from what are alternatives", () => {
    const { scopes } = entryOf({
      assigned_organization_list: [[part("department", "1"), part("work_location", "2", "3")], [part("company", "4")]],
    });
    expect(scopes).toEqual([
      [
        { dimension: "department", ids: ["1"], names: [null] },
        { dimension: "work_location", ids: ["2", "3"], names: [null, null] },
      ],
      [{ dimension: "company", ids: ["4"], names: [null] }],
    ]);
  });

  it("says what rules allow, each rule under a hash of its own, and that this cannot be given back", () => {
    const byRule = { conditions: [{ operator: 1 }], logic_expression: "1" };
    const same = { logic_expression: "1", conditions: [{ operator: 1 }] };
    const other = { ...byRule, logic_expression: "2" };
    const idsOf = (...rules: object[]) =>
      entryOf({ grantor_rule_list: rules })
        .scopes?.flat()
        .flatMap(({ ids }) => ids);
    expect(idsOf(rule(0), rule(1), rule(2))).toEqual(["none", "all", "self"]);
    expect(idsOf(rule(3, byRule))?.[0]).toMatch(/^rule:[0-9a-f]{16}$/);
    expect(idsOf(rule(3, byRule))).toEqual(idsOf(rule(3, same)));
    expect(idsOf(rule(3, byRule))).not.toEqual(idsOf(rule(3, other)));
    expect(entryOf({ grantor_rule_list: [rule(1)] })).toMatchObject({ restorable: false });
    expect(entryOf({ assigned_organization_list: [], grantor_rule_list: [rule(1)] }).scopes).toHaveLength(1);
  });

  it("does not know the scopes where the provider names neither objects nor rules, or not all objects", () => {
    expect(entryOf({})).toMatchObject({ scopes: null, restorable: false });
    const incomplete = entryOf({ assigned_organization_list: [[{ org_key: "department", org_id_list: null }]] });
    expect(incomplete).toMatchObject({ scopes: null, restorable: false });
  });

  it("promises to give back organisational roles alone", () => {
    const assigned_organization_list = [[part("department", "1")]];
    const restorable = [3, 7, 1, null].map((group_type) => {
      return entryOf({ role: { ...role, group_type }, assigned_organization_list }).restorable;
    });
    expect(restorable).toEqual([true, false, false, false]);
    expect(entryOf({ assigned_organization_list: [] }).restorable).toBe(false);
  });

  it("names the kinds it knows and keeps the number of others", () => {
    const kinds = [3, 7, 1, null].map((group_type) => entryOf({ role: { ...role, group_type } }).role.kind);
    expect(kinds).toEqual(["organisational", "non-organisational", "1", null]);
  });

  it.each<[string | null | undefined, string]>([
    ["", "empty"],
    ["0", "zero"],
    [null, "null"],
    [undefined, "absent"],
    ["soon", "no number"],
  ])("does not date a grant by %j (%s)", (update_time) => {
    expect(entryOf({ update_time }).grantedAt).toBeNull();
  });
});

describe("decodeAs()", () => {
  it("tolerates fields that are new, and null for empty lists", () => {
    expect(decode({ items: null, has_more: false, brand_new: 1 }, 200)).toEqual({ items: null, has_more: false });
  });

  it.each([
    ["data is missing", undefined],
    ["an item has no holder", { items: [{ permission_detail_list: [] }], has_more: false }],
    ["an id is a number", { items: [{ employment_id: 6967639606, permission_detail_list: [] }], has_more: false }],
    ["a role has no id", { items: [{ employment_id: "1", permission_detail_list: [{ role: {} }] }], has_more: false }],
    ["items are no list", { items: {}, has_more: false }],
  ])("refuses a reply where %s", (_what, data) => {
    expect(() => decode(data, 200)).toThrow(UnexpectedReplyError);
  });

  it("names the field that is otherwise, and not what it holds", () => {
    const secret = { items: [{ employment_id: { name: "张三" }, permission_detail_list: [] }], has_more: false };
    expect(() => decode(secret, 200)).toThrow("items.0.employment_id is not as documented");
    expect(() => decode(secret, 200)).not.toThrow("张三");
  });
});

describe("roleStatus()", () => {
  it("is known only where each call was answered in its own page's sense", () => {
    expect(roleStatus(2, 1)).toBe("active");
    expect(roleStatus(1, 2)).toBe("inactive");
    expect(roleStatus(3, null)).toBe("pending");
    expect([roleStatus(1, 1), roleStatus(2, 2), roleStatus(2, null), roleStatus(null, 1)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
