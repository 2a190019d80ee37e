import * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import type { Provider } from "../providers/provider.ts";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import { words } from "../providers/settings.ts";
import { personKeys } from "../review/grants/grant.ts";
import type { Config } from "./config.ts";
import { type ConfigFault, faultAt, repeatFaults } from "./fault.ts";

const stored = z.enum(["names", "ids"]);

const authority = z.strictObject({
  stored: stored.default("names"),
  authority: words,
  match: z.array(z.enum(personKeys)).min(1).default(["employeeNo", "email"]),
});

type People = Pick<Config, "people" | "authority">;

/**
 * The schema of `people`, which is a word (what is stored of people), or a group where a source says who people are: which
 * source, and by which keys holders elsewhere are matched. Each gives what the configuration has of it.
 */
export function peopleSchemaOf(written: unknown): z.ZodType<People> {
  if (typeof written === "object" && written !== null) {
    return authority.transform(
      ({ stored: people, authority: source, match }): People => ({
        people,
        authority: { source, match },
      }),
    );
  }
  return stored.default("names").transform((people): People => ({ people, authority: null }));
}

type Around = { sources: readonly Fields[]; providers: readonly Provider[] };

/** The authority has to be a source, of a provider that lists everybody, those who left too: else nobody is ever known to have left. */
export function authorityFaults(people: unknown, { sources, providers }: Around): ConfigFault[] {
  if (typeof people !== "object" || people === null) return [];
  const { authority, match } = fieldsOf(people);
  const repeats = repeatFaults(listOf(match), (index) => ["people", "match", index], "take one out");
  if (typeof authority !== "string") return repeats;
  const ids = sources.map(({ id }) => String(id));
  const named = sources.find(({ id }) => id === authority);
  const path = ["people", "authority"];
  if (!named) {
    const meant = nearest(authority, ids);
    return [
      faultAt(path, `is no source: ${meant ? `did you mean ${meant}?` : `there are ${ids.join(", ")}`}`),
      ...repeats,
    ];
  }
  const provider = providers.find(({ id }) => id === named.provider);
  if (!provider) return repeats;
  if (!provider.people) {
    const able = providers.filter((each) => each.people).map(({ id }) => id);
    const why = `is a ${provider.id} source, which does not list everybody who works here or has left: name a source of ${able.join(" or ")}`;
    return [faultAt(path, why), ...repeats];
  }
  const { people: told } = provider;
  const untold = listOf(match).flatMap((key, index) =>
    personKeys.some((known) => known === key) && !told.some((known) => known === key)
      ? [
          faultAt(
            ["people", "match", index],
            `is nothing that ${provider.id} tells of people: it has ${told.join(", ")}`,
          ),
        ]
      : [],
  );
  return [...untold, ...repeats];
}
