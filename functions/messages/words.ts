import type { ActKind } from "../review/people/acts.ts";
import type { Balance } from "../review/proof/evidence.ts";

// The sentences of messages. Counts, dates and configured texts go into them. The name of a person does only where the
// person acted on removals: operators have to know who did.

/** What became of a grant. */
type Fate = Exclude<keyof Balance, "population" | "balanced">;

function grantsText(count: number): string {
  return count === 1 ? "1 grant" : `${count} grants`;
}

function daysText(count: number): string {
  return count === 0 ? "less than a day" : count === 1 ? "1 day" : `${count} days`;
}

function chineseDays(count: number): string {
  return count === 0 ? "不足 1 天" : ` ${count} 天`;
}

const english = {
  planTitle: (source: string, grants: number) => `${source}: ${grantsText(grants)} to be removed`,
  decideTitle: (source: string, grants: number) => `${source}: ${grantsText(grants)} to decide on`,
  toDecide: (grants: number, until: string) =>
    `Nobody has decided on ${grantsText(grants)} yet. One can decide until ${until}.`,
  yours: (grants: number, undecided: number) =>
    `Yours to review: ${grantsText(grants)}. Waiting for your decision: ${undecided}.`,
  decideAtDesk: (moment: string) => `Please decide before ${moment}: the link leads to where you do.`,
  handedTitle: (source: string, grants: number) => `${source}: ${grantsText(grants)} handed on to you`,
  handed: (grants: number) =>
    `Another reviewer says that ${grantsText(grants)} should be decided by you. Who, and why, stands at the desk.`,
  doneTitle: (source: string, decided: number) => `${source}: done, ${decided} of ${decided} decided`,
  nothingLeftTitle: (source: string) => `${source}: nothing left for you to decide`,
  nothingLeft: "What was yours to decide is with another reviewer now.",
  decided: (decided: number, asked: number) => `Decided: ${decided} of ${asked}.`,
  overTitle: (source: string) => `${source}: the time to decide is over`,
  over: (review: string) =>
    `Access review ${review} takes no more decisions, and asks nothing of you any more. What you decided can still be looked at.`,
  changeable: "You can change your decisions at the desk until the time to decide ends.",
  receiptTitle: (source: string, grants: number) => `${source}: your decisions on ${grantsText(grants)} are recorded`,
  receipt: (number: string) => `Receipt ${number}`,
  receiptAt: (moment: string) => `Decided: ${moment}`,
  what: "What you decided",
  answer: { keep: "keep", revoke: "revoke", reassign: "handed on" },
  managerTitle: (source: string, reviewers: number) =>
    reviewers === 1
      ? `${source}: a reviewer of your team has not decided yet`
      : `${source}: ${reviewers} reviewers of your team have not decided yet`,
  manager: (moment: string) =>
    `The time to decide ends at ${moment}. They were reminded. Please ask them, or stand in for them.`,
  waiting: "Waiting for",
  lateTitle: (source: string, reviewers: number) =>
    reviewers === 1
      ? `${source}: 1 reviewer did not answer the last reminder`
      : `${source}: ${reviewers} reviewers did not answer the last reminder`,
  late: "Their managers are told where they are known. Who it is stands on the operators' page, and in status.",
  silent: (reviewers: number) =>
    reviewers === 1 ? "1 reviewer has not finished deciding." : `${reviewers} reviewers have not finished deciding.`,
  decideBefore: (moment: string) => `Please decide in the report, and hand in the decisions file before ${moment}.`,
  reminderTitle: (source: string, grants: number, on: string) =>
    `${source}: ${grantsText(grants)} will be removed from ${on} on`,
  heldTitle: (source: string) => `${source}: the plan is held and needs an approval`,
  stillHeldTitle: (source: string, daysLeft: number) =>
    `${source}: the plan is still held and needs an approval, ${daysText(daysLeft)} left`,
  heldFor: (days: number) => `Reminder: held for ${daysText(days)}.`,
  heldUntil: (daysLeft: number, until: string) =>
    `Time to approve: ${daysText(daysLeft)}, until ${until}. Then the plan is too old: this review is sealed, and nothing is removed by it.`,
  endedTitle: (source: string, revoked: number) => `${source}: the review has ended, ${grantsText(revoked)} removed`,
  ofReview: (review: string, grants: number) => `Access review ${review}, ${grantsText(grants)} in all.`,
  when: "When",
  atOnce: "at once",
  why: "Why",
  count: (what: string, grants: number) => `${what}: ${grants}`,
  howToObject: (grants: number) =>
    `To object (possible for ${grants}): mark the grant as keep in the report, say why, and hand in the decisions file before it is due.`,
  howToObjectAtDesk: (grants: number) =>
    `To object (possible for ${grants}): its reviewer keeps the grant at the desk, and says why, before it is due.`,
  noObjection: "No decision can keep these: their rules take no objection.",
  heldBack: (grants: number) => `Held back by a guard or a decision: ${grantsText(grants)} more.`,
  heldWhy: (grants: number) =>
    `A brake stopped the whole plan, which would remove ${grantsText(grants)}. Read the report first, then approve exactly this plan.`,
  approverWhy: (grants: number) =>
    `A brake stopped the whole plan, which would remove ${grantsText(grants)}. You may approve or refuse it: look at it first.`,
  deskPlan: "Look at the plan",
  limits: "What stopped it",
  limit: (name: string, actual: string, allowed: string) => `${name}: ${actual}, allowed ${allowed}`,
  approve: "To let it go on",
  ended: {
    report: "Report mode: nothing was removed.",
    enforce: "What was due was removed, each removal confirmed by reading back.",
  },
  fates: "What became of the grants",
  fate: {
    kept: "kept",
    revoked: "removed",
    narrowed: "narrowed: some scopes removed",
    alreadyGone: "gone before",
    changed: "changed meanwhile, left alone",
    refused: "refused by the provider",
    failed: "failed",
    unverified: "removal not confirmed",
    held: "held back",
    pending: "not due yet",
  } satisfies Record<Fate, string>,
  unresolved: "Some removals did not come about: the report says which, and why.",
  sealed: (sha256: string) => `Evidence SHA-256: ${sha256}`,
  act: {
    approval: (source: string) => `${source}: somebody approved the held plan, and others still have to`,
    approved: (source: string) => `${source}: the held plan was approved`,
    refused: (source: string) => `${source}: the held plan was refused`,
    stopped: (source: string) => `${source}: removals were stopped`,
    resumed: (source: string) => `${source}: removals may go on again`,
    retired: (source: string) => `${source}: a review of the future was retired and counts no more`,
    "put-back": (source: string, grants: number) => `${source}: ${grantsText(grants)} put back`,
  } satisfies Record<ActKind, (source: string, grants: number) => string>,
  actIn: (review: string) => `Access review ${review}.`,
  actAt: (moment: string) => `When: ${moment}`,
  actBy: (name: string) => `By (as given): ${name}`,
  actWhy: (reason: string) => `Reason: ${reason}`,
  actThrough: {
    "command-line": (who: string) => `Through: command line, ${who}`,
    lambda: (who: string) => `Through: Lambda, request ${who}`,
    desk: (who: string) => `Through: desk, signed in as ${who}`,
  },
  actUnexpected: "If nobody was to do this, stop the source and find out who did.",
  report: "Open the report",
  desk: "Decide at the desk",
  deskReceipt: "See it at the desk",
  reportAt: (place: string) => `Report: ${place}`,
  more: (entries: number) => `and ${entries} more`,
};

/** The sentences of messages in one language. */
export type Words = typeof english;

const chinese: Words = {
  planTitle: (source, grants) => `${source}：将收回 ${grants} 项授权`,
  decideTitle: (source, grants) => `${source}：${grants} 项授权待决定`,
  toDecide: (grants, until) => `还有 ${grants} 项授权没有人作出决定，请在 ${until} 之前决定。`,
  yours: (grants, undecided) => `其中 ${grants} 项由您审阅，${undecided} 项等待您的决定。`,
  decideAtDesk: (moment) => `请在 ${moment} 之前打开链接作出决定。`,
  handedTitle: (source, grants) => `${source}：${grants} 项授权转交给您`,
  handed: (grants) => `另一位审阅人认为其中 ${grants} 项应由您决定。转交人和理由见复核台。`,
  doneTitle: (source, decided) => `${source}：已完成，${decided} 项中已决定 ${decided} 项`,
  nothingLeftTitle: (source) => `${source}：没有需要您决定的授权`,
  nothingLeft: "原由您决定的授权已转交给其他审阅人。",
  decided: (decided, asked) => `已决定 ${decided} 项，共 ${asked} 项。`,
  overTitle: (source) => `${source}：决定的时间已过`,
  over: (review) => `复核 ${review} 不再接受决定，您无需再处理。您已作出的决定仍可查看。`,
  changeable: "决定期限结束之前，您可以在复核台更改决定。",
  receiptTitle: (source, grants) => `${source}：您对 ${grants} 项授权的决定已记录`,
  receipt: (number) => `回执编号 ${number}`,
  receiptAt: (moment) => `决定时间：${moment}`,
  what: "您的决定",
  answer: { keep: "保留", revoke: "收回", reassign: "转交" },
  managerTitle: (source, reviewers) => `${source}：您的团队有 ${reviewers} 位审阅人尚未完成决定`,
  manager: (moment) => `决定期限于 ${moment} 结束，已多次提醒。请督促，或代为处理。`,
  waiting: "等待",
  lateTitle: (source, reviewers) => `${source}：${reviewers} 位审阅人未回应最后一次提醒`,
  late: "已知其上级的，已通知上级。具体名单见运维页面或 status 命令。",
  silent: (reviewers) => `还有 ${reviewers} 位审阅人没有完成决定。`,
  decideBefore: (moment) => `请在报告中作出决定，并在 ${moment} 之前提交决定文件。`,
  reminderTitle: (source, grants, on) => `${source}：${grants} 项授权将于 ${on} 起收回`,
  heldTitle: (source) => `${source}：计划已熔断，等待批准`,
  stillHeldTitle: (source, daysLeft) => `${source}：计划仍在等待批准，还剩${chineseDays(daysLeft)}`,
  heldFor: (days) => `提醒：已等待 ${days} 天。`,
  heldUntil: (daysLeft, until) =>
    `批准的期限：还剩${chineseDays(daysLeft)}，到 ${until} 为止。之后该计划因过旧失效：本次复核封存，不再按它收回任何授权。`,
  endedTitle: (source, revoked) => `${source}：复核已结束，收回 ${revoked} 项授权`,
  ofReview: (review, grants) => `权限复核 ${review}，共 ${grants} 项授权。`,
  when: "何时收回",
  atOnce: "立即",
  why: "收回理由",
  count: (what, grants) => `${what}：${grants}`,
  howToObject: (grants) =>
    `如有异议（其中 ${grants} 项可以保留）：请在报告中将其标记为保留并写明理由，在到期之前提交决定文件。`,
  howToObjectAtDesk: (grants) =>
    `如有异议（其中 ${grants} 项可以保留）：由其审阅人在到期之前于复核台决定保留并写明理由。`,
  noObjection: "这些授权按规则必须收回，决定不能保留。",
  heldBack: (grants) => `另有 ${grants} 项因保护措施或审阅人的决定而暂不收回。`,
  heldWhy: (grants) => `熔断拦下了整份计划（将收回 ${grants} 项授权）。请先阅读报告，确认无误后只批准这一份计划。`,
  approverWhy: (grants) => `熔断拦下了整份计划（将收回 ${grants} 项授权）。请先查看计划，再由您批准或拒绝。`,
  deskPlan: "查看计划",
  limits: "触发的上限",
  limit: (name, actual, allowed) => `${name}：实际 ${actual}，允许 ${allowed}`,
  approve: "批准并继续",
  ended: {
    report: "仅报告模式：没有收回任何授权。",
    enforce: "到期的授权已收回，每一项都经过回读确认。",
  },
  fates: "授权的去向",
  fate: {
    kept: "保留",
    revoked: "已收回",
    narrowed: "已缩小管理范围",
    alreadyGone: "此前已不存在",
    changed: "期间有变化，未动",
    refused: "被系统拒绝",
    failed: "失败",
    unverified: "收回未得到确认",
    held: "暂缓",
    pending: "尚未到期",
  },
  unresolved: "有授权未能收回：报告写明是哪些以及原因。",
  sealed: (sha256) => `证据 SHA-256：${sha256}`,
  act: {
    approval: (source) => `${source}：有人批准了被熔断的计划，还需其他人批准`,
    approved: (source) => `${source}：被熔断的计划已获批准`,
    refused: (source) => `${source}：被熔断的计划已被否决`,
    stopped: (source) => `${source}：收回已被叫停`,
    resumed: (source) => `${source}：收回已恢复`,
    retired: (source) => `${source}：一次日期在未来的复核已停用，不再计入`,
    "put-back": (source, grants) => `${source}：已恢复 ${grants} 项授权`,
  },
  actIn: (review) => `权限复核 ${review}。`,
  actAt: (moment) => `时间：${moment}`,
  actBy: (name) => `操作人（自述）：${name}`,
  actWhy: (reason) => `理由：${reason}`,
  actThrough: {
    "command-line": (who) => `途径：命令行，${who}`,
    lambda: (who) => `途径：Lambda，请求 ${who}`,
    desk: (who) => `途径：复核台，登录身份 ${who}`,
  },
  actUnexpected: "如果这不是预期的操作，请叫停该数据源并查明操作人。",
  report: "打开报告",
  desk: "去复核台决定",
  deskReceipt: "在复核台查看",
  reportAt: (place) => `报告：${place}`,
  more: (entries) => `另有 ${entries} 项`,
};

/** The sentences of messages in this language. */
export function wordsOf(language: "zh" | "en"): Words {
  return language === "zh" ? chinese : english;
}
