import type { Language } from "../review-view.ts";
import type { SourceStatus } from "../sources-view.ts";

/** What the summary over all sources says beyond the words of a report, in one language. Counts come written out. */
export type SummaryPhrases = {
  title: string;
  sections: Record<"sources" | "leavers", string>;
  figures: Record<"leavers", string>;
  columns: Record<"population" | "failedChecks" | "evidence" | "person" | "left" | "elsewhere", string>;
  statuses: Record<SourceStatus, string>;
  openReport: string;
  noReport: string;
  writtenAt(at: string): string;
  waitingUntil(at: string): string;
  stillHolding(count: string): string;
  stays: string;
  notJudged: string;
  putBack(at: string): string;
  statusThere(status: string): string;
  lastDay(day: string): string;
  howMatched: string;
  notSeen(sources: string): string;
  nobody: string;
  more(count: string): string;
  verdictUnread(sources: string): string;
  verdictLeavers(count: string): string;
  verdictHeld(sources: string): string;
  verdictWaiting(sources: string): string;
  verdictDone(count: string): string;
};

const chinese: SummaryPhrases = {
  title: "权限复核：全部数据源",
  sections: { sources: "各数据源", leavers: "跨系统离职人员" },
  figures: { leavers: "跨系统离职人员" },
  columns: {
    population: "授权总数",
    failedChecks: "未通过的检查",
    evidence: "证据 SHA-256",
    person: "人员",
    left: "已离开",
    elsewhere: "在其他系统持有的授权，及其处理情况",
  },
  statuses: {
    sealed: "已封存",
    waiting: "等待中",
    held: "已被熔断或停止",
    incomplete: "快照不完整",
    failed: "失败",
    continue: "被中断",
    "not-begun": "未开始",
  },
  openReport: "查看报告",
  noReport: "没有报告",
  writtenAt: (at) => `生成于 ${at}`,
  waitingUntil: (at) => `最早 ${at}`,
  stillHolding: (count) => `${count} 人仍持有授权`,
  stays: "保留：该数据源没有要求收回",
  notJudged: "未评估：该数据源的复核没有计划",
  putBack: (at) => `收回后已于 ${at} 恢复`,
  statusThere: (status) => `在该系统中：${status}`,
  lastDay: (day) => `最后工作日 ${day}`,
  howMatched:
    "在一个系统中已离职或已停用、而在另一个系统中仍出现授权的人员。按邮箱匹配（不区分大小写）；没有邮箱的账号不参与匹配。此列表只作提示，不会据此收回任何授权。",
  notSeen: (sources) => `以下数据源未能完整读取，可能缺少人员或授权：${sources}`,
  nobody: "没有发现这样的人员。",
  more: (count) => `另有 ${count} 人未列出。`,
  verdictUnread: (sources) => `以下数据源未能完整复核：${sources}`,
  verdictLeavers: (count) => `${count} 人已离开一个系统，却仍持有另一个系统的授权，请人工查看。`,
  verdictHeld: (sources) => `以下数据源的计划已停下，等待处理：${sources}`,
  verdictWaiting: (sources) => `以下数据源仍有授权等待收回：${sources}`,
  verdictDone: (count) => `${count} 个数据源均已复核并封存。`,
};

const english: SummaryPhrases = {
  title: "Access review: all sources",
  sections: { sources: "Sources", leavers: "Leavers across systems" },
  figures: { leavers: "Leavers across systems" },
  columns: {
    population: "Population",
    failedChecks: "Failed checks",
    evidence: "Evidence SHA-256",
    person: "Who",
    left: "Gone from",
    elsewhere: "Holds elsewhere, and what becomes of it",
  },
  statuses: {
    sealed: "sealed",
    waiting: "waiting",
    held: "held: brake or stop",
    incomplete: "incomplete snapshot",
    failed: "failed",
    continue: "interrupted",
    "not-begun": "not begun",
  },
  openReport: "Report",
  noReport: "No report",
  writtenAt: (at) => `written ${at}`,
  waitingUntil: (at) => `the first until ${at}`,
  stillHolding: (count) => `${count} still ${count === "1" ? "holds" : "hold"} something`,
  stays: "Stays: its source does not ask for its removal",
  notJudged: "Not judged: its source's review has no plan",
  putBack: (at) => `Revoked, and put back ${at}`,
  statusThere: (status) => `${status} there`,
  lastDay: (day) => `last day ${day}`,
  howMatched:
    "People whom one system shows as left or disabled while another still shows grants of theirs. Matched by e-mail, whatever its case; accounts without one are not matched. This list only flags: nothing is ever expired because of it.",
  notSeen: (sources) => `These sources could not be read in full, so people or grants may be missing here: ${sources}`,
  nobody: "Nobody was found.",
  more: (count) => `${count} more are not listed.`,
  verdictUnread: (sources) => `These sources could not be reviewed in full: ${sources}`,
  verdictLeavers: (count) =>
    `${count} ${count === "1" ? "person is gone from one system and still holds" : "people are gone from one system and still hold"} something in another: worth a look.`,
  verdictHeld: (sources) => `The plan is stopped, and somebody must decide: ${sources}`,
  verdictWaiting: (sources) => `Grants are waiting to be expired: ${sources}`,
  verdictDone: (count) => `All ${count} sources are reviewed and sealed.`,
};

/** The summary's own words in that language. */
export const summaryPhrasesOf = (language: Language): SummaryPhrases => (language === "zh" ? chinese : english);
