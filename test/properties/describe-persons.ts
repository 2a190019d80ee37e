import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openKnownPeople } from "../../functions/facts/authority.ts";
import { openPeopleAnew } from "../../functions/facts/people-anew.ts";
import type { HolderStatus, PersonKeys } from "../../functions/review/grants/grant.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { AuthoritySnapshot, PersonEntry, PersonFacts } from "../../functions/review/people/person.ts";
import type { Reader } from "../../functions/review/ports.ts";
import { noDecision, noPrevious } from "../../functions/review/rules/facts.ts";
import { defaultGuard } from "../../functions/review/rules/policy.ts";
import { compileRules, judge } from "../../functions/review/rules/rule.ts";
import { viewOf } from "../../functions/review/rules/rule-view.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { inventGrant, inventRule } from "../review/grants/invented-grants.ts";
import { openFakeStore } from "./fake-store.ts";

// Two sources: one says who people are, the other has a holder with keys. A plan is made by a snapshot of the first; then the
// company changes, the authority may fail, and the removal is judged again by what the authority says then.

const match = ["employeeNo", "userId", "email"] as const;
const origin = { host: "open.feishu.cn", account: "cli_a" };
const dayMs = 86_400_000;
const plannedMs = Date.parse("2026-06-01T00:00:00Z");

/** Few values, so that people share them. */
const keysArbitrary: fc.Arbitrary<PersonKeys> = fc.record(
  Object.fromEntries(match.map((key) => [key, fc.constantFrom("1", "2", "3")])),
  { requiredKeys: [] },
);

const entryArbitrary = fc.record({
  personId: fc.option(fc.constantFrom("p1", "p2", "p3"), { freq: 6 }),
  status: fc.constantFrom<HolderStatus>("left", "left", "active", "leaving", "unknown", "disabled"),
  keys: keysArbitrary,
});

const entriesArbitrary: fc.Arbitrary<PersonEntry[]> = fc
  .array(entryArbitrary, { maxLength: 5 })
  .map((entries) =>
    entries.map((entry, at): PersonEntry => ({ id: `e${at}`, lastDay: null, departmentId: "d1", ...entry })),
  );

const caseArbitrary = fc.record({
  then: entriesArbitrary,
  /** Null: nothing changed. */
  now: fc.option(entriesArbitrary, { freq: 2 }),
  kind: fc.constantFrom<"user" | "group">("user", "user", "user", "group"),
  keys: keysArbitrary,
  authority: fc.constantFrom("there", "there", "there", "there", "fails", "another app", "too old"),
  daysLater: fc.integer({ min: 0, max: 20 }),
});

type Case = typeof caseArbitrary extends fc.Arbitrary<infer One> ? One : never;

/** Who the holder is, by the words of the contract: exactly one person by the first key that both have; null: not known. */
function expectedPerson(
  { kind, keys }: Pick<Case, "kind" | "keys">,
  entries: readonly PersonEntry[],
): PersonEntry[] | null {
  if (kind === "group") return null;
  const people = [...Map.groupBy(entries, ({ id, personId }) => personId ?? `entry ${id}`).values()];
  const same = people.filter((theirs) => {
    const key = match.find(
      (each) => keys[each] !== undefined && theirs.some((entry) => entry.keys[each] !== undefined),
    );
    return key !== undefined && theirs.some((entry) => entry.keys[key] === keys[key]);
  });
  const [only] = same;
  return same.length === 1 && only!.every(({ personId }) => personId !== null) ? only! : null;
}

const hasLeft = (person: readonly PersonEntry[] | null): boolean =>
  person?.every(({ status }) => status === "left") ?? false;

/** The whole person behind each entry that was asked for, by id or key: what a vendor's search gives. */
function findIn(entries: readonly PersonEntry[], { ids, keys }: { ids: string[]; keys: PersonKeys[] }): PersonEntry[] {
  const isAsked = (entry: PersonEntry): boolean =>
    ids.includes(entry.id) ||
    keys.some((asked) => match.some((key) => asked[key] !== undefined && asked[key] === entry.keys[key]));
  const asked = entries.filter(isAsked);
  return entries.filter(
    (entry) => asked.includes(entry) || asked.some(({ personId }) => personId !== null && personId === entry.personId),
  );
}

const [leftElsewhere] = compileRules([
  inventRule({ when: 'holder.status == "gone" || (person.known && person.status == "left" && !person.employedAgain)' }),
]);

function isMatch(person: PersonFacts): boolean {
  const facts = { grant: inventGrant(), roleHolders: 1, previous: noPrevious, decision: noDecision, person };
  const view = viewOf({ ...facts, now: "2026-06-01T00:00:00Z" }, { language: "en", timezone: "UTC" });
  return judge(leftElsewhere!, view).kind === "match";
}

/** Whether the grant of the holder is removed. */
async function isRemoved({ then, now, kind, keys, authority, daysLater }: Case): Promise<boolean> {
  const store = openFakeStore();
  const [source, review] = ["people", "2026-05-31T000000Z"];
  const lines = then.map((entry) => ({ ...entry, movedAt: null }));
  const { sha256: peopleSha256 } = await store.createLines(reviewKeys(source, review).people, lines);
  const takenMs = plannedMs - (authority === "too old" ? 31 - daysLater : 1) * dayMs;
  const takenAt = new Date(takenMs).toISOString();
  const known: AuthoritySnapshot = { source, review, origin, takenAt, snapshotSha256: "s", peopleSha256 };
  const reader = {
    provider: "feishu-corehr",
    origin: authority === "another app" ? { ...origin, account: "cli_b" } : origin,
    people: {
      async findPeople(asked: Parameters<NonNullable<Reader["people"]>["findPeople"]>[0]) {
        if (authority === "fails") throw new Error("the authority does not answer");
        return findIn(now ?? then, asked);
      },
    },
    close: async () => {},
  } as unknown as Reader;
  const stage = {
    store,
    sourceId: "cloud",
    policy: { guard: defaultGuard },
    clock: { now: () => plannedMs + daysLater * dayMs, sleep: async () => {} },
    authority: { source, match: [...match], openReader: async () => reader },
  } as unknown as Stage;
  const holder = { id: "u1", kind, keys };
  if (!isMatch((await openKnownPeople(stage, known))(holder))) return false;
  const own = { readKeys: async () => new Map([["u1", keys]]) } as unknown as Reader;
  const people = openPeopleAnew(stage, { known, source: own, goOn: async () => {} });
  const { byHolder, unread } = await people.read([holder]);
  await people.close();
  const person = byHolder.get("u1");
  return unread === null && person !== undefined && isMatch(person);
}

/** `runs`: how many lives of one grant are tried. */
export function describePersons({ runs }: { runs: number }): void {
  describe("a grant of a person in another source", () => {
    const seen = { removed: 0, left: 0 };
    afterAll(() => expect(seen.removed, JSON.stringify(seen)).toBeGreaterThan(runs / 100));

    it("is removed exactly where one person is known, has left, and still has, by an authority that could be asked", async () => {
      const seed = Number(process.env.ACCESS_REVIEW_SEED ?? 1);
      await fc.assert(
        fc.asyncProperty(caseArbitrary, async (one) => {
          const [planned, present] = [one.then, one.now ?? one.then].map((entries) => expectedPerson(one, entries));
          const isDue = hasLeft(planned!) && hasLeft(present!);
          const isRead = one.authority === "there";
          const removed = await isRemoved(one);
          if (removed) seen.removed++;
          if (isDue) seen.left++;
          expect(removed).toBe(isDue && isRead);
        }),
        { numRuns: runs, seed },
      );
    });
  });
}
