import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IncompleteListingError, UnexpectedReplyError } from "../../functions/http/errors.ts";
import { callWords as coreHrWords } from "../../functions/providers/feishu-corehr/limits.ts";
import { callWords as functionalWords } from "../../functions/providers/feishu-functional-role/limits.ts";
import { callWords as cloudWords } from "../../functions/providers/tencent-identity-center/limits.ts";
import type { ReadLine, Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Contradiction, ContradictoryPage } from "../../functions/sandbox/contradictions.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, type Life, openLife } from "../review-life/open-life.ts";

const contradictions: Contradiction[] = [
  "token-empty",
  "token-null",
  "token-absent",
  "no-word",
  "word-null",
  "token-repeated",
  "endless",
  "stranger",
  "total-high",
  "total-low",
];

/** The listings of a provider: the provider's name of each call, and the sandbox's. At that size, grants have several pages. */
type Listings = {
  sourceId: string;
  size: SandboxOptions;
  words: Readonly<Record<string, string>>;
  callByName: Record<string, string>;
};

const providers: Record<string, Listings> = {
  "feishu-corehr": {
    sourceId: "people-hq",
    size: { people: 900 },
    words: coreHrWords,
    callByName: {
      listSecurityGroups: "securityGroups",
      queryAuthorizations: "authorizationsQuery",
      searchEmployees: "employeesSearch",
      searchAssignedUsers: "assignedUsersSearch",
      listPartners: "bps",
    },
  },
  "feishu-functional-role": {
    sourceId: "functional-roles",
    size: { people: 4000, holders: 3000 },
    words: functionalWords,
    callByName: { listMembers: "functionalMembers" },
  },
  "tencent-identity-center": {
    sourceId: "cloud",
    size: { people: 3000 },
    words: cloudWords,
    callByName: Object.fromEntries(
      [
        "ListRoleAssignments",
        "ListRoleConfigurations",
        "ListUsers",
        "ListGroups",
        "ListGroupMembers",
        "DescribeOrganizationMembers",
      ].map((name) => [name, name]),
    ),
  },
};

const sourceOf = ({ sandbox }: Life, sourceId: string) =>
  sourceId === "cloud" ? { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.cloud.keys } : undefined;

function stageOf(life: Life, sourceId: string) {
  const endpoint = sourceOf(life, sourceId);
  return life.stageWith({ review: reviewIdOf(life.clock.now()), sourceId, ...(endpoint ? { endpoint } : {}) });
}

/** A new first review, without what earlier reviews left in the store. */
function forgetReviews(life: Life): void {
  life.objects.clear();
}

function contradict({ sandbox }: Life, page: ContradictoryPage | null): void {
  sandbox.quirks.contradictoryPage = page;
  sandbox.cloud.quirks.contradictoryPage = page;
}

/** How many pages of each listing a snapshot without contradictions asks for. */
async function pagesOf(life: Life, { sourceId, callByName }: Listings): Promise<Map<string, number>> {
  const stage = stageOf(life, sourceId);
  expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
  const pages = new Map<string, Set<string>>();
  for await (const { call, parameters, page } of life.store.readLines<ReadLine>(
    reviewKeys(sourceId, stage.review).reads,
  )) {
    if (call in callByName) pages.set(call, (pages.get(call) ?? new Set()).add(JSON.stringify([parameters, page])));
  }
  forgetReviews(life);
  return new Map([...pages].map(([call, asked]) => [call, asked.size]));
}

const isUsed = (page: ContradictoryPage): boolean => page.times !== 1_000_000;

const held = ({ sandbox }: Life): unknown => [sandbox.grants(), sandbox.functionalGrants(), sandbox.cloud.grants()];

/** A page of one listing, which contradicts itself in one way. */
type Case = { call: string; at: number; as: Contradiction };

/** Each way once on a page of one provider, as all three walk through their pages in the same way. On any page of each: the soak. */
const samples: Record<string, [call: string, at: number | "last", as: Contradiction][]> = {
  "feishu-corehr": [
    ["listSecurityGroups", 1, "token-empty"],
    ["searchAssignedUsers", 2, "no-word"],
    ["listPartners", 1, "word-null"],
    ["queryAuthorizations", 2, "stranger"],
  ],
  "feishu-functional-role": [
    ["listMembers", 2, "token-null"],
    ["listMembers", 1, "endless"],
  ],
  "tencent-identity-center": [
    ["ListRoleAssignments", 1, "token-absent"],
    ["ListGroupMembers", 2, "token-repeated"],
    ["ListUsers", "last", "total-high"],
    ["DescribeOrganizationMembers", "last", "total-low"],
  ],
};

const sampleOf = (provider: string, pages: ReadonlyMap<string, number>): Case[] =>
  samples[provider]!.map(([call, at, as]) => ({ call, at: at === "last" ? pages.get(call)! : at, as }));

const anyOf = (pages: ReadonlyMap<string, number>): fc.Arbitrary<Case> =>
  fc.constantFrom(...pages).chain(([call, count]) =>
    fc.record({
      call: fc.constant(call),
      at: fc.integer({ min: 1, max: Math.min(count, 12) }),
      as: fc.constantFrom(...contradictions),
    }),
  );

/** `times`: how many pages of each provider are tried, by a seed; left out: a fixed sample. */
export function describeContradictoryPages(random?: { times: number; seed: number }): void {
  describe.each(Object.entries(providers))("a page of %s that contradicts itself", (provider, listings) => {
    const { sourceId, size, words, callByName } = listings;
    let life: Life;
    beforeAll(async () => {
      life = await openLife(size);
    });
    afterAll(endLives);

    /** Takes a snapshot over such a page; gives whether the page was asked for. */
    async function isNoEnd({ call, at, as }: Case, before: string): Promise<boolean> {
      const page: ContradictoryPage = { call: callByName[call]!, at, as, times: 1_000_000 };
      contradict(life, page);
      const stage = stageOf(life, sourceId);
      const answered = await takeSnapshot(stage).catch((error: unknown) => error);
      if (isUsed(page)) {
        if (answered instanceof Error) {
          if (answered instanceof UnexpectedReplyError) {
            expect(answered.message).toContain(`Cannot ${words[call]} (${call})`);
            expect(answered.message).toMatch(/, page \d+, as the answer is unexpected: /);
          } else {
            expect(answered).toBeInstanceOf(IncompleteListingError);
            expect(answered.message).toContain(`Cannot ${words[call]} to the end (${call}) of ${sourceId} at `);
            expect(answered.message).toMatch(/ by credentials\.read as page \d+/);
          }
        } else {
          expect(answered).toMatchObject({ status: "incomplete" });
          const snapshot = await life.store.getJson<Snapshot>(reviewKeys(sourceId, stage.review).snapshot);
          const failed = snapshot?.checks.filter(({ passed }) => !passed) ?? [];
          expect(
            failed.some(({ detail }) => detail.includes(call) && /page/.test(detail)),
            JSON.stringify(failed),
          ).toBe(true);
          expect(await assessGrants(stage)).toMatchObject({ status: "incomplete" });
          expect(await expireGrants(stage)).toMatchObject({ status: "incomplete" });
        }
        expect(JSON.stringify(held(life))).toBe(before);
      }
      contradict(life, null);
      forgetReviews(life);
      return isUsed(page);
    }

    it("is no end: no snapshot is complete by it, nothing is removed, and the call and the page are named", async () => {
      const pages = await pagesOf(life, listings);
      expect([...pages.keys()].sort()).toEqual(Object.keys(callByName).sort());
      const before = JSON.stringify(held(life));
      if (random) {
        const { times: numRuns, seed } = random;
        let used = 0;
        const property = fc.asyncProperty(anyOf(pages), async (each) => {
          if (await isNoEnd(each, before)) used += 1;
        });
        await fc.assert(property, { numRuns, seed });
        expect(used).toBeGreaterThan(2);
      } else {
        for (const each of sampleOf(provider, pages)) expect([each, await isNoEnd(each, before)]).toEqual([each, true]);
      }
    }, 300_000);

    it("heals where it is right when it is asked for a second time", async () => {
      for (const call of Object.values(callByName)) {
        contradict(life, { call, at: 1, as: "no-word", times: 1 });
        expect(await takeSnapshot(stageOf(life, sourceId))).toMatchObject({ status: "done" });
        forgetReviews(life);
      }
      contradict(life, null);
    }, 60_000);
  });
}
