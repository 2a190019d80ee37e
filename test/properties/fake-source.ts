import type { Grant, GrantEntry, Role, Scopes } from "../../functions/review/grants/grant.ts";
import type { ReadLine } from "../../functions/review/grants/snapshot.ts";
import type {
  Clock,
  DeleteReply,
  Listing,
  NarrowReply,
  Page,
  Reader,
  Remover,
  RevokeReply,
} from "../../functions/review/ports.ts";
import { type Company, entriesOf, isStanding, keyOf, standingGrant, standingGrants } from "./company.ts";
import type { Gate } from "./gate.ts";
import { withoutSome } from "./narrowing-scenario.ts";

/** How the provider serves: sizes of its pages and batches, and how long it makes removals wait. */
export type Shape = {
  pageSize: number;
  listings: number;
  holdersPerRead: number;
  grantsPerRead: number;
  grantsPerRevoke: number;
  /** Milliseconds between two removals. */
  revokePaceMs: number;
  /** How long a removal takes that the provider carries out later; null: it carries them out at once. */
  taskMs: number | null;
};

/** Who watches what one invocation does at the provider. Keys are `keyOf`. */
export type Watcher = {
  pageRead(listingId: string, token: string | null): void;
  grantsRead(keys: string[]): void;
  holdersRead(ids: string[]): void;
  /** Called as `revoke`, `restore` or a change of scopes begins; gives what is to be called right before it is carried out. */
  writing(): { sent(key: string): void; scopesSent(key: string, scopes: Scopes): { isWider: boolean } };
  removed(key: string): void;
  /** Called once scopes of a grant are set, to more than there were or to other ones. */
  scopesSet(key: string, isWider: boolean): void;
  taskFound(task: string): void;
  taskRead(task: string): void;
  roleRead(roleId: string): void;
  /** Called as the deletion of a role reaches the provider, and once it is carried out. */
  deleting(roleId: string): void;
  deleted(roleId: string): void;
  restored(key: string, wasThere: boolean): void;
};

export type FakeSourceOptions = {
  company: Company;
  shape: Shape;
  clock: Clock;
  gate: Gate;
  watcher: Watcher;
  closed(): void;
  /** What `restore` throws of a grant that cannot be given back. */
  unrestorable(): Error;
};

/** Where the fake company is served, and as which app. */
export const fakeOrigin = { host: "sandbox", account: "app-1" };

type Begun = { kind: "started"; task: string } | { kind: "already-gone" };

const leaversListing: Listing = { id: "leavers", kind: "leavers", parameters: {} };
const slowToShowMs = 5_000;

/** The fake source with no way to write. */
export const openFakeReader = (options: FakeSourceOptions): Reader => {
  const {
    revokeGroups: _groups,
    revoke: _revoke,
    revokeDelay: _delay,
    restore: _restore,
    narrowing,
    ...source
  } = openFakeRemover(options);
  const { retirement } = source;
  const { mostCombinations, withoutGone } = narrowing!;
  return {
    ...source,
    retirement: retirement && { hasRole: retirement.hasRole },
    narrowing: { mostCombinations, withoutGone },
  };
};

/** An in-memory provider over a company that outlives it. Every call passes the gate. */
export const openFakeRemover = (options: FakeSourceOptions): Remover => {
  const { company, shape, clock, gate, watcher } = options;
  const reads: ReadLine[] = [];
  let nextRevokeAtMs = 0;
  let requests = 0;

  const read = async <T>(name: string, perform: () => T): Promise<T> => {
    const result = await gate.pass({ port: "source", name, isWrite: false }, perform);
    const at = new Date(clock.now()).toISOString();
    reads.push({
      call: name,
      parameters: {},
      page: null,
      status: 200,
      items: 1,
      sha256: "",
      logId: null,
      retries: 0,
      at,
    });
    return result;
  };
  const listed = (wants: (given: { holderId: string; roleId: string }) => boolean): GrantEntry[] => {
    const doubles = standingGrants(company, clock.now())
      .filter(wants)
      .map((given) => entriesOf(company, given));
    // The second entries come last, so that most are on another page than the first.
    return [...doubles.map(([first]) => first!), ...doubles.flatMap(([, ...more]) => more)];
  };
  const hasLeft = (holderId: string): boolean => company.people.get(holderId)?.status === "left";
  const leavers = (): string[] =>
    [...company.people.values()].filter(({ status }) => status === "left").map(({ id }) => id);

  const contentOf = ({ kind, parameters }: Listing, token: string | null): Page => {
    const from = token === null ? 0 : Number(token.slice(1));
    const to = from + shape.pageSize;
    const nextOf = (length: number): string | null => (to < length ? `p${to}` : null);
    if (kind === "leavers") {
      const all = leavers();
      const ids = all.slice(from, to);
      const spawned =
        ids.length === 0 ? [] : [{ id: `holders ${ids.join(" ")}`, kind: "holders", parameters: { ids } }];
      return { entries: [], next: nextOf(all.length), spawned, counts: { leavers: ids.length } };
    }
    const entries =
      kind === "holders"
        ? listed(({ holderId }) => (parameters.ids as string[]).includes(holderId))
        : listed(({ holderId, roleId }) => !hasLeft(holderId) && (parameters.roles as string[]).includes(roleId));
    return { entries: entries.slice(from, to), next: nextOf(entries.length), spawned: [], counts: {} };
  };

  const remove = (key: string): { kind: "accepted" | "already-gone" } | { kind: "refused"; detail: string } => {
    const given = company.given.get(key);
    if (!given || !isStanding(given, clock.now())) return { kind: "already-gone" };
    if (given.temper === "refusing") return { kind: "refused", detail: "it may not be removed" };
    if (given.temper === "stubborn" || given.goneAtMs !== null) return { kind: "accepted" };
    given.goneAtMs = clock.now() + (given.temper === "slow" ? slowToShowMs : 0);
    watcher.removed(key);
    return { kind: "accepted" };
  };

  const setScopes = (key: string, scopes: Scopes, { isWider }: { isWider: boolean }): NarrowReply => {
    const requestId = `request ${++requests}`;
    const given = standingGrant(company, key, clock.now());
    if (!given) return { kind: "refused", detail: "nobody has it", requestId };
    const isKnown = scopes.flat().every(({ ids }) => ids.every((id) => !company.goneDepartments.has(id)));
    if (!isKnown) return { kind: "refused", detail: "there is no such department", requestId };
    if (given.temper === "refusing") return { kind: "refused", detail: "it may not be changed", requestId };
    if (given.temper === "stubborn") return { kind: "accepted", requestId };
    const date = given.grantedAt && new Date(clock.now()).toISOString();
    const set = { scopes: withoutNames(scopes), grantedAt: date };
    if (given.temper === "slow") given.setLater = { ...set, fromMs: clock.now() + slowToShowMs };
    else Object.assign(given, { ...set, isDoubled: false });
    watcher.scopesSet(key, isWider);
    return { kind: "accepted", requestId };
  };

  const sendScopes = async (
    name: string,
    { grant: { holder, role }, scopes }: { grant: Grant; scopes: () => Scopes },
    beforeWrite: () => Promise<void>,
  ): Promise<NarrowReply> => {
    const writing = watcher.writing();
    while (nextRevokeAtMs > clock.now()) await clock.sleep(nextRevokeAtMs - clock.now());
    await beforeWrite();
    nextRevokeAtMs = clock.now() + shape.revokePaceMs;
    return await gate.passAs<NarrowReply>(
      { port: "source", name, isWrite: true },
      () => {
        const key = keyOf({ holderId: holder.id, roleId: role.id });
        const sent = scopes();
        return setScopes(key, sent, writing.scopesSent(key, sent));
      },
      () => ({ kind: "no-answer", detail: "nobody answered" }),
    );
  };

  const deleteRole = (roleId: string): DeleteReply => {
    const requestId = `request ${++requests}`;
    if (!company.roles.some(({ id }) => id === roleId)) return { kind: "already-gone", requestId };
    if (standingGrants(company, clock.now()).some((given) => given.roleId === roleId))
      return { kind: "refused", detail: "the role has members", requestId };
    company.roles = company.roles.filter(({ id }) => id !== roleId);
    watcher.deleted(roleId);
    return { kind: "accepted", requestId };
  };

  const runningTask = (key: string): string | null =>
    [...company.tasks].find(([, task]) => task.key === key && task.endsAtMs > clock.now())?.[0] ?? null;

  /** Begins a removal, or finds the one that is under way. */
  const begin = (key: string, taskMs: number, sent: (key: string) => void): Begun => {
    const running = runningTask(key);
    if (running !== null) return { kind: "started", task: running };
    sent(key);
    const given = company.given.get(key);
    if (!given || !isStanding(given, clock.now())) return { kind: "already-gone" };
    const endsAtMs = clock.now() + taskMs;
    const task = `task ${company.tasks.size}`;
    company.tasks.set(task, { key, endsAtMs, failure: given.temper === "refusing" ? "it may not be removed" : null });
    if (given.temper === "refusing" || given.temper === "stubborn") return { kind: "started", task };
    if (given.goneAtMs === null) watcher.removed(key);
    given.goneAtMs ??= endsAtMs + (given.temper === "slow" ? slowToShowMs : 0);
    return { kind: "started", task };
  };

  const asHeard = (key: string, reply: RevokeReply): RevokeReply =>
    company.given.get(key)?.temper === "unheard"
      ? { kind: "no-answer", detail: "the answer says nothing of it" }
      : reply;

  const source: Remover = {
    provider: "feishu-corehr",
    origin: fakeOrigin,
    holdersPerRead: shape.holdersPerRead,
    grantsPerRead: shape.grantsPerRead,
    readRoles: () => read("readRoles", () => company.roles),
    planListings: async (listed) => {
      const roles = await listed;
      return read("planListings", () => ({
        way: "roles",
        why: "there is one way",
        listings: listingsOf(roles, shape),
      }));
    },
    readPage: (listing, token) =>
      read(token === null ? "readPage first" : "readPage next", () => {
        watcher.pageRead(listing.id, token);
        return contentOf(listing, token);
      }),
    readHolders: (ids) =>
      read("readHolders", () => {
        watcher.holdersRead(ids);
        return new Map(ids.flatMap((id) => (company.people.has(id) ? [[id, company.people.get(id)!] as const] : [])));
      }),
    nameScopes: (scopes) => read("nameScopes", () => scopes.map((each) => named(company, each))),
    prove: () => read("prove", () => [{ name: "second-path", passed: company.isWhole, detail: "as the company is" }]),
    readGrants: (keys) =>
      read("readGrants", () => {
        const asked = new Set(keys.map(keyOf));
        watcher.grantsRead([...asked]);
        return listed((given) => asked.has(keyOf(given)));
      }),
    revokeGroups: (grants) =>
      Array.from({ length: Math.ceil(grants.length / shape.grantsPerRevoke) }, (_, at) =>
        grants.slice(at * shape.grantsPerRevoke, (at + 1) * shape.grantsPerRevoke),
      ),
    retirement: {
      hasRole: (roleId) =>
        read("hasRole", () => {
          watcher.roleRead(roleId);
          return company.roles.some(({ id }) => id === roleId);
        }),
      deleteRole: async (roleId, beforeWrite) => {
        await beforeWrite();
        return await gate.passAs<DeleteReply>(
          { port: "source", name: "deleteRole", isWrite: true },
          () => {
            watcher.deleting(roleId);
            return deleteRole(roleId);
          },
          () => ({ kind: "no-answer", detail: "nobody answered" }),
        );
      },
    },
    revoke: async (grants, beforeWrite) => {
      const writing = watcher.writing();
      while (nextRevokeAtMs > clock.now()) await clock.sleep(nextRevokeAtMs - clock.now());
      await beforeWrite();
      nextRevokeAtMs = clock.now() + shape.revokePaceMs;
      const keys = grants.map(({ holder, role }) => keyOf({ holderId: holder.id, roleId: role.id }));
      const requestId = `request ${++requests}`;
      return await gate.passAs<RevokeReply[]>(
        { port: "source", name: "revoke", isWrite: true },
        () =>
          keys.map((key) => {
            if (shape.taskMs !== null) return asHeard(key, { ...begin(key, shape.taskMs, writing.sent), requestId });
            writing.sent(key);
            return asHeard(key, { ...remove(key), requestId });
          }),
        () => keys.map(() => ({ kind: "no-answer", detail: "nobody answered" })),
      );
    },
    findTask: ({ holder, role }) =>
      read("findTask", () => {
        const task = runningTask(keyOf({ holderId: holder.id, roleId: role.id }));
        if (task !== null) watcher.taskFound(task);
        return task;
      }),
    readTask: (id) =>
      read("readTask", () => {
        watcher.taskRead(id);
        const task = company.tasks.get(id);
        if (task && task.endsAtMs > clock.now()) return { kind: "running" };
        return task?.failure ? { kind: "failed", detail: task.failure } : { kind: "done" };
      }),
    revokeDelay: () => Math.max(0, nextRevokeAtMs - clock.now()),
    restore: async (grant, beforeWrite) => {
      watcher.writing();
      if (!grant.restorable || grant.scopes === null) throw options.unrestorable();
      await beforeWrite();
      return await gate.pass({ port: "source", name: "restore", isWrite: true }, () => {
        const key = keyOf({ holderId: grant.holder.id, roleId: grant.role.id });
        const standing = company.given.get(key);
        const isThere = standing !== undefined && isStanding(standing, clock.now());
        const scopes = [...(isThere ? (standing.scopes ?? []) : []), ...withoutNames(grant.scopes!)];
        const grantedAt = new Date(clock.now()).toISOString();
        company.given.set(key, {
          ...standing!,
          scopes,
          grantedAt,
          givenAtMs: clock.now(),
          goneAtMs: null,
          isDoubled: false,
        });
        watcher.restored(key, isThere);
        return { requestId: `request ${++requests}` };
      });
    },
    narrowing: {
      mostCombinations: 300,
      withoutGone: (_grant, scopes) =>
        read("withoutGone", () => withoutSome(scopes, (id) => company.goneDepartments.has(id))),
      setScopes: (grant, scopes, beforeWrite) => sendScopes("setScopes", { grant, scopes: () => scopes }, beforeWrite),
      addScopes: (grant, scopes, beforeWrite) => {
        const key = keyOf({ holderId: grant.holder.id, roleId: grant.role.id });
        const all = (): Scopes => [...(standingGrant(company, key, clock.now())?.scopes ?? []), ...scopes];
        return sendScopes("addScopes", { grant, scopes: all }, beforeWrite);
      },
      delay: () => Math.max(0, nextRevokeAtMs - clock.now()),
    },
    checkPermissions: async () => [],
    takeReads: () => reads.splice(0),
    saveWindows: () => ({ revoke: [nextRevokeAtMs] }),
    loadWindows: (windows) => {
      nextRevokeAtMs = Math.max(nextRevokeAtMs, ...Object.values(windows).flat());
    },
    close: async () => options.closed(),
  };
  return source;
};

/** Roles in turn over so many listings, and the people who left. */
const listingsOf = (roles: Role[], { listings }: Shape): Listing[] => [
  ...Array.from({ length: listings }, (_, at) => ({
    id: `roles ${at}`,
    kind: "roles",
    parameters: { roles: roles.filter((_role, index) => index % listings === at).map(({ id }) => id) },
  })),
  leaversListing,
];

const named = ({ departmentNames }: Company, scopes: Scopes): Scopes =>
  scopes.map((parts) =>
    parts.map((part) => ({ ...part, names: part.ids.map((id) => departmentNames.get(id) ?? null) })),
  );

const withoutNames = (scopes: Scopes): Scopes =>
  scopes.map((parts) => parts.map((part) => ({ ...part, names: part.ids.map(() => null) })));
