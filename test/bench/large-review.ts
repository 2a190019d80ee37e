import { parseConfig } from "../../functions/config/parse-config.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openStage, openStore } from "../../functions/runtime/open-stage.ts";
import { systemClock } from "../../functions/runtime/system-clock.ts";
import { type LargeCompany, openLargeCompany } from "./large-company.ts";

/** The two reviews of a large company, the earlier first: the later is compared with it. */
export const largeReviews = ["2026-07-01T020000Z", "2026-10-01T020000Z"] as const;

/** The source's id. */
export const largeSource = "people";

const rule = (id: string, when: string, rest: object = { then: "flag" }): object => ({
  id,
  when,
  reason: { en: `It is so: ${id}`, zh: `如此：${id}` },
  ...rest,
});

/** Twelve, of which most match nothing and a few match one in a hundred: as a policy that has been lived with does. */
const rules = [
  rule("leaver", 'holder.status == "left" && !holder.employedAgain && role.code == "role_91"', {
    then: "expire",
    noticeDays: 0,
    overridable: false,
  }),
  rule("left-elsewhere", 'holder.status == "left" && !holder.employedAgain', { then: "expire", noticeDays: 29 }),
  rule("revoke-decision", "decision.revoke", { then: "expire", noticeDays: 0 }),
  rule("lapsed-keep", "decision.keep && decision.until < now", { then: "expire", noticeDays: 14 }),
  rule("granted-again", "(has(grant.grantedAt) ? grant.grantedAt : grant.firstSeenAt) > previous.revokedAt"),
  rule("disabled", 'holder.status == "disabled"'),
  rule("leaving-soon", 'holder.status == "leaving" && holder.lastDay < now + days(30)'),
  rule("employed-again", 'holder.status == "left" && holder.employedAgain'),
  rule("unknown-holder", 'holder.status == "unknown"'),
  rule("undated", '!has(grant.grantedAt) && role.kind != "functional"'),
  rule(
    "not-confirmed",
    "grant.grantedAt < now - days(365) && !(decision.keep && decision.decidedAt > now - days(365))",
  ),
  rule(
    "moved-department",
    'previous.exists && previous.departmentId != "" && holder.departmentId != "" && previous.departmentId != holder.departmentId',
  ),
];

/** Guards that let it through: what is measured is size, not judgement. */
const guard = { maxExpiries: 1_000_000, maxShare: 1, maxRoleShare: 1, minGrantAgeDays: 0, expectLeavers: false };

/** The sources of a company that has several, the first of which says who people are: all have the same people and roles. */
export const largeSources = [largeSource, "cloud", "approvals"] as const;

/** A source of several, and whether roles of the three are in conflict. */
export type OfSeveral = { source: (typeof largeSources)[number]; isConflicting: boolean };

const conflictCount = 100;

/** Each between two roles of one source and two of the next. One in twenty is between roles that the same people hold. */
const conflicts = Array.from({ length: conflictCount }, (_, at) => {
  const side = (shift: number, from: number) => ({
    source: largeSources[(at + shift) % largeSources.length]!,
    roles: [from, from + 1].map((number) => `role_${number % 800}`),
  });
  return {
    id: `too-much-${at}`,
    between: [side(0, at * 2), side(1, at * 2 + (at % 20 === 0 ? 200 : 207))],
    reason: { en: "Too much in one hand", zh: "职责冲突" },
  };
});

const configOf = (store: string, several: OfSeveral | null) => {
  const parsed = parseConfig(
    JSON.stringify({
      store,
      mode: "enforce",
      language: "en",
      sources: (several ? largeSources : [largeSource]).map((id) => ({
        id,
        provider: "feishu-corehr",
        baseUrl: "sandbox",
      })),
      ...(several ? { people: { authority: largeSource, match: ["employeeNo"] } } : {}),
      policy: { rules, guard, ...(several?.isConflicting ? { conflicts } : {}) },
      schedule: { cron: "0 2 1 1,4,7,10 ? *", timezone: "Asia/Shanghai" },
    }),
  );
  if ("faults" in parsed) throw new Error(parsed.faults.map(({ message }) => message).join("\n"));
  return parsed.config;
};

/** A stage of one of the reviews of a company of so many grants, over the store in a folder; `several`: which source of three. */
export async function openLargeStage(
  folder: string,
  { grants, generation }: LargeCompany,
  several: OfSeveral | null = null,
): Promise<Stage> {
  const store: Store = await openStore(folder);
  const stage = openStage(configOf(folder, several), {
    sourceId: several?.source ?? largeSource,
    review: largeReviews[generation]!,
    store,
    clock: systemClock,
    env: {},
    progress: () => {},
    shouldStop: () => false,
  });
  const open = async () => openLargeCompany({ grants, generation, areKnown: several !== null });
  return { ...stage, openReader: open, openRemover: open };
}
