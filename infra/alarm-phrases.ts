/** The descriptions of alarms: what happened, and what to do. */
export type AlarmPhrases = {
  stageFailed(stage: string, log: string): string;
  executionFailed: string;
  brakeTripped(source: string, approve: string): string;
  incomplete(source: string): string;
  unresolved(source: string): string;
  notBegun(source: string, start: string): string;
  notSealed(source: string, goOn: string): string;
  stopped(source: string, resume: string): string;
  leftOpen(source: string): string;
  badDecisions(source: string): string;
  unbalanced(source: string): string;
  /** Descriptions of alarms over all sources. `which` is a command that lists the sources concerned. */
  ofMany: {
    brakeTripped(which: string, approve: string): string;
    incomplete(which: string): string;
    unresolved(which: string): string;
    notBegun(which: string, start: string): string;
    notSealed(which: string, goOn: string): string;
    stopped(which: string, resume: string): string;
    leftOpen(which: string): string;
    badDecisions(which: string): string;
    unbalanced(which: string): string;
  };
  /** `logs`: the log groups that say which source. */
  acts(logs: string): string;
  /** `log`: the log group that says which source. */
  messagesFailed(log: string): string;
  notLookedAt: string;
  /** `bucket`: where copies go. */
  copiesFailed(bucket: string): string;
  /** `which`: a command that lists the sources concerned. */
  notSwept(which: string, start: string): string;
  leaversLate(hours: number, which: string): string;
  deskFails: string;
  deskSlow: string;
  deadLetters: string;
  eventDeadLetters: string;
  eventsStuck: string;
  dataRangeNarrowed: string;
  /** Of the keys and of the bucket's policy: by mail alone, there is no figure. */
  tampered: string;
};

const en: AlarmPhrases = {
  stageFailed: (stage, log) =>
    `The ${stage} stage of an access review failed. Read the line with level ERROR in log group ${log}: it says what to mend; then start the review again with its id, and it goes on where it stopped.`,
  executionFailed:
    'An access review ended without being sealed. The failed execution\'s cause names each source and why; mend that, then start an execution with {"source","review"} of it, and it goes on where it stopped.',
  brakeTripped: (source, approve) =>
    `The plan of ${source} is larger than its limits allow, and nothing is removed. The mail "Access review held" names the limits and the plan's hash. Read the report, then approve exactly that plan: ${approve}`,
  incomplete: (source) =>
    `The snapshot of ${source} is not whole, so nothing follows from it. snapshot.json names the check that failed; most often the app's data range or a permission was narrowed. Mend it, then start a new review.`,
  unresolved: (source) =>
    `Removals from ${source} were refused, failed, or did not take effect. report.html lists them with the provider's reason; remove those by hand in the system itself, or see that the next review does.`,
  notBegun: (source, start) =>
    `The review of ${source} that was due has not begun for a day, or nobody looked. See the schedule, the dead letters and the last execution; begin it by hand with: ${start}`,
  notSealed: (source, goOn) =>
    `A review of ${source} is open longer than notice, decisions and approval may take, or nobody looked. See the last execution, and status; go on with it by: ${goOn}`,
  stopped: (source, resume) =>
    `Somebody stopped removals from ${source}: nothing is removed until somebody resumes. reviews/${source}/stops/ in the bucket says who and why. To resume: ${resume}`,
  leftOpen: (source) =>
    `An earlier review of ${source} cannot be sealed, as what the store has of it is damaged or contradicts itself. It was left as it is, and the next review began. The log of the seal stage and checkpoints/${source}/*/watch.json say which and why; find out who wrote into the store, and put back the earlier version of the object.`,
  badDecisions: (source) =>
    `A file among the decisions on ${source} cannot be understood, and the grants that it may speak of are left alone. report.html names the file and its lines; correct it, hand it in again, and delete the old one.`,
  unbalanced: (source) =>
    `A review of ${source} was sealed and does not balance: its receipts, plans and grants contradict each other. evidence.json names the faults; find out who wrote into the store. The next review begins as usual.`,
  ofMany: {
    brakeTripped: (which, approve) =>
      `A plan is larger than its limits allow, and nothing is removed. For each such source the mail "Access review held" names the limits and the hash. Which sources: ${which} Approve exactly that plan: ${approve}`,
    incomplete: (which) =>
      `A snapshot is not whole, so nothing follows from it; its snapshot.json names the check that failed. Which sources: ${which} Mend the app's data range or permission, then start a new review.`,
    unresolved: (which) =>
      `Removals were refused, failed, or did not take effect. Which sources: ${which} The report.html of each lists them with the provider's reason; remove those by hand, or see that the next review does.`,
    notBegun: (which, start) =>
      `A review that was due has not begun for a day, or nobody looked. Which sources: ${which} See the schedule and the dead letters; begin by hand with: ${start}`,
    notSealed: (which, goOn) =>
      `A review is open longer than it may be, or nobody looked. Which sources: ${which} See the last execution; go on with: ${goOn}`,
    stopped: (which, resume) =>
      `Somebody stopped removals. Which sources: ${which} The stops/ of each says who and why. To resume: ${resume}`,
    leftOpen: (which) =>
      `An earlier review cannot be sealed, as what the store has of it is damaged or contradicts itself. It was left, and the next began. Which sources: ${which} Find out who wrote into the store.`,
    badDecisions: (which) =>
      `A file among the decisions cannot be understood, and the grants that it may speak of are left alone. Which sources: ${which} The report.html of each names the file and its lines; correct it, hand it in again, and delete the old one.`,
    unbalanced: (which) =>
      `A review was sealed and does not balance: its receipts, plans and grants contradict each other. Which sources: ${which} The evidence.json of each names the faults; find out who wrote into the store.`,
  },
  acts: (logs) =>
    `Somebody approved a held plan, stopped or resumed a source, retired a review of the future, or put grants back. The message "Access review act" says who, where and why, if messages are configured; so do approvals/, receipts/*.restored.json, stops/ and retired/ below reviews/ in the bucket. Which source: the lines with acts above 0 in ${logs}. If nobody was to do this, stop the source and find out who did.`,
  messagesFailed: (log) =>
    `Somebody was to be told of a review, and was not: the channel refused the message. Which source and why: the lines with messagesFailed above 0 in ${log}; status names the message. Most often the bot is no longer in the chat, or its secret was renewed. Mend that (npx access-review check tries each channel), and tell the people yourself: a message that failed is not sent again, but for acts.`,
  notLookedAt:
    "The daily watch failed. NotLookedAt: whether a review is overdue could not be looked at for some sources; its cause names them, and the seal stage's log, level ERROR, says what to mend. NotConfirmed: somebody of aws.alarmEmails, or whoever was to subscribe to aws.alarmTopicArn, has not confirmed, and hears of no alarm; its cause has the commands.",
  copiesFailed: (bucket) =>
    `Evidence was written and could not be copied to the bucket ${bucket} (aws.replicateTo). S3 does not try again. Which: aws s3api head-object names ReplicationStatus FAILED. See whether the bucket, its Object Lock and its key are there, and let the role of replication in; then copy what failed by S3 Batch Replication (docs/operate.md).`,
  notSwept: (which, start) =>
    `A sweep that was due has not begun for a day, or nobody looked: whoever left since still has access. Which sources: ${which} See the sweep schedule, the dead letters and the last execution; begin by hand with: ${start}`,
  leaversLate: (hours, which) =>
    `Somebody who left kept access for more than ${hours} hours (policy.removeWithinHours) before it was removed. Which sources: ${which} The evidence.json of the sweep or review has the hours, its receipts each removal: a last day entered late, a plan that was held, or a sweep that did not run.`,
  deskFails:
    "The desk could not answer people. Read the lines with level ERROR in the log group of the desk's function: most often its secret, the sign-in's host or the bucket is not to be reached. Nothing was stored by halves; people may try again.",
  deskSlow:
    "People wait more than five seconds for the desk. See the duration of the desk's function: a review of very many grants, or a sign-in's host that is slow.",
  deadLetters:
    "Something that the schedule was to begin could not be begun. Read the message in the dead letter queue, mend its cause, then begin the review by hand and delete the message.",
  eventDeadLetters:
    "The function that works events off failed five times in a row. The line with level ERROR in the log group of the function events says why. The events are kept for 48 hours: mend the cause, then move the messages back (aws sqs start-message-move-task --source-arn with the ARN of the queue of event dead letters). Whom events miss the next sweep finds.",
  eventsStuck:
    "What an event asks for has failed for half an hour, and is tried again every few minutes for 48 hours. The line with level ERROR in the log group of the function events says why: most often a sweep cannot be begun, or the bucket refuses a write. Until it is mended, begin a sweep by hand.",
  dataRangeNarrowed:
    "The app's data range in Feishu became smaller: people outside of it are hidden, and whoever of them leaves is neither told of nor found. Open the app in Feishu's developer console, compare its data range with what is to be reviewed, and have it approved again; then begin a review. A person who meant it to be smaller confirms that by doing nothing.",
  tampered:
    "Somebody disabled or deleted a key of the access reviews, changed who may use it, or changed the policy, versioning or lifecycle of the bucket of evidence, or tried to. CloudTrail (Event history, event names DisableKey, ScheduleKeyDeletion, PutKeyPolicy, PutBucketPolicy) says who. A deployment of the stack does so too where its policies changed. If it was neither a deployment nor meant: cancel the deletion, enable the key, deploy the stack again.",
};

const zh: AlarmPhrases = {
  stageFailed: (stage, log) =>
    `权限复核的 ${stage} 阶段失败。请查看日志组 ${log} 中级别为 ERROR 的行，按提示修复后，用同一复核编号重新启动，它会从中断处继续。`,
  executionFailed:
    '一次权限复核未能封存即告结束。失败执行的原因里列出了每个数据源及其原因；修复后用 {"source","review"} 启动执行，它会从中断处继续。',
  brakeTripped: (source, approve) =>
    `${source} 的收回计划超出上限，尚未收回任何权限。主题为 “Access review held” 的邮件列出了超限项和计划哈希。请阅读报告，确认后只批准这一份计划：${approve}`,
  incomplete: (source) =>
    `${source} 的快照不完整，因此不会据此采取任何行动。snapshot.json 写明了未通过的检查；多半是应用的数据范围或权限被收窄。修复后请启动新的复核。`,
  unresolved: (source) =>
    `${source} 有收回被拒绝、失败或未生效。report.html 列出了明细和对方系统给出的原因；请在该系统中手工收回，或留待下次复核。`,
  notBegun: (source, start) =>
    `${source} 应开始的复核一天后仍未开始，或无人检查。请查看定时计划、死信队列和最近一次执行；手工启动：${start}`,
  notSealed: (source, goOn) =>
    `${source} 有复核的打开时间超过了通知、决定和批准所需的最长时间，或无人检查。请查看最近一次执行和 status；继续执行：${goOn}`,
  stopped: (source, resume) =>
    `有人叫停了 ${source} 的收回，恢复之前不会收回任何权限。操作人和理由见存储桶中的 reviews/${source}/stops/。要恢复：${resume}`,
  leftOpen: (source) =>
    `${source} 有一次较早的复核无法封存：存储中的内容已损坏或相互矛盾。该复核保持原样，下一次复核已照常开始。seal 阶段的日志和 checkpoints/${source}/*/watch.json 写明了是哪一次及原因；请查明是谁写入了存储，并恢复该对象的早先版本。`,
  badDecisions: (source) =>
    `${source} 的决定文件中有无法读懂的，其可能涉及的授权均未收回。report.html 列出了该文件及出错的行；请改正后重新提交，并删除原文件。`,
  unbalanced: (source) =>
    `${source} 的一次复核已封存，但账目不平：回执、计划与授权相互矛盾。evidence.json 列出了各项问题；请查明是谁写入了存储。下一次复核照常进行。`,
  ofMany: {
    brakeTripped: (which, approve) =>
      `有收回计划超出上限，尚未收回任何权限。每个这样的数据源都有主题为 “Access review held” 的邮件，列出超限项和计划哈希。查出是哪些数据源：${which} 确认后只批准那一份计划：${approve}`,
    incomplete: (which) =>
      `有快照不完整，因此不会据此采取任何行动；其 snapshot.json 写明了未通过的检查。查出是哪些数据源：${which} 修复数据范围或权限后请启动新的复核。`,
    unresolved: (which) =>
      `有收回被拒绝、失败或未生效。查出是哪些数据源：${which} 各自的 report.html 列出了明细和对方系统给出的原因；请手工收回，或留待下次复核。`,
    notBegun: (which, start) =>
      `有应开始的复核一天后仍未开始，或无人检查。查出是哪些数据源：${which} 请查看定时计划和死信队列；手工启动：${start}`,
    notSealed: (which, goOn) =>
      `有复核打开过久，或无人检查。查出是哪些数据源：${which} 请查看最近一次执行；继续执行：${goOn}`,
    stopped: (which, resume) =>
      `有人叫停了收回。查出是哪些数据源：${which} 各自的 stops/ 写明了操作人和理由。要恢复：${resume}`,
    leftOpen: (which) =>
      `有较早的复核无法封存：存储中的内容已损坏或相互矛盾。该复核保持原样，下一次复核已开始。查出是哪些数据源：${which} 请查明是谁写入了存储。`,
    badDecisions: (which) =>
      `决定文件中有无法读懂的，其可能涉及的授权均未收回。查出是哪些数据源：${which} 各自的 report.html 列出了该文件及出错的行；请改正后重新提交，并删除原文件。`,
    unbalanced: (which) =>
      `有复核已封存但账目不平：回执、计划与授权相互矛盾。查出是哪些数据源：${which} 各自的 evidence.json 列出了各项问题；请查明是谁写入了存储。`,
  },
  acts: (logs) =>
    `有人批准了被熔断的计划、叫停或恢复了某个数据源的收回、停用了日期在未来的复核，或恢复了授权。如已配置 messages，主题为 “Access review act” 的消息写明操作人、对象和理由；存储桶 reviews/ 下的 approvals/、receipts/*.restored.json、stops/ 和 retired/ 也有记录。涉及的数据源见 ${logs} 中 acts 大于 0 的行。如果这不是预期的操作，请叫停该数据源并查明操作人。`,
  messagesFailed: (log) =>
    `应发出的复核消息未能送达：消息渠道拒绝了它。数据源和原因见 ${log} 中 messagesFailed 大于 0 的行，status 也列出该消息。多半是机器人已不在群里，或其密钥已更换。请修复（npx access-review check 会逐一试用各渠道），并自行告知相关人员：除操作通知外，失败的消息不会重发。`,
  notLookedAt:
    "每日检查失败。NotLookedAt：有数据源未能检查复核是否逾期，执行的原因列出了这些数据源，请查看 seal 阶段日志中级别为 ERROR 的行并修复。NotConfirmed：aws.alarmEmails 中有地址，或应订阅 aws.alarmTopicArn 的人尚未确认订阅，收不到任何告警，执行的原因里有所需命令。",
  copiesFailed: (bucket) =>
    `有证据已写入，但未能复制到存储桶 ${bucket}（aws.replicateTo），S3 不会重试。哪些对象：aws s3api head-object 的 ReplicationStatus 为 FAILED。请检查该存储桶、其对象锁和密钥是否仍在，并允许复制角色写入；然后用 S3 批量复制补上失败的对象（docs/operate.zh.md）。`,
  notSwept: (which, start) =>
    `应开始的清理一天后仍未开始，或无人检查：此后离职的人仍持有权限。查出是哪些数据源：${which} 请查看清理的定时计划、死信队列和最近一次执行；手工启动：${start}`,
  leaversLate: (hours, which) =>
    `有离职人员的权限在离职超过 ${hours} 小时（policy.removeWithinHours）后才被收回。查出是哪些数据源：${which} 该次清理或复核的 evidence.json 列出了小时数，回执列出了每次收回；常见原因：离职日期补录较晚、计划被熔断拦下，或清理未运行。`,
  deskFails:
    "复核台有请求未能应答。请查看复核台函数日志组中级别为 ERROR 的行：多半是密钥、登录平台或存储桶无法访问。没有写入一半的内容，相关人员可以重试。",
  deskSlow: "打开复核台要等五秒以上。请查看复核台函数的耗时：可能是复核的授权极多，或登录平台响应缓慢。",
  deadLetters: "定时计划要启动的任务未能启动。请阅读死信队列中的消息，排除原因后手工启动复核，并删除该消息。",
  eventDeadLetters:
    "处理事件的函数连续五次失败。原因见 events 函数日志组中级别为 ERROR 的行。事件会保留 48 小时：修复后把消息移回队列（aws sqs start-message-move-task --source-arn，填事件死信队列的 ARN）。事件漏掉的人由下一次清理找到。",
  eventsStuck:
    "有事件要求的处理已连续失败半小时，系统会在 48 小时内每隔几分钟重试。原因见 events 函数日志组中级别为 ERROR 的行：多半是无法启动清理，或存储桶拒绝写入。修复之前请手工启动一次清理。",
  dataRangeNarrowed:
    "应用在飞书中的数据范围变小了：范围之外的人不可见，其中有人离职时既收不到事件，也查不到。请在飞书开发者后台把应用的数据范围与需要复核的范围对照，改回并重新审批，然后启动一次复核。如果确实是有意缩小，则无需处理。",
  tampered:
    "有人停用或删除了权限复核的密钥、修改了密钥的使用权限，或修改了证据存储桶的策略、版本控制或生命周期，或曾尝试这样做。操作人见 CloudTrail 的事件历史记录（事件名 DisableKey、ScheduleKeyDeletion、PutKeyPolicy、PutBucketPolicy）。部署时若策略有变也会触发。若既非部署也非有意为之：请取消密钥删除、启用密钥，并重新部署。",
};

/** The descriptions of alarms, by the configuration's language. */
export const alarmPhrases = { en, zh } as const;
