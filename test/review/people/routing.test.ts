import { describe, expect, it } from "vitest";
import type { Grant, Holder } from "../../../functions/review/grants/grant.ts";
import { readResponsibleBook } from "../../../functions/review/people/responsible.ts";
import {
  createRouter,
  type HandOn,
  type Person,
  type Responsible,
  type ReviewerKind,
  type ReviewerRules,
  reviewerKinds,
} from "../../../functions/review/people/routing.ts";
import { createReviewerTally } from "../../../functions/review/people/who-reviews.ts";
import { inventedGrant } from "../../report/invented-review.ts";

const holder: Partial<Holder> = { id: "holder", email: "holder@example.com", departmentId: "d1", managerId: "manager" };

const grantOf = (more: Partial<Holder> = {}): Grant => inventedGrant(1, { ...holder, ...more });

const person = (id: string, more: Partial<Person> = {}): [string, Person] => [
  id,
  { id, status: "active", name: `name of ${id}`, email: `${id}@example.com`, ...more },
];

const everybody: Responsible = {
  partnersByHolder: new Map([["holder", ["hrbp", "second-hrbp"]]]),
  partnersByDepartment: new Map([["d1", ["department-hrbp"]]]),
  localPartnersByHolder: new Map([["holder", ["local"]]]),
  peopleById: new Map(["hrbp", "second-hrbp", "department-hrbp", "local", "manager"].map((id) => person(id))),
};

const people = (...changed: [string, Person][]): Responsible => ({
  ...everybody,
  peopleById: new Map([...everybody.peopleById, ...changed]),
});

const rules: ReviewerRules = {
  order: [...reviewerKinds],
  roleOwners: { hrbp: "owner" },
  fallback: "fallback",
  delegates: [],
};

const time = { asOf: "2026-10-01T02:00:00Z", timezone: "Asia/Shanghai" };

const routeOf = (more: Partial<ReviewerRules>, responsible = everybody, grant = grantOf()) =>
  createRouter({ ...rules, ...more }, responsible, time)(grant);

describe("createRouter()", () => {
  it.each([
    ["role-owner", "owner"],
    ["holder-hrbp", "hrbp"],
    ["department-hrbp", "department-hrbp"],
    ["location-bp", "local"],
    ["manager", "manager"],
    ["fallback", "fallback"],
  ] as const)("finds the reviewer by %s", (by, reviewer) => {
    expect(routeOf({ order: [by] })).toEqual({ reviewer, by, delegateOf: null, passedOver: [] });
  });

  it("knows an owner by the role's id, too, and takes no word for one that is none", () => {
    const { role } = grantOf();
    expect(routeOf({ roleOwners: { [role.id]: "by-id" } }).reviewer).toBe("by-id");
    expect(routeOf({ order: ["role-owner"], roleOwners: { constructor: "x" } }).reviewer).toBeNull();
  });

  it("goes by the order that was configured", () => {
    expect(routeOf({ order: ["manager", "role-owner"] }).by).toBe("manager");
  });

  it("never routes a grant to its holder, but to the next in the order", () => {
    expect(routeOf({ order: ["manager", "fallback"] }, everybody, grantOf({ managerId: "holder" }))).toMatchObject({
      reviewer: "fallback",
      by: "fallback",
    });
  });

  it("never routes it to another employment of the holder, nor to a member of the group that holds it", () => {
    const again = people(person("manager", { email: "HOLDER@example.com" }));
    expect(routeOf({ order: ["manager"] }, again).reviewer).toBeNull();
    const members = [{ id: "fallback", status: "active" as const, name: null, email: null }];
    const group = grantOf({ kind: "group", managerId: null, members });
    expect(routeOf({ order: ["fallback"] }, everybody, group).reviewer).toBeNull();
  });

  it("passes over whoever has left, says so, and asks the second of two before the next in the order", () => {
    const gone = people(person("hrbp", { status: "left" }));
    expect(routeOf({ order: ["holder-hrbp", "fallback"] }, gone)).toEqual({
      reviewer: "second-hrbp",
      by: "holder-hrbp",
      delegateOf: null,
      passedOver: [{ id: "hrbp", by: "holder-hrbp" }],
    });
  });

  it("routes to somebody of whom nothing is known, as that is no reason to pass them over", () => {
    expect(routeOf({ fallback: "stranger", order: ["fallback"] }, everybody).reviewer).toBe("stranger");
  });

  it("routes to nobody where the order ends", () => {
    const nothing = { reviewer: null, by: null, delegateOf: null, passedOver: [] };
    expect(routeOf({ order: ["manager"] }, everybody, grantOf({ managerId: null }))).toEqual(nothing);
  });

  describe("with delegates", () => {
    const delegates = [{ from: "manager", to: "delegate", until: "2026-10-01" }];
    const byManager = { order: ["manager" as const, "fallback" as const], delegates };

    it("lets a delegate decide until the end of the day in the policy's time zone", () => {
      const routeAt = (asOf: string) =>
        createRouter({ ...rules, ...byManager }, everybody, { ...time, asOf })(grantOf());
      expect(routeAt("2026-10-01T15:59:59Z")).toMatchObject({ reviewer: "delegate", delegateOf: "manager" });
      expect(routeAt("2026-10-01T16:00:00Z")).toMatchObject({ reviewer: "manager", delegateOf: null });
    });

    it("lets no delegate decide on what they hold themselves", () => {
      expect(routeOf(byManager, everybody, grantOf({ id: "delegate" }))).toMatchObject({
        reviewer: "manager",
        delegateOf: null,
      });
    });

    it("gives a delegate of the holder no say in what the holder holds", () => {
      const own = grantOf({ id: "manager", managerId: "manager" });
      expect(routeOf(byManager, everybody, own)).toMatchObject({ reviewer: "fallback", delegateOf: null });
    });

    it("takes no delegate who has left", () => {
      expect(routeOf(byManager, people(person("delegate", { status: "left" }))).reviewer).toBe("manager");
    });

    it("follows from delegate to delegate, and ends where they go in a circle", () => {
      const chain = [...delegates, { from: "delegate", to: "third", until: "2026-10-31" }];
      expect(routeOf({ ...byManager, delegates: chain })).toMatchObject({ reviewer: "third", delegateOf: "manager" });
      const circle = [...chain, { from: "third", to: "manager", until: "2026-10-31" }];
      expect(routeOf({ ...byManager, delegates: circle }).reviewer).toBeTruthy();
    });
  });
});

describe("a grant that was handed on", () => {
  const handOn = (by: string, to: string | null, at = time.asOf): HandOn => ({
    by: { id: by, name: null },
    to,
    reason: "not mine",
    at,
  });
  const order: ReviewerKind[] = ["holder-hrbp", "manager", "fallback"];
  const routeAfter = (
    handOns: HandOn[],
    { more = {}, asOf = time.asOf }: { more?: Partial<ReviewerRules>; asOf?: string } = {},
  ) => createRouter({ ...rules, order, ...more }, everybody, { ...time, asOf })(grantOf(), handOns);

  it("is with the person named, or with the first in the order who did not hand it on", () => {
    const named = handOn("hrbp", "local");
    expect(routeAfter([named])).toMatchObject({ reviewer: "local", by: null, handOn: named });
    const next = [handOn("hrbp", null), handOn("second-hrbp", null)];
    expect(routeAfter(next.slice(0, 1))).toMatchObject({ reviewer: "second-hrbp", by: "holder-hrbp", handOn: next[0] });
    expect(routeAfter(next)).toMatchObject({ reviewer: "manager", by: "manager", handOn: next[1] });
    expect(routeAfter([named, handOn("local", null)])).toMatchObject({ reviewer: "second-hrbp" });
  });

  it.each([
    ["whose it is not", [handOn("manager", "local")]],
    ["who handed it on before", [handOn("hrbp", "local"), handOn("local", "hrbp"), handOn("hrbp", "manager")]],
    ["to themselves", [handOn("hrbp", "hrbp")]],
    ["to its holder", [handOn("hrbp", "holder")]],
    ["later than is asked for", [handOn("hrbp", "local", "2026-10-01T02:00:01Z")]],
  ])("stays where it is when handed on by somebody %s", (_, handOns) => {
    expect(routeAfter(handOns).reviewer).toBe("hrbp");
  });

  it("stays with nobody else to go to", () => {
    expect(routeAfter([handOn("hrbp", null)], { more: { order: ["manager"] } }).reviewer).toBe("manager");
    const last = [handOn("manager", null)];
    expect(routeAfter(last, { more: { order: ["manager"] } })).toMatchObject({ reviewer: "manager" });
  });

  it("stays handed on by a delegate whose time is over, and is decided by the delegate of whom it came to", () => {
    const more = { delegates: [{ from: "hrbp", to: "second-hrbp", until: "2026-10-01" }] };
    const byDelegate = [handOn("second-hrbp", "manager")];
    expect(routeAfter(byDelegate, { more, asOf: "2026-10-05T00:00:00Z" }).reviewer).toBe("manager");
    const ofManager = { delegates: [{ from: "manager", to: "local", until: "2026-10-01" }] };
    expect(routeAfter([handOn("hrbp", "manager")], { more: ofManager })).toMatchObject({
      reviewer: "local",
      delegateOf: "manager",
    });
  });
});

describe("createReviewerTally()", () => {
  it("counts what is whose, nobody's too, those with most to decide first", () => {
    const tally = createReviewerTally((id) => ({ name: `name of ${id}`, email: null }));
    const route = (reviewer: string | null) => ({
      reviewer,
      by: reviewer === null ? null : ("manager" as const),
      delegateOf: null,
      passedOver: [{ id: "gone", by: "holder-hrbp" as const }],
    });
    tally.add({ route: route("b"), isNotable: false, isUndecided: false });
    tally.add({ route: route("a"), isNotable: true, isUndecided: true });
    tally.add({ route: route("a"), isNotable: true, isUndecided: false });
    tally.add({ route: route(null), isNotable: false, isUndecided: false });
    expect(tally.reviewers()).toEqual([
      { id: "a", name: "name of a", email: null, grants: 2, notable: 2, undecided: 1 },
      { id: null, name: null, email: null, grants: 1, notable: 0, undecided: 0 },
      { id: "b", name: "name of b", email: null, grants: 1, notable: 0, undecided: 0 },
    ]);
    expect(tally.formerReviewers()).toEqual([{ id: "gone", name: "name of gone", by: ["holder-hrbp"], grants: 4 }]);
  });
});

describe("readResponsibleBook()", () => {
  it("has a department's own partners first, then those above it, each once", async () => {
    const book = await readResponsibleBook([
      {
        kind: "department",
        id: "d1",
        name: "One",
        holders: 2,
        partnerIds: ["own"],
        above: [
          { departmentId: "d0", partnerIds: ["own", "upper"] },
          { departmentId: "root", partnerIds: ["top"] },
        ],
      },
    ]);
    expect(book.partnersByDepartment.get("d1")).toEqual(["own", "upper", "top"]);
  });
});
