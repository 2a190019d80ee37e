import { checkDetail } from "../../report/words/detail-text.ts";
import { pagesZh } from "../../report/words/pages-zh.ts";
import { phraseFor } from "../../report/words/words.ts";
import type { LiftCode } from "../../review/source-standing.ts";
import type { cliEn } from "./en.ts";
import { helpZh } from "./help-zh.ts";
import type { Sentence } from "./sentence.ts";
import { sentencesZh } from "./sentences-zh.ts";

// What the command line prints in Chinese. Above 300 lines, as a text is looked up in one place.

const lifts: Record<LiftCode, string> = {
  "unprotect-role": "从 protectedRoles 中去掉 {role}",
  "unprotect-holder": "从 protectedHolders 中去掉 {holder}",
  "remove-canary": "从 canaries 中去掉持有人 {holder}、角色 {role} 一项",
  "remove-by-hand": "在平台管理后台手工移除（角色 {role}），下次复核会识别",
  "appoint-holder": "先为 {role} 指定另一名在职持有人",
  "wait-until": "等到 {until}",
  "allow-unrestorable": "如确定不再恢复，将 allowUnrestorable 设为 true",
  "read-holder": "检查应用的权限与数据范围，使 {holder} 可以读取",
  "decide-anew": "由审阅人重新决定，或等保留期于 {until} 结束",
  "mend-file": "修正文件 {file}",
  approve: "批准计划 {planHash}",
  enforce: "将 mode 设为 enforce",
  resume: "恢复数据源 {source}",
};

/** What is wrong with a command line, by the code of the command line's library and our own. */
const misuses: Readonly<Record<string, string>> = {
  "commander.unknownCommand": "没有这个命令",
  "commander.unknownOption": "没有这个选项",
  "commander.missingArgument": "缺少参数",
  "commander.optionMissingArgument": "选项缺少值",
  "commander.invalidArgument": "选项的值不可用",
  "commander.excessArguments": "参数过多",
  "access-review.missingOptions": "缺少必须的选项",
  "access-review.twoValues": "同一选项给了两个不同的值",
};

/** What failed, by the name of the error. */
const failures: Readonly<Record<string, string>> = {
  UsageError: "用法或配置有误，未执行任何操作",
  RefusedRequestError: "无法按所要求的执行，未做任何改动",
  ReviewRefusedError: "无法按所要求的执行，未做任何改动",
  ApprovalError: "无法批准或拒绝该计划，未做任何改动",
  UnsealableError: "复核的内容缺失或被改动过",
  LeaseHeldError: "另一次运行正持有租约，请等它结束",
  StoreError: "存储出错",
  SecretError: "密钥无法使用",
  ApiError: "平台拒绝了调用",
  PermissionError: "应用缺少权限",
  DataRangeError: "不在应用的数据范围之内",
  StaleAuthError: "平台不接受应用的凭证",
  StaleTokenError: "平台不接受应用的凭证",
  ClockSkewError: "本机时钟与平台相差太多",
  ThrottledError: "平台限制了调用频率",
  NoReplyError: "平台没有应答",
  UnexpectedReplyError: "平台的应答无法识别",
  IncompleteListingError: "清单未能读到末页",
  SignInError: "无法登录",
};

const stageNames: Readonly<Record<string, string>> = {
  snapshot: "读取快照",
  prove: "核实快照",
  reviewers: "读取审阅人",
  assess: "评估",
  expire: "移除",
  restore: "恢复",
  seal: "封存",
  simulate: "试算",
};

const countNames: Readonly<Record<string, string>> = {
  pages: "页",
  holders: "名持有人",
  grants: "项授权",
  people: "人",
  items: "项",
  narrowed: "项已缩小",
  ignored: "份无关对象已忽略",
};

/** The fields of stages' answers. */
const answerNames: Readonly<Record<string, string>> = {
  pages: "页数",
  grants: "授权",
  holders: "持有人",
  roles: "角色",
  leftOpen: "未能封存",
  failedChecks: "未通过检查",
  heldSince: "暂缓起始",
  actUntil: "可批准至",
  limits: "熔断",
  resumeAt: "继续时间",
  badDecisionFiles: "无法读懂的决定文件",
  leftForBadFiles: "因决定文件未动",
  decisionFaults: "决定文件的问题",
  sealed: "已封存",
  evidenceSha256: "证据 SHA-256",
  assessment: "评估序号",
  planHash: "计划哈希",
  findings: "发现",
  items: "计划条目",
  held: "暂缓",
  outdated: "计划过期",
  retiredRoles: "已停用角色",
  rolesLeft: "未停用角色",
  skipped: "因上次失败而跳过",
  newlyUnresolved: "新出现的未决移除",
  unsettled: "结果未定",
  pending: "等待中",
  stopped: "已叫停",
  population: "授权总数",
  kept: "保留",
  revoked: "已收回",
  narrowed: "已缩小",
  "already-gone": "此前已不存在",
  alreadyGone: "此前已不存在",
  changed: "有变化，未处理",
  refused: "平台拒绝",
  failed: "失败",
  unverified: "未能确认",
  balanced: "核对无误",
  faults: "问题",
  leaverHours: "离职者保留小时数",
  leaversLate: "超时的离职者",
  messagesSent: "已发送消息",
  messagesFailed: "发送失败",
  messagesUnanswered: "发送无应答",
  messageFaults: "消息问题",
  cardsUpdated: "已更新卡片",
  acts: "操作通知",
  unrestorable: "无法恢复",
  needsNaming: "须指名恢复",
  leftSince: "此后已离职",
  personUnread: "无法查询是否离职",
  removedSince: "恢复后又被移除",
  notProved: "没有证据",
  add: "将恢复",
  alreadyThere: "已经存在",
  restored: "已恢复",
  notRestored: "未恢复",
  ageDays: "天",
  maxAgeDays: "天（上限）",
};

const answerStatuses: Readonly<Record<string, string>> = {
  done: "完成",
  continue: "已中断",
  held: "已熔断：计划等待批准",
  waiting: "等待中",
  incomplete: "快照不完整",
  failed: "失败",
  sealed: "已封存",
};

/** What becomes of a grant, as `simulate` says it: removed, narrowed or held by somebody. */
const simulatedEnds: Readonly<Record<string, string>> = { remove: "收回", narrow: "缩小", held: "暂缓" };

/** A sentence in Chinese; null where it has none. */
function chineseOf({ code, figures }: Sentence): string | null {
  const sentence = sentencesZh[code];
  if (sentence === undefined) return null;
  return sentence.replace(/\{(\d+)\}/g, (_, at: string) => {
    const figure = figures[Number(at)];
    return typeof figure === "object" ? (chineseOf(figure) ?? figure.english) : (figure ?? "");
  });
}

/** A sentence with its English, by which docs/troubleshooting.zh.md can be searched. */
function withEnglish(chinese: string, english: string): string {
  return english.includes("\n") ? `${chinese}：\n${english}` : `${chinese}（${english}）`;
}

/** What the command line prints in Chinese. */
export const cliZh: typeof cliEn = {
  phrases: pagesZh,
  none: "无",
  misused: ({ message, code }) => withEnglish(misuses[code ?? ""] ?? "命令行有误", message),
  help: (text) => helpZh[text] ?? text,
  helpNames: (command) => `用 ${command} 列出所有命令`,
  helpShows: (command) => `用 ${command} 查看该命令的用法`,
  failed: ({ name, message, said, isTold }) => {
    if (isTold) return message;
    return withEnglish((said && chineseOf(said)) ?? failures[name] ?? "出错", message);
  },
  ignored: (source, folder) => `${source}：忽略 ${folder}：其名称不是复核编号`,
  progress: {
    stage: (name) => stageNames[name] ?? name,
    count: (count, name) => `${count} ${countNames[name] ?? name}`,
    left: (seconds) => `剩余约 ${seconds} 秒`,
    waiting: (seconds, call, why) => `等待 ${seconds} 秒后再调用 ${call}：${why}`,
    interrupted: "已中断：完成正在进行的调用后结束，最迟五秒内（再按一次立即结束）",
    cutOff: "在调用或等待途中结束。再次运行同一命令，即从中断处继续。",
  },
  answers: {
    statuses: (status) => answerStatuses[status] ?? status,
    fields: (name) => answerNames[name] ?? name,
    truth: (isTrue) => (isTrue ? "是" : "否"),
    count: (count, name) => `${count} ${answerNames[name] ?? name}`,
  },
  served: {
    desk: (url, at) => `复核台（监听 ${at}，按 Ctrl-C 结束）：${url}`,
    company: (url, folder) => `内置公司（状态保存在 ${folder}）的地址：${url}`,
    begins: (source, review) => `${source}：没有进行中的复核，现开始 ${review}，以便试做决定`,
    onceDecided: (source, command) => `${source}：有人作出决定后继续：${command}`,
    listening: (app, host) => `正在接收 ${app} 在 ${host} 的事件（按 Ctrl-C 结束）`,
    lost: "长连接已断开，正在重连",
    there: "长连接已恢复，可以接收事件",
    swept: (sweep, holders, status, removed) =>
      `${sweep}：收到事件后清理了${holders === null ? "所有离职者" : ` ${holders} 名持有人`}：${status}，移除 ${removed} 项`,
    narrowed: (departments, users, groups) =>
      `应用能看到的范围比以前小（减少 ${departments} 个部门、${users} 人、${groups} 个用户组）：其中的离职者可能看不到。请在飞书开发者后台核对应用的数据范围`,
    ofEvents: (fault) => withEnglish("处理事件时出错", fault),
  },
  diff: {
    fates: (fate) => pagesZh.between.fates[fate as keyof typeof pagesZh.between.fates]?.heading ?? fate,
    changes: (change) => phraseFor(pagesZh.changes, change),
    moved: pagesZh.between.moved,
    between: { at: "事件时间", what: "两次复核之间", holder: "持有人", role: "角色" },
    columns: { grant: "授权", holder: "持有人", role: "角色", changes: "变化" },
    nothing: "没有变化。",
    changed: (count) => `${count} 项有变化`,
  },
  simulate: {
    leftOut: (source) => `${source}：略过，因为它还没有完整的快照`,
    triedOver: (reviews) => `已试算 ${reviews}`,
    heading: (review, asOf, assessment) =>
      `${review}，以 ${asOf} 为准，${assessment === null ? "尚未评估" : `与评估 ${assessment} 对照`}`,
    columns: { rule: "规则", was: "原来", would: "试算", added: "新增", gone: "减少" },
    plan: { items: "计划：条目", remove: "计划：收回", narrow: "计划：缩小", held: "计划：暂缓" },
    stays: (count) => `${count} 项仍在计划中，但处理方式或日期有变`,
    list: { grant: "授权", rule: "规则", holder: "持有人", role: "角色", does: "处理", plan: "计划" },
    change: (change) => ({ added: "新增", gone: "减少", changed: "改变" })[change] ?? change,
    does: (end) => simulatedEnds[end] ?? end,
    brake: (would, was) =>
      `${would ? "将触发熔断" : "不会触发熔断"}${was === null ? "" : `（原来：${was ? "触发" : "不触发"}）`}`,
    limit: (name, actual, limit) => `${phraseFor(pagesZh.brakeLimits, name)}：${actual}，上限 ${limit}`,
  },
  named: (name, said) => `${name}：${said}`,
  and: "，",
  known: (name, words) => phraseFor(words, name),
  checkDetail: (check) => checkDetail(check, pagesZh),
  lift: ({ code, figures }) => lifts[code].replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name] ?? "")),
  nextSteps: {
    goOn: (command) => `届时继续：${command}`,
    goOnAfter: (command) => `然后继续：${command}`,
    decide: (command) => `在报告中决定，然后提交：${command}`,
    let: (command) => `放行：${command}`,
    interrupted: (command) => `已中断。继续：${command}`,
    deskHere: (url, command) => `登录后决定（${url}）：${command}`,
    desk: (url) => `登录后决定：${url}`,
    report: (place) => `报告：${place}`,
    summary: (place) => `汇总：${place}`,
  },
  review: {
    rows: {
      review: "复核",
      population: "规模",
      changes: "变化",
      findings: "发现",
      expired: "已收回",
      held: "暂缓",
      alsoGone: "另已消除",
      notRemoved: "未收回",
      waiting: "等待中",
      deciding: "决定期限",
      reviewers: "审阅人",
      brake: "熔断",
      failedCheck: "未通过检查",
      plan: "计划",
      leftOpen: "未能封存",
      unreadable: "无法读懂",
      retired: "已停用角色",
      notRetired: "未停用角色",
      messages: "消息",
      evidence: "证据",
    },
    statuses: {
      sealed: "已封存",
      waiting: "等待中",
      held: "已熔断：计划等待批准",
      incomplete: "快照不完整",
      failed: "失败",
      continue: "已中断",
      "not-begun": "未开始",
    },
    waitingUntil: (at) => `等待至 ${at}`,
    stopped: (said) => `已叫停（${said}）`,
    population: (grants, holders, roles) => `${grants} 项授权，${holders} 名持有人，${roles} 个角色`,
    changes: (review, removed, appeared, vanished) =>
      `自 ${review} 以来：该次收回 ${removed} 项，新增 ${appeared} 项，消失 ${vanished} 项`,
    finding: (count, rule, effect) => `${count} 项 ${rule}（${effect}）`,
    effects: pagesZh.effects,
    between: "\n",
    heldBy: (count, by) => `${count} 项：${by}`,
    outcome: (count, outcome) => `${count} 项：${outcome}`,
    waiting: (count, notBefore) => (count === 0 ? "0" : `${count} 项，最早 ${notBefore}`),
    deciding: (untilAt, isOpen, undecided) =>
      `${isOpen ? "至" : "已于"} ${untilAt}${isOpen ? "" : " 截止"}：${undecided} 项未决定`,
    expiring: (count, isReport) => `，其中 ${count} 项若无人决定${isReport ? "，在执行模式下将被收回" : "将被收回"}`,
    keptUndecided: (count) => `，${count} 项因无人决定而保留`,
    reviewers: (count) => `${count} 人`,
    ofNobody: (count) => `无人可以复核的授权：${count} 项`,
    coverage: (uncovered, former) => `没有自己 HRBP 的部门：${uncovered} 个；已离职的 HRBP：${former} 人`,
    outdated: (ageDays, maxAgeDays) =>
      `已有 ${ageDays} 天，而 guard.maxPlanAgeDays 为 ${maxAgeDays}：本次已封存；再次运行 review 将开始下一次`,
    sent: (sent, failed, unanswered) =>
      `已发送 ${sent} 条${failed ? `，失败 ${failed} 条` : ""}${unanswered ? `，无应答 ${unanswered} 条` : ""}`,
  },
  limit: (name, actual, allowed) => `${name}：${actual}，允许 ${allowed}`,
  limitStopped: "已叫停：在 `resume` 之前不会开始任何移除",
  failures: {
    refused: "被平台拒绝",
    failed: "失败",
    unverified: "未能确认",
    unsettled: "结果未定",
    skipped: "因上次失败而跳过",
    leftForBadFiles: "因决定文件无法读懂而未动",
  },
  failure: (count, name) => `${count} 项${name}`,
  notAll: (source, review, counts) => `${source} ${review}：有授权未能收回（${counts}），详见报告`,
  badFile: (source, fault) => `${source}：有决定文件无法读懂，请改正或撤回：${fault}`,
  status: {
    rows: {
      next: "下一步",
      population: "规模",
      removals: "移除进度",
      stopped: "已叫停",
      narrowed: "范围缩小",
      failedCheck: "未通过检查",
      noAnswer: "未答复",
      held: "暂缓",
      badFile: "决定文件",
      message: "消息",
      sweep: "最近清理",
      lastSealed: "最近封存",
      nextDue: "下次复核",
      nextSweep: "下次清理",
    },
    states: {
      none: "尚无复核",
      reading: "正在读取",
      incomplete: "快照不完整",
      "not-assessed": "已读取，尚未评估",
      deciding: "等待决定",
      waiting: "通知期内",
      held: "已熔断，等待批准",
      removing: "正在移除",
      sealed: "已封存",
    },
    events: {
      "window-ends": "决定截止",
      "notice-ends": "通知期结束",
      removal: "移除",
      seal: "封存复核",
      review: "开始下一次复核",
      sweep: "开始下一次清理",
    },
    event: (event, at) => (at === null ? event : `${at} ${event}`),
    nothingNext: "没有自动进行的下一步",
    population: (grants, holders) => `${grants} 项授权，${holders} 名持有人`,
    removals: ({ items, removed, refused, held, waiting }) =>
      `计划 ${items} 项，已移除 ${removed} 项，被拒绝 ${refused} 项，暂缓 ${held} 项，等待 ${waiting} 项`,
    noAnswer: (id, decided, toDecide, told) =>
      `${id ?? "无人可以复核"}：${toDecide} 项中已决定 ${decided} 项${told === null ? "" : `，最近通知于 ${told}`}`,
    held: (grants, by, lifts) => `${grants} 项，${by}：${lifts}`,
    between: "；",
    stops: { stopped: "该数据源已叫停" },
    message: (key, outcome, detail) => `${key} ${outcome}：${detail}`,
    sealed: (review, at) => `${review}，${at}`,
    never: "从未",
    narrowed: ({ since, removed: { departments, users, groups }, acknowledged }) =>
      `自 ${since} 起应用可见范围缩小（减少部门 ${departments} 个、人员 ${users} 名、用户组 ${groups} 个）：其中的离职者可能读不到。${acknowledged ? `已于 ${acknowledged.at} 确认，由谁确认、原因为何见存储中的 drift/ 和审阅台的运维页面。完整复核之后不再提示` : "请核对飞书后台的数据权限范围，再运行 review；完整复核之后不再提示。范围本该如此的，请用 acknowledge 确认"}`,
    sweep: ({ sweep, population, counts, longestHours }, state) =>
      `${sweep}：${state}，${population?.holders ?? 0} 人，已移除 ${counts.removed} / ${counts.items} 项${longestHours === null ? "" : `，离职后最长保留 ${longestHours} 小时`}`,
    noSchedule: "未排期",
  },
  list: {
    noReview: (source) => `${source}：尚无复核`,
    states: {
      reading: "读取中",
      incomplete: "不完整",
      open: "进行中",
      sealed: "已封存",
      retired: "已作废",
    },
    grants: (count) => `${count} 项授权`,
    removed: (count) => `收回 ${count} 项`,
    sealedAt: (at) => `封存于 ${at}`,
  },
  check: {
    checking: (source) => `${source}：正在检查`,
    passed: "通过",
    missing: "缺少",
    readOnly: (source) => `${source}：已叫停，因此没有检查写入权限`,
    ofEvents: ({ missing, said }) => {
      if (said === undefined) return missing;
      if (said.code === "not-subscribed") return "应用已发布的版本没有订阅该事件：请在开发者后台添加，并发布版本";
      const unseen = said.why === null ? "" : `没有检查订阅（${said.why}）；`;
      return `${unseen}事件能否送达，只有真实事件才能证明：请在测试租户里让一个人离职（docs/events.zh.md）`;
    },
    comesOnce: (cron) => `定时计划 ${cron}：最多开始一次复核`,
    gap: (cron, days) => `定时计划 ${cron}：两次复核开始之间最长 ${days} 天`,
    allPassed: (count, command) => `${count} 项检查全部通过。下一步：${command}`,
    failed: (failed, count, sources, command) =>
      `${count} 项检查中有 ${failed} 项未通过（${sources}）。补上所缺内容后再次检查：${command}`,
  },
  acts: {
    approved: (command) => `已批准。继续：${command}`,
    approvedByFew: (by, needed) => `已有 ${by} 人批准，共需 ${needed} 人：还须由另一人批准。`,
    stopped: (sources, store) => `已叫停：${sources}（${store}）`,
    resumed: (sources, store) => `已恢复：${sources}（${store}）`,
    acknowledged: (sources) => `已确认：${sources} 的应用可见范围缩小。完整复核之前，其中的离职者可能读不到`,
    notTold: (source, why) => `${source}：将由下一次 \`send\` 告知相关人员，因为现在${why}`,
    retired: (source, review, by, at) =>
      `${source} ${review} 已由 ${by} 于 ${at} 作废：不再计入，下一份证据会列出这一记录`,
    stored: (decisions, source, place) => `已存入 ${source} 的 ${decisions} 项决定：${place}`,
    readAs: (encoding) => `文件按 ${encoding} 读取。`,
    exported: (source, review, file, hash) => `${source} ${review} 已导出到 ${file}：证据的 SHA-256 为 ${hash}`,
    reported: (grants, place) => `${grants} 项授权：${place}`,
    nothingToPutBack: (source, review) => `${source} ${review}：没有可恢复的授权`,
    nothingDone: "尚未执行任何操作。要恢复，请加 --grant 编号 … 或 --all，以及 --by 姓名 --reason 理由。",
    restoreColumns: { grant: "授权", holder: "持有人", role: "角色", what: "处理" },
    restoreSteps: {
      unrestorable: "无法恢复：平台没有授予它的接口",
      leftSince: "持有人此后已离职：只有用 --grant 指名才恢复",
      personUnread: "无法向人员权威数据源（people.authority）查询持有人是否已离职：请稍后再试，或用 --grant 指名恢复",
      needsNaming: "现有授权的管理范围不同：只有用 --grant 指名才补上原有范围",
      removedSince: "曾恢复，后又不在：请查明此后由哪次复核移除",
      add: "将恢复",
      alreadyThere: "已经存在",
    },
    notProved: (error) => `没有证据：${error}`,
  },
};
