/** One door that one person's badge opens, as the invented vendor's books have it. */
export type Badge = { person: string; door: string; doorName: string; hours: "day" | "always"; since: string };

type Person = { id: string; name: string; isGone: boolean };

/** What the vendor answers, as text: a provider may rely on none of it before it has looked. */
export type Answer = { status: number; text: string };

/** The vendor: its books, what a test may do to it, and its one entrance. */
export type Register = {
  people: Person[];
  doors: { id: string; name: string }[];
  badges: Map<string, Badge>;
  refused: Set<string>;
  /** Taken away, and the answer lost. */
  lost: Set<string>;
  /** The second page token that is sent from now on is no longer known, once. */
  tokensUntilExpiry: number;
  isClosed: boolean;
  answer(key: string, call: string, asked: Record<string, unknown>): Answer;
};

export const keys = { read: { key: "read-key-4711" }, write: { key: "write-key-4712" } };
export const address = "http://127.0.0.1:9";
const perPage = 6;

export const badgeKey = (person: unknown, door: unknown): string => `${person}:${door}`;

const registers = new Map<string, Register>();

/** What listens at an address: the network of this example. */
export const registerAt = (baseUrl: string): Register => {
  const register = registers.get(baseUrl);
  if (!register) throw new Error(`Nothing listens at ${baseUrl}`);
  return register;
};

/** A building of 4 doors and 20 people with 40 badges; every fourth of the people has gone. */
export const foundRegister = (): Register => {
  const people = Array.from({ length: 20 }, (_, at) => ({ id: `p${at}`, name: `Person ${at}`, isGone: at % 4 === 0 }));
  const doors = ["lab", "vault", "roof", "gate"].map((id) => ({ id: `A1-${id}`, name: id }));
  const badges = people.flatMap(({ id }, at): Badge[] =>
    [at % 4, (at + 1) % 4].map((door) => ({
      person: id,
      door: doors[door]!.id,
      doorName: doors[door]!.name,
      hours: at % 3 === 0 ? "always" : "day",
      since: "2025-03-01T08:00:00Z",
    })),
  );
  const register: Register = {
    people,
    doors,
    badges: new Map(badges.map((badge) => [badgeKey(badge.person, badge.door), badge])),
    refused: new Set(),
    lost: new Set(),
    tokensUntilExpiry: 0,
    isClosed: false,
    answer: (key, call, asked) => answer(register, { key, call, asked }),
  };
  registers.set(address, register);
  return register;
};

const json = (status: number, value: unknown): Answer => ({ status, text: JSON.stringify(value) });

type Asked = { key: string; call: string; asked: Record<string, unknown> };

function answer(register: Register, { key, call, asked }: Asked): Answer {
  const isWrite = call === "giveBadge" || call === "takeBadge";
  const isKnown = key === keys.write.key || (key === keys.read.key && !isWrite);
  if (register.isClosed || !isKnown) return json(403, { fault: "this key may not" });
  const { people, doors, badges } = register;
  if (call === "listDoors") return json(200, { doors });
  if (call === "showPeople")
    return json(200, { people: people.filter(({ id }) => (asked.ids as string[]).includes(id)) });
  if (call === "showBadges") {
    return json(200, { badges: (asked.badges as string[]).flatMap((wanted) => badges.get(wanted) ?? []) });
  }
  if (call === "listBadges") return listBadges(register, asked.page as string | null);
  if (asked.isTrial) return json(200, {});
  return call === "takeBadge" ? takeBadge(register, asked) : giveBadge(register, asked);
}

function listBadges(register: Register, token: string | null): Answer {
  if (token !== null && register.tokensUntilExpiry > 0 && --register.tokensUntilExpiry === 0) {
    return json(410, { fault: "this page is no longer known" });
  }
  const from = Number(token?.slice(1) ?? 0);
  const all = [...register.badges.values()];
  const next = from + perPage < all.length ? `n${from + perPage}` : null;
  return json(200, { badges: all.slice(from, from + perPage), next });
}

function takeBadge({ badges, refused, lost }: Register, { person, door }: Record<string, unknown>): Answer {
  const wanted = badgeKey(person, door);
  if (!badges.has(wanted)) return json(404, { fault: "there is no such badge" });
  if (refused.has(wanted)) return json(409, { fault: "this badge stays" });
  badges.delete(wanted);
  return lost.has(wanted) ? { status: 0, text: "" } : json(200, {});
}

function giveBadge({ badges, doors }: Register, asked: Record<string, unknown>): Answer {
  const badge = asked as Pick<Badge, "person" | "door" | "hours">;
  const doorName = doors.find(({ id }) => id === badge.door)?.name ?? "";
  badges.set(badgeKey(badge.person, badge.door), { ...badge, doorName, since: "2026-10-01T02:00:00Z" });
  return json(200, {});
}
