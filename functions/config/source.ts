import * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { isCalendarDate } from "../basics/time.ts";
import type { Provider } from "../providers/provider.ts";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import { textLike } from "../providers/settings.ts";
import { signals } from "../review/grants/grant.ts";
import { type ReviewerKind, reviewerKinds } from "../review/people/routing.ts";
import { type ConfigFault, faultAt, keyOf, type Path, repeatFaults } from "./fault.ts";
import { guardFaults, sharedGuardFaults, sourceGuardSchema } from "./policy.ts";
import { baseUrl, positive, secretReference, text, whole } from "./values.ts";

const person = text((id) => {
  if (id.trim() === "") return "is empty: write the person's id";
  return id.includes("@") ? "is an e-mail: write the person's id, as this source's holders have them" : null;
});

const lastDay = text((date) => (isCalendarDate(date) ? null : "must be a calendar date, YYYY-MM-DD, in quotes or not"));

const delegate = z.strictObject({ from: person, to: person, until: lastDay, reason: z.string().optional() });

/** Who reviews the grants of a source. `kinds` are the reviewers that the provider can tell, and the order unless the file has another. */
function reviewersSchemaOf(kinds: readonly ReviewerKind[]) {
  return z.strictObject({
    order: z
      .array(z.enum(reviewerKinds))
      .min(1)
      .default([...kinds]),
    roleOwners: z.record(z.string(), person).default({}),
    fallback: person.nullable().default(null),
    delegates: z.array(delegate).default([]),
  });
}

const limit = z.strictObject({ calls: whole(1, "calls"), perMs: whole(1, "milliseconds") });

const common = {
  id: textLike(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 lowercase letters, digits and hyphens"),
  baseUrl,
  credentials: z.strictObject({ read: secretReference, write: secretReference }).optional(),
  pace: positive.default(1),
  limits: z.record(z.string(), limit).default({}),
  guard: sourceGuardSchema.prefault({}),
  signals: z.array(z.enum(signals)).min(1).optional(),
};

/** A source of this provider: what every source has, and the provider's own settings. */
export function sourceSchemaOf({ id, reviewers, settings }: Provider) {
  return z.strictObject({
    ...common,
    provider: z.literal(id),
    reviewers: reviewersSchemaOf(reviewers).optional(),
    ...settings,
  });
}

/** A source whose provider is none of these: only what every source has is checked. */
export function anySourceSchema(providers: readonly Provider[]) {
  return z.looseObject({
    ...common,
    reviewers: reviewersSchemaOf([]).optional(),
    provider: z.enum(providers.map(({ id }) => id)),
  });
}

function isKind(word: unknown): word is ReviewerKind {
  return reviewerKinds.some((kind) => kind === word);
}

function orderFaults({ id, reviewers }: Provider, order: unknown[], path: Path): ConfigFault[] {
  const unable = order.flatMap((word, index) =>
    isKind(word) && !reviewers.includes(word)
      ? [faultAt([...path, index], `is nothing that ${id} can tell: it has ${reviewers.join(", ")}`)]
      : [],
  );
  return [...unable, ...repeatFaults(order, (index) => [...path, index], "take one out")];
}

/** A role owner or fallback that is named but not in the order, or in the order but not named. */
function unusedFaults({ order, roleOwners, fallback }: Fields, path: Path): ConfigFault[] {
  if (!Array.isArray(order)) return [];
  const hasOwners = Object.keys(fieldsOf(roleOwners)).length > 0;
  const hasFallback = typeof fallback === "string";
  const missing = (kind: ReviewerKind) => `is not in the order: add ${kind} to it, or take this out`;
  return [
    ...(hasOwners && !order.includes("role-owner") ? [faultAt([...path, "roleOwners"], missing("role-owner"))] : []),
    ...(hasFallback && !order.includes("fallback") ? [faultAt([...path, "fallback"], missing("fallback"))] : []),
    ...(!hasFallback && order.includes("fallback")
      ? [faultAt([...path, "fallback"], "is missing: the order asks for it, write the person's id")]
      : []),
  ];
}

/** Whether the delegates, followed from one person on, lead to `goal`. The delegates must have no circle. */
function leadsTo(goal: string, from: string, toByFrom: ReadonlyMap<string, string>): boolean {
  for (let at: string | undefined = from; at !== undefined; at = toByFrom.get(at)) if (at === goal) return true;
  return false;
}

function delegateFaults(delegates: Fields[], path: Path): ConfigFault[] {
  const named = delegates.flatMap(({ from, to }, index) =>
    typeof from === "string" && typeof to === "string" ? [{ from, to, index }] : [],
  );
  const toByFrom = new Map<string, string>();
  const firstByFrom = new Map<string, number>();
  return named.flatMap(({ from, to, index }) => {
    const at = [...path, index];
    if (from === to) return [faultAt([...at, "to"], "is the same person as from: name somebody else")];
    const first = firstByFrom.get(from);
    if (first !== undefined) {
      const earlier = keyOf([...path, first, "from"]);
      return [faultAt([...at, "from"], `repeats ${earlier}: a person has one delegate at a time, take one out`)];
    }
    firstByFrom.set(from, index);
    if (leadsTo(from, to, toByFrom)) {
      return [
        faultAt([...at, "to"], "leads back to from by the delegates above: somebody has to decide, take one out"),
      ];
    }
    toByFrom.set(from, to);
    return [];
  });
}

/** Settings under `reviewers` that contradict each other, or that the provider cannot tell. */
function reviewerFaults(provider: Provider | undefined, source: Fields, path: Path): ConfigFault[] {
  if (source.reviewers === undefined) return [];
  const reviewers = fieldsOf(source.reviewers);
  const order = listOf(reviewers.order);
  return [
    ...(provider ? orderFaults(provider, order, [...path, "order"]) : []),
    ...unusedFaults(reviewers, path),
    ...delegateFaults(listOf(reviewers.delegates).map(fieldsOf), [...path, "delegates"]),
  ];
}

function credentialFaults(source: Fields, path: Path): ConfigFault[] {
  if (source.baseUrl === "sandbox" || source.baseUrl === undefined || source.credentials !== undefined) return [];
  const remedy = "{ read: secretsmanager:NAME, write: secretsmanager:NAME }";
  return [faultAt([...path, "credentials"], `is missing: only baseUrl: sandbox goes without, write ${remedy}`)];
}

function hostFaults({ id, hosts }: Provider, { baseUrl }: Fields, path: Path): ConfigFault[] {
  const url = typeof baseUrl === "string" && baseUrl.startsWith("https://") ? URL.parse(baseUrl) : null;
  if (!hosts || !url || hosts.includes(url.host)) return [];
  return [faultAt([...path, "baseUrl"], `is no address of ${id}: write https://${hosts.join(" or https://")}`)];
}

function limitFaults({ id, limitNames }: Provider, { limits }: Fields, path: Path): ConfigFault[] {
  return Object.keys(fieldsOf(limits)).flatMap((call) => {
    if (limitNames.includes(call)) return [];
    const meant = nearest(call, limitNames);
    const remedy = meant ? `did you mean ${meant}?` : `it has ${limitNames.join(", ")}`;
    return [faultAt([...path, "limits", call], `is no call of ${id}: ${remedy}`)];
  });
}

function unreadSignalFaults({ id, signals: readable = [] }: Provider, source: Fields, path: Path): ConfigFault[] {
  return listOf(source.signals).flatMap((signal, index) =>
    signals.some((known) => known === signal) && !readable.some((known) => known === signal)
      ? [faultAt([...path, "signals", index], `is nothing that ${id} can read: take it out`)]
      : [],
  );
}

/** The provider's own check of its settings. The provider's paths begin at the source. */
function settingFaults(
  provider: Provider,
  source: Fields,
  { path, guard }: { path: Path; guard: Fields },
): ConfigFault[] {
  const around = { guard, keyOf: (inner: Path) => keyOf([...path, ...inner]) };
  const faults = provider.contradictions?.(source, around) ?? [];
  return faults.map((each) => faultAt([...path, ...each.path], each.message));
}

/** What a source is checked beside: the providers there are, and `policy.guard` as the file has it. */
type Surroundings = { providers: readonly Provider[]; guard: Fields };

function faultsOfSource(source: Fields, index: number, { providers, guard }: Surroundings): ConfigFault[] {
  const path = ["sources", index];
  const provider = providers.find(({ id }) => id === source.provider);
  return [
    ...credentialFaults(source, path),
    ...(provider
      ? [
          ...hostFaults(provider, source, path),
          ...limitFaults(provider, source, path),
          ...unreadSignalFaults(provider, source, path),
        ]
      : []),
    ...guardFaults(fieldsOf(source.guard), [...path, "guard"]),
    ...sharedGuardFaults(fieldsOf(source.guard), [...path, "guard"], guard),
    ...reviewerFaults(provider, source, [...path, "reviewers"]),
    ...(provider ? settingFaults(provider, source, { path, guard }) : []),
  ];
}

/** Sources with one host and one app share that app's rate limits, so the sources must have one pace. */
function paceFaults(sources: readonly Fields[]): ConfigFault[] {
  const firstByApp = new Map<string, number>();
  return sources.flatMap((source, index) => {
    const { read } = fieldsOf(source.credentials);
    if (source.baseUrl === "sandbox" || typeof source.baseUrl !== "string" || typeof read !== "string") return [];
    const app = `${source.baseUrl} ${read}`;
    const first = firstByApp.get(app) ?? index;
    firstByApp.set(app, first);
    if ((source.pace ?? 1) === (sources[first]?.pace ?? 1)) return [];
    return [faultAt(["sources", index, "pace"], `differs from sources[${first}].pace: they share one app's limits`)];
  });
}

/** Settings of the sources that contradict each other. `sources` are as the file has them, unchecked. */
export function sourceFaults(sources: readonly Fields[], around: Surroundings): ConfigFault[] {
  return [
    ...repeatFaults(
      sources.map(({ id }) => id),
      (index) => ["sources", index, "id"],
      "give each source its own id",
    ),
    ...sources.flatMap((source, index) => faultsOfSource(source, index, around)),
    ...paceFaults(sources),
  ];
}
