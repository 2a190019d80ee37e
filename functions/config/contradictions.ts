import { nearest } from "../review/nearest.ts";
import { defaultGuard } from "../review/policy.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";
import { callsByProvider, hostsByProvider, providerIds } from "./source-schema.ts";

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const fault = (path: Path, message: string): Fault => ({ key: keyOf(path), message });

/** Faults for entries of a list that say what an earlier one says. */
function repeats(entries: readonly unknown[], pathOf: (index: number) => Path, remedy: string): Fault[] {
  const firstByEntry = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const text = entry === undefined ? "" : JSON.stringify(entry);
    const first = firstByEntry.get(text);
    if (text !== "" && first === undefined) firstByEntry.set(text, index);
    return first === undefined ? [] : [fault(pathOf(index), `repeats ${keyOf(pathOf(first))}: ${remedy}`)];
  });
}

function ruleFaults(rules: readonly Fields[], guard: Fields): Fault[] {
  const maxAge = typeof guard.maxPlanAgeDays === "number" ? guard.maxPlanAgeDays : defaultGuard.maxPlanAgeDays;
  return rules.flatMap(({ noticeDays, then }, index) => {
    if (typeof noticeDays !== "number") return [];
    const path = ["policy", "rules", index, "noticeDays"];
    if (then === "flag" && noticeDays > 0)
      return [fault(path, "is for expire rules: a flag removes nothing, take it out")];
    if (noticeDays < maxAge) return [];
    return [
      fault(
        path,
        `must be smaller than policy.guard.maxPlanAgeDays (${maxAge}), or the plan is too old before it is due`,
      ),
    ];
  });
}

const entryLists = ["protectedRoles", "protectedHolders", "canaries"];

function guardFaults(guard: Fields, path: Path): Fault[] {
  return entryLists.flatMap((name) => repeats(list(guard[name]), (index) => [...path, name, index], "take one out"));
}

/** Entries of a source that the policy has for every source. */
function guardedTwice(own: Fields, path: Path, guard: Fields): Fault[] {
  return entryLists.flatMap((name) => {
    const everywhere = list(guard[name]).map((entry) => JSON.stringify(entry));
    return list(own[name]).flatMap((entry, index) =>
      everywhere.includes(JSON.stringify(entry))
        ? [fault([...path, name, index], `repeats one of policy.guard.${name}: take one out`)]
        : [],
    );
  });
}

function credentialFaults(source: Fields, path: Path): Fault[] {
  if (source.baseUrl === "sandbox" || source.baseUrl === undefined || source.credentials !== undefined) return [];
  const remedy = "{ read: secretsmanager:NAME, write: secretsmanager:NAME }";
  return [fault([...path, "credentials"], `is missing: only baseUrl: sandbox goes without, write ${remedy}`)];
}

function hostFaults({ provider, baseUrl }: Fields, path: Path): Fault[] {
  const known = providerIds.find((id) => id === provider);
  const hosts = known ? hostsByProvider[known] : null;
  const url = typeof baseUrl === "string" && baseUrl.startsWith("https://") ? URL.parse(baseUrl) : null;
  if (!hosts || !url || hosts.includes(url.host)) return [];
  return [fault([...path, "baseUrl"], `is no address of ${provider}: write https://${hosts.join(" or https://")}`)];
}

function limitFaults(source: Fields, path: Path): Fault[] {
  const provider = providerIds.find((id) => id === source.provider);
  const known = provider ? callsByProvider[provider] : null;
  if (!known) return [];
  return Object.keys(fields(source.limits)).flatMap((call) => {
    if (known.includes(call)) return [];
    const meant = nearest(call, known);
    const remedy = meant ? `did you mean ${meant}?` : `it has ${known.join(", ")}`;
    return [fault([...path, "limits", call], `is no call of ${provider}: ${remedy}`)];
  });
}

function retireFaults(source: Fields, path: Path, guard: Fields): Fault[] {
  const named = list(source.roles).map((role) => fields(role).id);
  const retire = list(source.retire);
  const faults = retire.flatMap((id, index) => {
    const at = [...path, "retire", index];
    if (list(guard.protectedRoles).includes(id))
      return [fault(at, "is in policy.guard.protectedRoles too: choose one")];
    if (list(fields(source.guard).protectedRoles).includes(id))
      return [fault(at, "is in this source's guard.protectedRoles too: choose one")];
    return named.includes(id) ? [] : [fault(at, "is none of this source's roles: add it there, or take it out here")];
  });
  if (retire.length === 0 || guard.allowUnrestorable === true) return faults;
  return [...faults, fault([...path, "retire"], "deletes roles for good: needs policy.guard.allowUnrestorable: true")];
}

function sourceFaults(source: Fields, index: number, guard: Fields): Fault[] {
  const path = ["sources", index];
  const roleIds = list(source.roles).map((role) => fields(role).id);
  return [
    ...credentialFaults(source, path),
    ...hostFaults(source, path),
    ...limitFaults(source, path),
    ...guardFaults(fields(source.guard), [...path, "guard"]),
    ...guardedTwice(fields(source.guard), [...path, "guard"], guard),
    ...retireFaults(source, path, guard),
    ...repeats(roleIds, (role) => [...path, "roles", role, "id"], "name each role once"),
    ...repeats(list(source.retire), (role) => [...path, "retire", role], "take one out"),
  ];
}

/** Sources that share a host and an app share its rate limits, so they cannot go at different paces. */
function paceFaults(sources: readonly Fields[]): Fault[] {
  const firstByApp = new Map<string, number>();
  return sources.flatMap((source, index) => {
    const { read } = fields(source.credentials);
    if (source.baseUrl === "sandbox" || typeof source.baseUrl !== "string" || typeof read !== "string") return [];
    const app = `${source.baseUrl} ${read}`;
    const first = firstByApp.get(app) ?? index;
    firstByApp.set(app, first);
    if ((source.pace ?? 1) === (sources[first]?.pace ?? 1)) return [];
    return [fault(["sources", index, "pace"], `differs from sources[${first}].pace: they share one app's limits`)];
  });
}

/** A rule that looks at what `people: ids` leaves out would never match, and say nothing. */
function peopleFaults(people: unknown, rules: readonly Fields[]): Fault[] {
  if (people !== "ids") return [];
  return rules.flatMap(({ when }, index) =>
    typeof when === "string" && /\bholder\.(name|email)\b/.test(when)
      ? [fault(["policy", "rules", index, "when"], "looks at a name or e-mail, which people: ids leaves out")]
      : [],
  );
}

/** Faults between keys: duplicates, and settings that contradict each other. Looks at whatever has the right shape. */
export function contradictions(value: unknown): Fault[] {
  const root = fields(value);
  const policy = fields(root.policy);
  const guard = fields(policy.guard);
  const sources = list(root.sources).map(fields);
  const rules = list(policy.rules).map(fields);
  const idOf = ({ id }: Fields): unknown => id;
  return [
    ...repeats(sources.map(idOf), (index) => ["sources", index, "id"], "give each source its own id"),
    ...sources.flatMap((source, index) => sourceFaults(source, index, guard)),
    ...paceFaults(sources),
    ...repeats(rules.map(idOf), (index) => ["policy", "rules", index, "id"], "give each rule its own id"),
    ...ruleFaults(rules, guard),
    ...peopleFaults(root.people, rules),
    ...guardFaults(guard, ["policy", "guard"]),
  ];
}
