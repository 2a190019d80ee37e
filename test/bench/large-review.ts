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

const configOf = (store: string) => {
  const parsed = parseConfig(
    JSON.stringify({
      store,
      mode: "enforce",
      language: "en",
      sources: [{ id: largeSource, provider: "feishu-corehr", baseUrl: "sandbox" }],
      policy: { rules, guard },
      schedule: { cron: "0 2 1 1,4,7,10 ? *", timezone: "Asia/Shanghai" },
    }),
  );
  if ("faults" in parsed) throw new Error(parsed.faults.map(({ message }) => message).join("\n"));
  return parsed.config;
};

/** A stage of one of the reviews of a company of so many grants, over the store in a folder. */
export async function openLargeStage(folder: string, { grants, generation }: LargeCompany): Promise<Stage> {
  const store: Store = await openStore(folder);
  const stage = openStage(configOf(folder), {
    sourceId: largeSource,
    review: largeReviews[generation]!,
    store,
    clock: systemClock,
    env: {},
    progress: () => {},
    shouldStop: () => false,
  });
  const open = async () => openLargeCompany({ grants, generation });
  return { ...stage, openReader: open, openRemover: open };
}
