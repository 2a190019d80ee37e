import type { GrantEntry, Holder, Role } from "../../functions/review/grants/grant.ts";
import type { GrantKey, Listing, Page, Remover } from "../../functions/review/ports.ts";

/** An invented company of so many grants; `generation` tells one review's from the next. `areKnown`: its people have numbers. */
export type LargeCompany = { grants: number; generation: number; areKnown?: boolean };

const grantsOfHolder = 4;
const pageSize = 100;
const listings = 64;
const rolesOf = ({ grants }: LargeCompany): number => (grants >= 100_000 ? 800 : 200);
const holdersOf = ({ grants }: LargeCompany): number => grants / grantsOfHolder;

const roleOf = (number: number): Role => ({
  id: String(7034000110000000000n + BigInt(number) * 37n),
  code: `role_${number}`,
  name: { zh: `属地 HRBP${number}`, en: `Location HRBP ${number}` },
  description: { zh: `属地 HRBP${number}的权限`, en: `What a Location HRBP ${number} may do` },
  kind: number % 3 === 0 ? "functional" : "organisational",
  status: "active",
});

const departmentOf = (number: number): string => String(7023000110000000000n + BigInt(number) * 37n);

const holderId = (number: number): string => String(6967000110000000000n + BigInt(number) * 37n);
const holderNumber = (id: string): number => Number((BigInt(id) - 6967000110000000000n) / 37n);

/** One in 200 has left, one in 50 moves between reviews. */
const holderOf = (number: number, { generation, areKnown }: LargeCompany): Holder => ({
  ...(areKnown ? { keys: { employeeNo: String(number) } } : {}),
  id: holderId(number),
  kind: "user",
  status: number % 200 === 7 ? "left" : "active",
  name: `周欣${number}`,
  email: `person${number}@spruce.example.com`,
  departmentId: departmentOf((number + (number % 50 === generation ? 1 : 0)) % 900),
  managerId: holderId(number % 1_000),
  lastDay: number % 200 === 7 ? "2026-06-30" : null,
  employedAgain: false,
});

/** A hundredth of the grants is there in every other review alone. */
const isThere = (number: number, { generation }: LargeCompany): boolean => number % 200 !== 50 + (generation % 2);

const entryOf = (number: number, company: LargeCompany): GrantEntry => {
  const holder = number % holdersOf(company);
  const roles = rolesOf(company);
  const role = (holder * 13 + Math.floor(number / holdersOf(company)) * (roles / grantsOfHolder)) % roles;
  const scope = [departmentOf(holder % 900), departmentOf((holder + 1) % 900)].slice(holder % 2);
  return {
    holderId: holderId(holder),
    role: roleOf(role),
    scopes: [[{ dimension: "department", ids: scope, names: scope.map(() => null) }]],
    removable: true,
    unremovableReason: null,
    restorable: true,
    grantedAt: new Date(Date.UTC(2025, 11, 1) + (number % 300) * 86_400_000).toISOString().replace(".000Z", "Z"),
  };
};

const peopleListing: Listing = { id: "people", kind: "people", parameters: {} };

const peoplePageOf = (company: LargeCompany, token: string | null): Page => {
  const from = Number(token ?? 0);
  const to = Math.min(from + pageSize, holdersOf(company));
  const people = Array.from({ length: to - from }, (_, at) => {
    const { id, status, lastDay, departmentId, keys = {} } = holderOf(from + at, company);
    return { id, personId: id, status, lastDay, departmentId, keys };
  });
  return { entries: [], people, next: to < holdersOf(company) ? String(to) : null, spawned: [], counts: {} };
};

const pageOf = (company: LargeCompany, listing: Listing, token: string | null): Page => {
  if (listing.kind === "people") return peoplePageOf(company, token);
  const share = company.grants / listings;
  const first = Number(listing.id) * share;
  const from = token === null ? Math.ceil(first) : Number(token);
  const end = Math.ceil(first + share);
  const to = Math.min(from + pageSize, end);
  const entries: GrantEntry[] = [];
  for (let number = from; number < to; number++) if (isThere(number, company)) entries.push(entryOf(number, company));
  return { entries, next: to < end ? String(to) : null, spawned: [], counts: {} };
};

const unused = (): never => {
  throw new Error("Cannot do this to an invented company");
};

/** The company as a provider shows it: at once, and a removal holds until the process ends. */
export const openLargeCompany = (company: LargeCompany): Remover => {
  const removed = new Set<string>();
  const keyOf = ({ holderId: holder, roleId }: GrantKey): string => `${holder}\n${roleId}`;
  const grantsOf = ({ holderId: holder, roleId }: GrantKey): GrantEntry[] => {
    if (removed.has(keyOf({ holderId: holder, roleId }))) return [];
    const numbers = [0, 1, 2, 3].map((turn) => holderNumber(holder) + turn * holdersOf(company));
    const held = numbers.filter((number) => isThere(number, company)).map((number) => entryOf(number, company));
    return held.filter(({ role }) => role.id === roleId);
  };
  return {
    provider: "feishu-corehr",
    origin: { host: "sandbox", account: "large" },
    holdersPerRead: 100,
    grantsPerRead: 100,
    readRoles: async () => Array.from({ length: rolesOf(company) }, (_, number) => roleOf(number)),
    planListings: async () => ({
      way: "in parts",
      why: "a bench",
      listings: Array.from({ length: listings }, (_, part) => ({ id: String(part), kind: "part", parameters: {} })),
    }),
    readPage: async (listing, token) => pageOf(company, listing, token),
    readHolders: async (ids) => new Map(ids.map((id) => [id, holderOf(holderNumber(id), company)])),
    nameScopes: async (all) =>
      all.map((scopes) =>
        scopes.map((parts) => parts.map((part) => ({ ...part, names: part.ids.map((id) => `市场${id.slice(-4)}部`) }))),
      ),
    prove: async () => [{ name: "all-there", passed: true, detail: "the company has no more" }],
    ...(company.areKnown ? { people: { listPeople: async () => [peopleListing], findPeople: unused } } : {}),
    readGrants: async (keys) => keys.flatMap(grantsOf),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async ([grant], beforeWrite) => {
      await beforeWrite();
      removed.add(keyOf({ holderId: grant!.holder.id, roleId: grant!.role.id }));
      return [{ kind: "accepted", requestId: null }];
    },
    revokeDelay: () => 0,
    findTask: async () => null,
    readTask: unused,
    restore: unused,
    retirement: null,
    checkPermissions: unused,
    takeReads: () => [],
    saveWindows: () => ({}),
    loadWindows: () => {},
    close: async () => {},
  };
};
