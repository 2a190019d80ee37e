import { nearest } from "../basics/nearest.ts";
import type { Provider } from "../providers/provider.ts";
import { type Fields, fieldsOf as fields, listOf as list, repeats as repeatsIn } from "../providers/setting-faults.ts";
import { defaultGuard } from "../review/rules/policy.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";
import { messageContradictions } from "./message-contradictions.ts";
import { reviewerFaults } from "./reviewer-faults.ts";

/** What a source is looked at beside: the providers there are, and `policy.guard` as it is written. */
type Surroundings = { providers: readonly Provider[]; guard: Fields };

function fault(path: Path, message: string): Fault {
  return { key: keyOf(path), message };
}

function faultAt({ path, message }: { path: Path; message: string }): Fault {
  return fault(path, message);
}

function repeats(entries: readonly unknown[], pathOf: (index: number) => Path, remedy: string): Fault[] {
  return repeatsIn(entries, { pathOf, keyOf, remedy }).map(faultAt);
}

function ruleFaults(rules: readonly Fields[], guard: Fields): Fault[] {
  const maxAge = typeof guard.maxPlanAgeDays === "number" ? guard.maxPlanAgeDays : defaultGuard.maxPlanAgeDays;
  return rules.flatMap(({ noticeDays, then, onNoDecision }, index) => {
    if (typeof noticeDays !== "number") return [];
    const path = ["policy", "rules", index, "noticeDays"];
    if (then === "flag" && noticeDays > 0 && onNoDecision !== "expire")
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

type Window = { decideWithinDays: unknown; guard: Fields };

/** What follows from silence needs a time to speak in, and to expire what nobody decided on takes two keys. */
function silenceFaults(rules: readonly Fields[], { decideWithinDays, guard }: Window): Fault[] {
  const hasWindow = typeof decideWithinDays === "number" && decideWithinDays > 0;
  return rules.flatMap(({ then, onNoDecision, overridable }, index) => {
    const at = (key: string, message: string): Fault => fault(["policy", "rules", index, key], message);
    if (onNoDecision === undefined) return [];
    if (then === "expire") return [at("onNoDecision", "is for flag rules: an expire rule asks nobody, take it out")];
    const needs = [
      ...(onNoDecision === "expire" && guard.allowExpireUndecided !== true
        ? [at("onNoDecision", "needs a second key: write policy.guard.allowExpireUndecided: true, or flag here")]
        : []),
      ...(onNoDecision === "flag" || hasWindow
        ? []
        : [at("onNoDecision", "needs a time to decide in: write policy.decideWithinDays: 14, or flag here")]),
    ];
    const isInsisting = onNoDecision === "expire" && overridable === false;
    return [
      ...needs,
      ...(isInsisting
        ? [at("overridable", "contradicts onNoDecision: expire, as a keep is a decision: take it out")]
        : []),
    ];
  });
}

/** A plan has to outlive the window in which one can decide on it. */
function windowFaults({ decideWithinDays, guard }: Window): Fault[] {
  const maxAge = typeof guard.maxPlanAgeDays === "number" ? guard.maxPlanAgeDays : defaultGuard.maxPlanAgeDays;
  if (typeof decideWithinDays !== "number" || decideWithinDays < maxAge) return [];
  const why = `must be smaller than policy.guard.maxPlanAgeDays (${maxAge}), or the plan is too old before the window ends`;
  return [fault(["policy", "decideWithinDays"], why)];
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

function hostFaults({ id, hosts }: Provider, { baseUrl }: Fields, path: Path): Fault[] {
  const url = typeof baseUrl === "string" && baseUrl.startsWith("https://") ? URL.parse(baseUrl) : null;
  if (!hosts || !url || hosts.includes(url.host)) return [];
  return [fault([...path, "baseUrl"], `is no address of ${id}: write https://${hosts.join(" or https://")}`)];
}

function limitFaults({ id, limitNames }: Provider, { limits }: Fields, path: Path): Fault[] {
  return Object.keys(fields(limits)).flatMap((call) => {
    if (limitNames.includes(call)) return [];
    const meant = nearest(call, limitNames);
    const remedy = meant ? `did you mean ${meant}?` : `it has ${limitNames.join(", ")}`;
    return [fault([...path, "limits", call], `is no call of ${id}: ${remedy}`)];
  });
}

/** What the provider says of its own settings: its paths begin at the source. */
function settingFaults(provider: Provider, source: Fields, { path, guard }: { path: Path; guard: Fields }): Fault[] {
  const around = { guard, keyOf: (inner: Path) => keyOf([...path, ...inner]) };
  const faults = provider.contradictions?.(source, around) ?? [];
  return faults.map((each) => faultAt({ ...each, path: [...path, ...each.path] }));
}

function sourceFaults(source: Fields, index: number, { providers, guard }: Surroundings): Fault[] {
  const path = ["sources", index];
  const provider = providers.find(({ id }) => id === source.provider);
  return [
    ...credentialFaults(source, path),
    ...(provider ? [...hostFaults(provider, source, path), ...limitFaults(provider, source, path)] : []),
    ...guardFaults(fields(source.guard), [...path, "guard"]),
    ...guardedTwice(fields(source.guard), [...path, "guard"], guard),
    ...reviewerFaults(provider, source, [...path, "reviewers"]),
    ...(provider ? settingFaults(provider, source, { path, guard }) : []),
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
export function contradictions(value: unknown, providers: readonly Provider[]): Fault[] {
  const root = fields(value);
  const policy = fields(root.policy);
  const guard = fields(policy.guard);
  const sources = list(root.sources).map(fields);
  const rules = list(policy.rules).map(fields);
  const idOf = ({ id }: Fields): unknown => id;
  return [
    ...repeats(sources.map(idOf), (index) => ["sources", index, "id"], "give each source its own id"),
    ...sources.flatMap((source, index) => sourceFaults(source, index, { providers, guard })),
    ...paceFaults(sources),
    ...repeats(rules.map(idOf), (index) => ["policy", "rules", index, "id"], "give each rule its own id"),
    ...ruleFaults(rules, guard),
    ...silenceFaults(rules, { decideWithinDays: policy.decideWithinDays, guard }),
    ...windowFaults({ decideWithinDays: policy.decideWithinDays, guard }),
    ...peopleFaults(root.people, rules),
    ...guardFaults(guard, ["policy", "guard"]),
    ...messageContradictions(list(root.messages).map(fields), sources),
  ];
}
