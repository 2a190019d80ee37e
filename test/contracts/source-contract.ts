import { afterEach, describe, expect, it } from "vitest";
import type { Grant, GrantEntry } from "../../functions/review/grants/grant.ts";
import { mergeEntries, sameScopes } from "../../functions/review/grants/grant-comparison.ts";
import type { Clock, GrantKey, Listing, Reader, Remover, RevokeReply } from "../../functions/review/ports.ts";
import { ExpiredPageTokenError } from "../../functions/review/ports.ts";

/** A source to try, opened for writing, over a company that can be looked into and disturbed. */
export type OpenedSource = {
  source: Remover;
  /** Another one over the same company and as the same app, as if in another process. */
  reopen(): Promise<Remover>;
  clock: Clock;
  /** What is held by the provider's own books. */
  held(): GrantKey[];
  /** Removals of this grant are refused from now on. */
  refuse(key: GrantKey): void;
  /** The removal of this grant is carried out, and nobody hears of it. */
  loseAnswer(key: GrantKey): void;
  /** A page token that is sent soon is no longer known, once. Before it at least two others are. */
  expireToken(): void;
  /** Every call but the one for the token is refused from now on, for good. */
  failForGood(): void;
  /** What must not show in errors nor in the list of reads. */
  secrets: string[];
  close(): Promise<void>;
};

const allow = async (): Promise<void> => {};
const keyOf = ({ holderId, roleId }: GrantKey): string => `${holderId}:${roleId}`;
const entryKey = ({ holderId, role }: GrantEntry): string => keyOf({ holderId, roleId: role.id });

async function followAll(source: Reader, listing: Listing): Promise<GrantEntry[]> {
  const entries: GrantEntry[] = [];
  for (let token: string | null = null, isFirst = true; isFirst || token !== null; isFirst = false) {
    const page = await source.readPage(listing, token);
    entries.push(...page.entries);
    for (const spawned of page.spawned) entries.push(...(await followAll(source, spawned)));
    token = page.next;
  }
  return entries;
}

async function listAll(source: Reader): Promise<GrantEntry[]> {
  const { listings } = await source.planListings(await source.readRoles());
  const byKey = new Map<string, GrantEntry>();
  for (const listing of listings) {
    for (const entry of await followAll(source, listing)) {
      const twin = byKey.get(entryKey(entry));
      byKey.set(entryKey(entry), twin ? mergeEntries(twin, entry) : entry);
    }
  }
  return [...byKey.values()];
}

const asGrant = (entry: GrantEntry, provider: string): Grant => ({
  id: entryKey(entry),
  source: "tried",
  provider,
  holder: {
    id: entry.holderId,
    kind: "user",
    status: "left",
    name: null,
    email: null,
    departmentId: null,
    managerId: null,
    lastDay: null,
    employedAgain: false,
  },
  role: entry.role,
  scopes: entry.scopes,
  removable: entry.removable,
  unremovableReason: entry.unremovableReason,
  restorable: entry.restorable,
  grantedAt: entry.grantedAt,
  firstSeenAt: "2026-10-01T02:00:00Z",
});

/** What every source must satisfy, whatever its provider; each sentence opens one of its own. */
export const describeSource = (name: string, open: () => Promise<OpenedSource>): void => {
  describe(`${name}, as a source`, () => {
    let opened: OpenedSource;
    afterEach(() => opened.close());

    const start = async (): Promise<OpenedSource> => {
      opened = await open();
      return opened;
    };
    const startListed = async () => {
      const { source } = await start();
      const entries = await listAll(source);
      const free = entries.filter(({ removable, restorable }) => removable && restorable);
      return { ...opened, entries, grants: free.map((entry) => asGrant(entry, source.provider)) };
    };
    const shownOf = async (grants: Grant[]): Promise<string[]> => {
      const keys = grants.map(({ holder, role }) => ({ holderId: holder.id, roleId: role.id }));
      return [...new Set((await opened.source.readGrants(keys)).map(entryKey))].sort();
    };
    /** A reply as it is once a task that it started has ended. */
    const ended = async (reply: RevokeReply): Promise<RevokeReply["kind"]> => {
      if (reply.kind !== "started") return reply.kind;
      for (;;) {
        const state = await opened.source.readTask(reply.task);
        if (state.kind !== "running") return state.kind === "done" ? "accepted" : "refused";
        await opened.clock.sleep(1_000);
      }
    };
    const revokeOne = async (grant: Grant, beforeWrite = allow): Promise<RevokeReply["kind"]> => {
      const [reply] = await opened.source.revoke([grant], beforeWrite);
      return await ended(reply!);
    };
    const textOf = (error: unknown): string =>
      error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${textOf(error.cause)}` : String(error);

    describe("listings", () => {
      it("show every grant that is held, and no other", async () => {
        const { source, held } = await start();
        expect((await listAll(source)).map(entryKey).sort()).toEqual(held().map(keyOf).sort());
      });

      it("name roles of the role list alone", async () => {
        const { source, entries } = await startListed();
        const known = new Set((await source.readRoles()).map(({ id }) => id));
        expect(entries.filter(({ role }) => !known.has(role.id))).toEqual([]);
      });

      it("are plain JSON, as their pages are", async () => {
        const { source } = await start();
        const plan = await source.planListings(await source.readRoles());
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        for (const listing of JSON.parse(JSON.stringify(plan.listings)) as Listing[]) {
          const page = await source.readPage(listing, null);
          expect(JSON.parse(JSON.stringify(page))).toEqual(page);
        }
      });

      it("begin anew where a token is no longer known, and miss nothing", async () => {
        const { source, held, expireToken } = await start();
        const { listings } = await source.planListings(await source.readRoles());
        const found = new Set<string>();
        let expired = 0;
        const readWhole = async (listing: Listing): Promise<void> => {
          try {
            for (const entry of await followAll(source, listing)) found.add(entryKey(entry));
          } catch (error) {
            if (!(error instanceof ExpiredPageTokenError)) throw error;
            expired++;
            await readWhole(listing);
          }
        };
        expireToken();
        for (const listing of listings) await readWhole(listing);
        expect(expired).toBe(1);
        expect([...found].sort()).toEqual(held().map(keyOf).sort());
      });
    });

    describe("readHolders()", () => {
      it("gives those that the provider shows, under their ids, and nobody else", async () => {
        const { source, entries } = await startListed();
        const ids = [...new Set(entries.map(({ holderId }) => holderId))].slice(0, source.holdersPerRead - 1);
        const holders = await source.readHolders([...ids, "999"]);
        expect(holders.size).toBeGreaterThan(ids.length / 2);
        expect([...holders].filter(([id, holder]) => holder.id !== id || !ids.includes(id))).toEqual([]);
      });

      it("gives nobody where nobody is asked for", async () => {
        expect((await (await start()).source.readHolders([])).size).toBe(0);
      });
    });

    describe("readGrants()", () => {
      it("shows only what was asked for, as the listing does", async () => {
        const { source, entries } = await startListed();
        const asked = entries.slice(0, source.grantsPerRead - 1);
        const keys = asked.map(({ holderId, role }) => ({ holderId, roleId: role.id }));
        const other = { holderId: asked[0]!.holderId, roleId: "999" };
        const byKey = new Map((await source.readGrants([...keys, other])).map((entry) => [entryKey(entry), entry]));
        expect([...byKey.keys()].sort()).toEqual(asked.map(entryKey).sort());
        for (const entry of asked) {
          const again = byKey.get(entryKey(entry))!;
          expect(sameScopes(again.scopes, entry.scopes) && again.grantedAt === entry.grantedAt).toBe(true);
          expect(again.role).toEqual(entry.role);
        }
      });

      it("shows nothing where nothing is asked for", async () => {
        expect(await (await start()).source.readGrants([])).toEqual([]);
      });
    });

    describe("nameScopes()", () => {
      it("changes nothing but names", async () => {
        const { source, entries } = await startListed();
        const scopes = entries.slice(0, 30).map((entry) => entry.scopes ?? []);
        const named = await source.nameScopes(scopes);
        expect(named).toHaveLength(scopes.length);
        const unnamed = (all: typeof scopes) =>
          all.map((each) => each.map((parts) => parts.map(({ dimension, ids }) => ({ dimension, ids }))));
        expect(unnamed(named)).toEqual(unnamed(scopes));
        expect(named.flat(2).every(({ ids, names }) => names.length === ids.length)).toBe(true);
      });
    });

    describe("prove()", () => {
      it("passes of what was listed", async () => {
        const { source, entries } = await startListed();
        const byHolder = Map.groupBy(entries, ({ holderId }) => holderId);
        const sampled = [...byHolder].slice(0, 10);
        const rolesByHolder = Object.fromEntries(sampled.map(([id, of]) => [id, of.map(({ role }) => role.id)]));
        const checks = await source.prove({
          rolesByHolder,
          scopes: [],
          startedAt: "2026-10-01T02:00:00Z",
          counts: {},
        });
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.filter(({ passed }) => !passed)).toEqual([]);
      });
    });

    describe("a read that fails for good", () => {
      it("is never an empty read, and tells no secret", async () => {
        const { source, failForGood, secrets, entries } = await startListed();
        const roles = await source.readRoles();
        const { listings } = await source.planListings(roles);
        const { holderId, role } = entries[0]!;
        failForGood();
        const reads = [
          () => source.readPage(listings[0]!, null),
          () => source.readHolders([holderId]),
          () => source.readGrants([{ holderId, roleId: role.id }]),
        ];
        for (const read of reads) {
          const failure = await read().then(
            () => expect.fail("a failed read gave something"),
            (error: unknown) => error,
          );
          expect(secrets.filter((secret) => textOf(failure).includes(secret))).toEqual([]);
        }
      });
    });

    describe("revokeGroups()", () => {
      it("has each grant in one group, and no group empty", async () => {
        const { source, grants } = await startListed();
        const groups = source.revokeGroups(grants);
        expect(groups.filter(({ length }) => length === 0)).toEqual([]);
        expect(
          groups
            .flat()
            .map(({ id }) => id)
            .sort(),
        ).toEqual(grants.map(({ id }) => id).sort());
        expect(source.revokeGroups([])).toEqual([]);
      });
    });

    describe("revoke()", () => {
      it("answers for each grant of a group, and takes away these and no others", async () => {
        const { source, grants, held } = await startListed();
        const before = held().length;
        const group = source.revokeGroups(grants.slice(0, 6)).sort((a, b) => b.length - a.length)[0]!;
        const replies = await source.revoke(group, allow);
        expect(replies).toHaveLength(group.length);
        for (const reply of replies) expect(await ended(reply)).toBe("accepted");
        expect(await shownOf(group)).toEqual([]);
        expect(held()).toHaveLength(before - group.length);
      });

      it("waits for beforeWrite, and sends nothing where that throws", async () => {
        const { grants, held } = await startListed();
        const before = held().length;
        let heldBeforeWrite = 0;
        const stop = async (): Promise<void> => {
          await opened.clock.sleep(5);
          heldBeforeWrite = held().length;
          throw new Error("stopped");
        };
        await expect(opened.source.revoke([grants[0]!], stop)).rejects.toThrow("stopped");
        expect([heldBeforeWrite, held().length]).toEqual([before, before]);
        let calls = 0;
        await revokeOne(grants[0]!, async () => {
          calls++;
          expect(held()).toHaveLength(before);
        });
        expect(calls).toBe(1);
      });

      it("leaves what is refused where it is", async () => {
        const { grants, refuse } = await startListed();
        const [grant] = grants;
        refuse({ holderId: grant!.holder.id, roleId: grant!.role.id });
        expect(await revokeOne(grant!)).toBe("refused");
        expect(await shownOf([grant!])).toEqual([grant!.id]);
      });

      it("takes no answer for no yes, and does not send it again by itself", async () => {
        const { grants, loseAnswer } = await startListed();
        const [grant] = grants;
        loseAnswer({ holderId: grant!.holder.id, roleId: grant!.role.id });
        let calls = 0;
        const kind = await revokeOne(grant!, async () => {
          calls++;
        });
        expect([kind, calls]).toEqual(["no-answer", 1]);
      });

      it("does not say yes to what is gone already", async () => {
        const { grants } = await startListed();
        const [grant] = grants;
        await revokeOne(grant!);
        expect(await shownOf([grant!])).toEqual([]);
        expect(["already-gone", "refused"]).toContain(await revokeOne(grant!));
      });

      it("tells no secret where the app may not", async () => {
        const { grants, failForGood, secrets } = await startListed();
        failForGood();
        const failure = await opened.source.revoke([grants[0]!], allow).catch((error: unknown) => error);
        expect(secrets.filter((secret) => textOf(failure).includes(secret))).toEqual([]);
      });
    });

    describe("restore()", () => {
      const restoreOne = async (grant: Grant, beforeWrite = allow): Promise<string | null> => {
        const { task, refusal } = await opened.source.restore(grant, beforeWrite);
        if (task === undefined) return refusal ?? null;
        return (await ended({ kind: "started", task, requestId: null })) === "accepted" ? null : "the task failed";
      };

      it("puts back what was taken away, scopes and all", async () => {
        const { source, grants, held } = await startListed();
        const before = held().map(keyOf).sort();
        const chosen = grants.slice(0, 3);
        for (const grant of chosen) await revokeOne(grant);
        expect(await shownOf(chosen)).toEqual([]);
        for (const grant of chosen) expect(await restoreOne(grant)).toBeNull();
        const keys = chosen.map(({ holder, role }) => ({ holderId: holder.id, roleId: role.id }));
        const back = new Map((await source.readGrants(keys)).map((entry) => [entryKey(entry), entry]));
        for (const grant of chosen) expect(sameScopes(back.get(grant.id)?.scopes ?? null, grant.scopes)).toBe(true);
        expect(held().map(keyOf).sort()).toEqual(before);
      });

      it("sends nothing where beforeWrite throws", async () => {
        const { grants, held } = await startListed();
        await revokeOne(grants[0]!);
        const before = held().length;
        const stop = (): Promise<void> => Promise.reject(new Error("stopped"));
        await expect(opened.source.restore(grants[0]!, stop)).rejects.toThrow("stopped");
        expect(held()).toHaveLength(before);
      });
    });

    describe("takeReads()", () => {
      it("gives each answered call once, with its reply's hash and no secret", async () => {
        const { source, secrets } = await start();
        await listAll(source);
        const reads = source.takeReads();
        expect(reads.length).toBeGreaterThan(0);
        expect(reads.filter(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256))).toEqual([]);
        expect(JSON.parse(JSON.stringify(reads))).toEqual(reads);
        expect(secrets.filter((secret) => JSON.stringify(reads).includes(secret))).toEqual([]);
        expect(source.takeReads()).toEqual([]);
      });
    });

    describe("windows", () => {
      it("are plain JSON, and whoever loads them waits as if the calls had been its own", async () => {
        const { source, grants, reopen, clock } = await startListed();
        for (const grant of grants.slice(0, 3)) await revokeOne(grant);
        const windows = JSON.parse(JSON.stringify(source.saveWindows()));
        expect(windows).toEqual(source.saveWindows());
        const other = await reopen();
        other.loadWindows(windows);
        expect(other.saveWindows()).toEqual(windows);
        expect(other.revokeDelay()).toBe(source.revokeDelay());
        // After a crash nobody knows what was used.
        other.loadWindows({ "*": [clock.now()] });
        expect(other.revokeDelay()).toBeGreaterThan(0);
      });
    });

    describe("checkPermissions()", () => {
      it("passes where nothing is missing, and changes nothing", async () => {
        const { source, held } = await start();
        const before = held().length;
        const checks = await source.checkPermissions();
        expect(checks.length).toBeGreaterThan(2);
        expect(checks.filter(({ passed }) => !passed)).toEqual([]);
        expect(held()).toHaveLength(before);
      });
    });
  });
};
