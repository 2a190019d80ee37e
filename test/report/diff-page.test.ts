import { describe, expect, it } from "vitest";
import { type ChangedGrant, createDiffPage, type DiffView } from "../../functions/report/diff-page.ts";
import { inventedGrant } from "./invented-review.ts";

const viewOf = (changed: ChangedGrant[], parts: Partial<DiffView> = {}): DiffView => ({
  ...{ source: "people-hq", from: "2026-07-01T020000Z", to: "2026-10-01T020000Z" },
  ...{ language: "en", timezone: "Asia/Shanghai", changed, departmentNames: {}, ...parts },
});

const changedGrant = (figure: number, parts: Partial<ChangedGrant>): ChangedGrant => {
  const grant = inventedGrant(figure);
  return { grant, before: grant, after: grant, changes: [], revoked: null, ...parts };
};

/** What the page says in English. */
const english = (page: string): string =>
  [...page.matchAll(/<div class="in-en"[\s\S]*?(?=<div class="in-zh"|<\/main>|$)/g)].join("");

describe("createDiffPage()", () => {
  it("tells of every change what it was from and to, by names", () => {
    const [before, after] = [inventedGrant(3), inventedGrant(3, { departmentId: "od-1", status: "active" })];
    const scoped = { ...after, scopes: [[{ dimension: "company", ids: ["c-1"], names: ["云杉"] }]] };
    const page = english(
      createDiffPage(
        viewOf([
          changedGrant(1, {
            before: null,
            changes: ["appeared", "came-back"],
            revoked: { review: "2026-07-01T020000Z", at: "2026-07-02T01:00:00Z" },
          }),
          changedGrant(2, { after: null, changes: ["vanished"] }),
          { ...changedGrant(3, { changes: ["moved", "status-changed", "scope-changed"] }), before, after: scoped },
        ]),
      ),
    );
    for (const text of [
      ...[
        "Appeared",
        "Vanished",
        "Came back after a revocation",
        "review 2026-07-01T020000Z revoked it on 2026-07-02 09:00",
      ],
      ...["od-77 → 华东销售部", "left → active", "Department: 华东销售部, od-2 → Company: 云杉", "林晓2"],
    ]) {
      expect(page).toContain(text);
    }
    expect(page.indexOf("Came back")).toBeLessThan(page.indexOf("Appeared"));
  });

  it("calls a department that no scope names as the review knows it", () => {
    const [before, after] = [inventedGrant(3), inventedGrant(3, { departmentId: "od-9" })];
    const moved = { ...changedGrant(3, { changes: ["moved"] }), before, after };
    const departmentNames = { "od-9": "研发部", "od-77": "旧名" };
    expect(english(createDiffPage(viewOf([moved], { departmentNames })))).toMatch(/旧名 → 研发部/);
  });

  it("runs nothing, loads nothing, and reads in both languages", () => {
    const page = createDiffPage(viewOf([changedGrant(1, { changes: ["appeared"] })], { language: "zh" }));
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
    expect(page).not.toMatch(/<script|https?:|<link|<img/);
    for (const text of ["两次复核的差异", "What changed between two reviews"]) expect(page).toContain(text);
  });

  it("says so where nothing changed, and how many it left out where too much did", () => {
    expect(english(createDiffPage(viewOf([])))).toContain("Nothing changed.");
    const many = Array.from({ length: 1_204 }, (_, figure) => changedGrant(figure, { changes: ["appeared"] }));
    const page = createDiffPage(viewOf(many));
    expect(page).toContain("204 more: diff --json lists all.");
    expect(english(page).match(/data-label="Holder"/g)).toHaveLength(1_000);
  });

  it("shows hostile names as they are", () => {
    const grant = inventedGrant(1, { name: "<script>alert(1)</script>" });
    const page = createDiffPage(viewOf([changedGrant(1, { grant, changes: ["vanished"], after: null })]));
    expect(page).toContain("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
  });
});
