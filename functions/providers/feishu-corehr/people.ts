import type { PeopleBook, Reader } from "../../review/ports.ts";
import { type FeishuCall, openPageReader } from "../feishu/call.ts";
import { readInBatches } from "../provider-source.ts";
import { type EmployeeFilter, findPeople, maxEmployees, personFields } from "./calls.ts";
import { toPerson } from "./employments.ts";
import { convertedIds, readEmployees } from "./holders.ts";

type PersonEntry = Awaited<ReturnType<PeopleBook["findPeople"]>>[number];
type FoundBy = Parameters<typeof findPeople>[0];

type Holders = Awaited<ReturnType<Reader["readHolders"]>>;

/** Everybody who works here or has left. */
export type People = {
  /** Whether people are matched by their accounts, and come with them. */
  matchesAccounts: boolean;
  /** Finds people by their employments and their keys. */
  find: PeopleBook["findPeople"];
  /** The same holders, with their accounts where people are matched by them. */
  holdersWithAccounts(holders: Holders): Promise<Holders>;
  /** The same pages, of people with their accounts where people are matched by them. */
  withAccounts(readPage: Reader["readPage"]): Reader["readPage"];
};

/** `match`: the keys by which people are matched. A conversion of ids that fails fails the reading. */
export function openPeople(call: FeishuCall, match: readonly string[] = []): People {
  const find = createPeopleFinder(call);
  const matchesAccounts = match.includes("userId");
  if (!matchesAccounts)
    return {
      matchesAccounts,
      find,
      holdersWithAccounts: async (holders) => holders,
      withAccounts: (readPage) => readPage,
    };
  const withUserIds = async (people: PersonEntry[]): Promise<PersonEntry[]> => {
    const accounts = await convertedIds(
      call,
      "accounts",
      people.map(({ id }) => id),
    );
    return people.map((entry) => {
      const userId = accounts.get(entry.id);
      return userId ? { ...entry, keys: { ...entry.keys, userId } } : entry;
    });
  };
  return {
    matchesAccounts,
    async find({ ids, keys }) {
      const accounts = keys.flatMap(({ userId }) => userId ?? []);
      const employments = (await convertedIds(call, "employments", accounts)).values();
      return await withUserIds(await find({ ids: [...ids, ...employments], keys }));
    },
    async holdersWithAccounts(holders) {
      const accounts = await convertedIds(call, "accounts", holders.keys());
      return new Map(
        [...holders].map(([id, holder]) => {
          const userId = accounts.get(id);
          return [id, userId ? { ...holder, keys: { ...holder.keys, userId } } : holder];
        }),
      );
    },
    withAccounts: (readPage) => async (listing, token) => {
      const page = await readPage(listing, token);
      return page.people ? { ...page, people: await withUserIds(page.people) } : page;
    },
  };
}

function createPeopleFinder(call: FeishuCall): PeopleBook["findPeople"] {
  async function searchFor(by: FoundBy, values: string[]): Promise<PersonEntry[]> {
    return await readInBatches(new Set(values), maxEmployees, async (some) => [
      ...(await readEvery(by, some, "hired")),
      ...(await readEvery(by, some, "terminated")),
    ]);
  }

  async function readEvery(by: FoundBy, values: string[], status: EmployeeFilter["status"]): Promise<PersonEntry[]> {
    const found: PersonEntry[] = [];
    const readPageOf = openPageReader(call);
    for (let token: string | null | undefined; token !== null; ) {
      const asked = { id: `${by} ${status}`, token: token ?? null };
      const { data, next } = await readPageOf(asked, (from) => findPeople(by, { values, status }, from));
      found.push(...(data.items ?? []).map(toPerson));
      token = next;
    }
    return found;
  }

  async function readBy(by: "employment_ids" | "person_ids", ids: string[]): Promise<PersonEntry[]> {
    const employments = await readInBatches(new Set(ids), maxEmployees, (some) =>
      readEmployees(call, { by, ids: some, fields: personFields }),
    );
    return employments.map(toPerson);
  }

  return async ({ ids, keys }) => {
    const found = [
      ...(await readBy("employment_ids", ids)),
      ...(await searchFor(
        "employee_number_list",
        keys.flatMap(({ employeeNo }) => employeeNo ?? []),
      )),
      ...(await searchFor(
        "email_address_list",
        keys.flatMap(({ email }) => email ?? []),
      )),
    ];
    const foundById = new Map(found.map((entry) => [entry.id, entry]));
    // The search is up to five minutes behind: whom it found is read anew, by person, as other employments count too.
    const employments = await readBy(
      "person_ids",
      found.flatMap(({ personId }) => personId ?? []),
    );
    for (const entry of employments) foundById.set(entry.id, entry);
    return [...foundById.values()];
  };
}
