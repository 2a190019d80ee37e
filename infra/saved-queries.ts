import type { Config } from "../functions/config/config.ts";

/** A saved query of Athena. `sql` is in Trino's dialect. */
export type SavedQuery = { name: string; description: string; sql: string };

/**
 * The saved queries, over all configured sources. Each query names the sources for every table, as the partition
 * requires, and reads each table once: Athena scans, and bills, a table as often as a query names the table.
 */
export function savedQueries({ sources, language }: Config): SavedQuery[] {
  const ids = sources.map(({ id }) => `'${id}'`).join(", ");
  return Object.entries(questions).map(([name, { zh, en, ask }]) => ({
    name,
    description: language === "zh" ? zh : en,
    sql: `-- ${zh}\n-- ${en}\n${ask(`source IN (${ids})`)}\n`,
  }));
}

/** The review id in the path of a row's object. */
const reviewOfPath = `regexp_extract("$path", 'reviews/[^/]+/([^/]+)/', 1)`;

/** Whether a review id is a sweep's, which shows a few holders alone. */
function isSweep(review: string): string {
  return `(${review} LIKE '%-sweep')`;
}

const roleName = "coalesce(role.name.zh, role.name.en, role.code, role.id)";

function seen(inSources: string): string {
  return `seen AS (
  SELECT source, ${reviewOfPath} AS review, id, holder, role, ${roleName} AS role_name, scopes, grantedat
  FROM grants
  WHERE ${inSources}
)`;
}

type Question = { zh: string; en: string; ask: (inSources: string) => string };

const questions: Record<string, Question> = {
  "grants-of-one-person": {
    zh: "一个人历次复核中持有的权限：参数为邮箱或持有人编号，加单引号",
    en: "What one person held, review by review: the parameter is an e-mail or a holder's id, in single quotes",
    ask: (inSources) => `WITH asked AS (
  SELECT lower(?) AS person
), ${seen(inSources)}, ended AS (
  SELECT source, review, grantid, outcome, "at"
  FROM outcomes
  WHERE ${inSources}
)
SELECT seen.source, seen.review, seen.role.id AS role_id, role_name, seen.holder.status AS status, scopes,
  grantedat AS granted_at, outcome, "at" AS outcome_at
FROM seen
CROSS JOIN asked
LEFT JOIN ended ON ended.source = seen.source AND ended.review = seen.review AND ended.grantid = seen.id
WHERE lower(seen.holder.email) = person OR lower(seen.holder.id) = person
ORDER BY seen.source, role_id, seen.review`,
  },
  "roles-that-only-grow": {
    zh: "只增不减的角色：自首次出现以来，持有人数从未下降且有所增加",
    en: "Roles that only grow: since they first appeared their holders never became fewer, and became more",
    ask: (inSources) => `WITH ${seen(inSources)}, counted AS (
  SELECT source, role.id AS role_id, max(role_name) AS role_name, review, count(*) AS holders
  FROM seen
  WHERE NOT ${isSweep("review")}
  GROUP BY source, role.id, review
), numbered AS (
  SELECT counted.*, dense_rank() OVER (PARTITION BY source ORDER BY review) AS number
  FROM counted
), steps AS (
  SELECT numbered.*, max(number) OVER (PARTITION BY source) AS newest,
    number - lag(number) OVER (PARTITION BY source, role_id ORDER BY number) AS reviews_on,
    holders - lag(holders) OVER (PARTITION BY source, role_id ORDER BY number) AS more
  FROM numbered
)
SELECT source, role_id, max(role_name) AS role_name, min(review) AS first_review, max(review) AS last_review,
  min(holders) AS holders_first, max(holders) AS holders_last
FROM steps
GROUP BY source, role_id, newest
HAVING min(more) >= 0 AND max(more) > 0 AND max(reviews_on) = 1 AND max(number) = newest
ORDER BY source, max(holders) - min(holders) DESC, role_id`,
  },
  "how-long-leavers-kept-access": {
    zh: "离职者保留权限的时间：最后工作日至收回（复核或清理）或最近一次看到的天数，以及回执中的小时数",
    en: "How long leavers kept access: days from the last day to the removal by a review or a sweep, or to when it was last seen, and the hours of the receipt",
    ask: (inSources) => `WITH ${seen(inSources)}, marked AS (
  SELECT seen.*, holder.status = 'left' AND NOT coalesce(holder.employedagain, false) AS has_left
  FROM seen
), over_time AS (
  SELECT source, id, holder.id AS holder_id, max(holder.name) AS holder_name, role.id AS role_id,
    max(role_name) AS role_name, max(holder.lastday) FILTER (WHERE has_left) AS last_day,
    max(review) FILTER (WHERE has_left) AS last_review, max(review) FILTER (WHERE NOT ${isSweep("review")}) AS last_seen
  FROM marked
  GROUP BY source, id, holder.id, role.id
), dated AS (
  SELECT over_time.*, max(last_seen) OVER (PARTITION BY source) AS newest
  FROM over_time
), gone AS (
  SELECT source, review, grantid, "at", leaverhours
  FROM outcomes
  WHERE ${inSources} AND outcome IN ('revoked', 'already-gone')
), ended AS (
  SELECT dated.source, dated.id, max(holder_id) AS holder_id, max(holder_name) AS holder_name, max(role_id) AS role_id,
    max(role_name) AS role_name, max(last_day) AS last_day, max(last_review) AS last_review, max(newest) AS newest,
    min(gone."at") AS removed_at, min_by(gone.review, gone."at") AS removed_by, max(leaverhours) AS hours
  FROM dated
  LEFT JOIN gone ON gone.source = dated.source AND gone.grantid = dated.id
    AND replace(gone."at", ':', '') >= substr(dated.last_review, 1, 18)
  WHERE last_day IS NOT NULL
  GROUP BY dated.source, dated.id
)
SELECT source, holder_id, holder_name, role_id, role_name, last_day, removed_at, removed_by, last_review,
  last_review >= newest AND removed_at IS NULL AS is_still_there,
  date_diff('day', CAST(last_day AS date), CAST(substr(coalesce(removed_at, last_review), 1, 10) AS date)) AS days, hours
FROM ended
ORDER BY days DESC, source, id`,
  },
  "who-kept-what": {
    zh: "谁保留了什么：每一条有效的保留决定、理由和期限",
    en: "Who kept what: every keep that counted, why, and until when",
    ask: (inSources) => `WITH ${seen(inSources)}, kept AS (
  SELECT DISTINCT source, review, grantid, reviewer, reason, decidedat, until,
    CASE WHEN provenby IS NULL THEN 'file' ELSE 'signed in' END AS proven_by
  FROM decisions
  WHERE ${inSources} AND decision = 'keep' AND fault IS NULL
)
SELECT kept.source, kept.review, reviewer, proven_by, decidedat AS decided_at, until, reason, kept.grantid AS grant_id,
  seen.holder.id AS holder_id, seen.holder.name AS holder_name, role_name
FROM kept
LEFT JOIN seen ON seen.source = kept.source AND seen.review = kept.review AND seen.id = kept.grantid
ORDER BY kept.source, reviewer, decided_at, grant_id`,
  },
  "came-and-went": {
    zh: "两次复核之间授予后又移除、从未有人复核过的授权（按平台事件）",
    en: "What came and went between two reviews, as the provider's events said: nobody has reviewed these",
    ask: (inSources) => `WITH passed AS (
  SELECT source, review, "at", roleid, scopes, holderid, fate
  FROM drift
  WHERE ${inSources} AND fate = 'came-and-went'
), ${seen(inSources)}, named AS (
  SELECT source, role.id AS role_id, max(role_name) AS role_name
  FROM seen
  GROUP BY source, role.id
)
SELECT passed.source, passed.review, roleid AS role_id, role_name, holderid AS holder_id, scopes, "at" AS last_said_at
FROM passed
LEFT JOIN named ON named.source = passed.source AND named.role_id = passed.roleid
ORDER BY passed.source, passed.review, roleid, holderid`,
  },
  "conflicts-over-time": {
    zh: "职责冲突的变化：每次复核中每条冲突的人数、授权数，以及尚未决定的授权数",
    en: "Conflicts over time: the people and grants of each conflict in each review, and the grants left undecided",
    ask: (inSources) => `WITH ${seen(inSources)}, found AS (
  SELECT source, ${reviewOfPath} AS review, grantid, substr(rule, 10) AS conflict, suppressedby IS NULL AS is_open
  FROM findings
  WHERE ${inSources} AND rule LIKE 'conflict:%'
)
SELECT found.source, conflict, found.review, count(DISTINCT seen.holder.id) AS holders, count(*) AS grants,
  count(*) FILTER (WHERE is_open) AS undecided
FROM found
LEFT JOIN seen ON seen.source = found.source AND seen.review = found.review AND seen.id = found.grantid
GROUP BY found.source, conflict, found.review
ORDER BY found.source, conflict, found.review`,
  },
};
