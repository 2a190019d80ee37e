/**
 * A fault of a decision or of its file, in both languages. No fault quotes a cell: in a file with shifted columns, any
 * cell may hold a name. `code`: of a fault in who decided, the words by which the evidence names it (docs/contract.md).
 */
export type DecisionFault = {
  en: string;
  zh: string;
  code?: "unknown reviewer" | "not the reviewer" | "not signed in";
};

/**
 * The text of a fault in a language. A Chinese text is followed by the English text, by which docs/troubleshooting.md
 * can be searched.
 */
export function faultText({ en, zh }: DecisionFault, language: "zh" | "en"): string {
  return language === "zh" ? `${zh}（${en}）` : en;
}

/** What the evidence says of a fault. */
export function recordedFault({ code, en }: DecisionFault): string {
  return code ?? en;
}

/** What a file of decisions may have at most: more is no file of a person's. */
export const mostFileBytes = 10 * 1024 * 1024;
export const mostLines = 100_000;
export const mostCellCharacters = 2_000;

const howToSave = {
  en: "save it as CSV UTF-8",
  zh: "请另存为 CSV UTF-8 格式",
};

/** Every fault, by code. */
export const decisionFaults = {
  notText: {
    en: `the file is no text in UTF-8, UTF-16 or GBK (GB18030): ${howToSave.en}`,
    zh: `文件不是 UTF-8、UTF-16 或 GBK（GB18030）文本：${howToSave.zh}`,
  },
  big5: {
    en: `the file looks like Big5, as its text holds private-use characters if it is read as GBK (GB18030): ${howToSave.en}`,
    zh: `文件像是 Big5 编码，按 GBK（GB18030）读取会出现私用区字符：${howToSave.zh}`,
  },
  workbook: {
    en: `the file is a spreadsheet's own format, not CSV: ${howToSave.en}`,
    zh: `文件是电子表格自身的格式，不是 CSV：${howToSave.zh}`,
  },
  damagedText: {
    en: "the file is not UTF-8, or was made from text that was not: it has replacement characters (U+FFFD)",
    zh: "文件不是 UTF-8，或保存前文字已损坏：其中有替换字符（U+FFFD）",
  },
  brokenQuote: { en: "a quote is misplaced or never closed", zh: "引号位置不对，或没有成对" },
  noHeader: { en: "the file has no header", zh: "文件没有表头" },
  unknownColumn: (at: number): DecisionFault => ({ en: `column ${at} is unknown`, zh: `第 ${at} 列无法识别` }),
  doubledColumn: (name: string): DecisionFault => ({ en: `column ${name} comes twice`, zh: `列 ${name} 出现了两次` }),
  missingColumn: (name: string): DecisionFault => ({ en: `column ${name} is missing`, zh: `缺少列 ${name}` }),
  cellCount: (cells: number, columns: number): DecisionFault => ({
    en: `${cells} cells instead of ${columns}`,
    zh: `有 ${cells} 个单元格，应为 ${columns} 个`,
  }),
  narrowColumn: (column: string): DecisionFault => ({
    en: `${column} is ##### as its column was too narrow when the file was saved: widen the column, and save the file again`,
    zh: `${column} 只有 #####：保存文件时该列太窄，请加宽后重新保存`,
  }),
  review: { en: "review is no review id", zh: "review 不是复核编号" },
  grantId: { en: "grant_id is not 16 lowercase hex digits", zh: "grant_id 不是 16 位小写十六进制数字" },
  decision: { en: "decision is neither keep nor revoke", zh: "decision 既不是 keep 也不是 revoke" },
  noUntil: { en: "until is empty, and a keep needs one", zh: "until 为空，而保留（keep）必须写明" },
  until: {
    en: "until is no date (YYYY-MM-DD) nor an instant with its time zone",
    zh: "until 不是日期（YYYY-MM-DD），也不是带时区的时刻",
  },
  untilOrder: {
    en: "until is a date that can be read in two ways: write the year first, with four digits (YYYY-MM-DD)",
    zh: "until 的日期写法有歧义：请把四位年份写在最前（YYYY-MM-DD）",
  },
  noReviewer: { en: "reviewer is empty", zh: "reviewer 为空" },
  reviewerNumber: {
    en: "reviewer is a number that a spreadsheet has rounded: write the e-mail, or format the column as text and enter the id again",
    zh: "reviewer 已被电子表格改成舍入后的数字：请改写邮箱，或把该列设为文本格式后重新填写编号",
  },
  noReason: { en: "reason is empty", zh: "reason 为空" },
  decidedAt: {
    en: "decided_at is no ISO 8601 instant with its time zone",
    zh: "decided_at 不是带时区的 ISO 8601 时刻",
  },
  decidedAtOrder: {
    en: "decided_at is a date that can be read in two ways: write YYYY-MM-DDTHH:MM:SS with its time zone",
    zh: "decided_at 的日期写法有歧义：请写成带时区的 YYYY-MM-DDTHH:MM:SS",
  },
  decidedAtZone: {
    en: "decided_at is a time that the policy's time zone has twice or not at all: write it with its time zone",
    zh: "decided_at 在策略的时区中出现两次或并不存在：请写明时区",
  },
  lostDigits: {
    en: "grant_id is a number that a spreadsheet made of it, and no grant of the review has these first digits: copy the id from the report into a column that is formatted as text",
    zh: "grant_id 已被电子表格改成数字，本次复核中没有以这些数字开头的授权：请先把该列设为文本格式，再从报告复制编号",
  },
  sharedDigits: {
    en: "grant_id is a number that a spreadsheet made of it, and more than one grant of the review may be meant: copy the id from the report into a column that is formatted as text",
    zh: "grant_id 已被电子表格改成数字，本次复核中有不止一项授权与之相符：请先把该列设为文本格式，再从报告复制编号",
  },
  noGrant: {
    en: "there is no such review of this source, or it shows no such grant",
    zh: "该数据源没有这次复核，或其中没有这项授权",
  },
  shownOtherwise: {
    en: "the grant was shown otherwise than the review has it",
    zh: "展示给审阅人的授权与本次复核中的不一致",
  },
  signedFile: {
    en: "the file is not what the desk writes",
    zh: "文件不是审阅台写入的格式",
  },
  ownGrant: {
    en: "the reviewer holds this grant, and nobody decides on their own",
    zh: "审阅人本人持有这项授权，任何人都不能决定自己的授权",
  },
  unknownReviewer: {
    code: "unknown reviewer",
    en: "unknown reviewer: neither an id nor an e-mail of anybody in the snapshot, nor of those responsible; write the reviewer's id of the source, or their e-mail",
    zh: "审阅人不明：既不是快照中任何人、也不是任何负责人的编号或邮箱；请填写审阅人在数据源中的编号，或其邮箱",
  } satisfies DecisionFault,
  notTheReviewer: {
    code: "not the reviewer",
    en: "not the reviewer: policy.decisions counts only whom the routing names for this grant, or their delegate",
    zh: "不是这项授权的审阅人：policy.decisions 只认路由指定的人或其代理人",
  } satisfies DecisionFault,
  notSignedIn: {
    code: "not signed in",
    en: "not signed in: policy.decisions counts only what was decided signed in, at the desk",
    zh: "未经登录：policy.decisions 只认在审阅台登录后作出的决定",
  } satisfies DecisionFault,
  afterSeal: {
    en: "it was stored after its review was sealed",
    zh: "存入时其所属复核已经封存",
  },
  beforeSnapshot: {
    en: "decided_at is before the review's snapshot was taken",
    zh: "decided_at 早于该次复核的快照",
  },
  contradicting: {
    en: "the file says keep and revoke of the same grant: leave one of the two",
    zh: "文件对同一项授权既写保留又写收回：请只留其一",
  },
  tooLarge: (bytes: number): DecisionFault => ({
    en: `the file has more than ${bytes / 1024 / 1024} MB: divide it`,
    zh: `文件超过 ${bytes / 1024 / 1024} MB：请拆分`,
  }),
  tooManyLines: (lines: number): DecisionFault => ({
    en: `the file has more than ${lines} lines: divide it`,
    zh: `文件超过 ${lines} 行：请拆分`,
  }),
  longCell: (characters: number): DecisionFault => ({
    en: `a cell has more than ${characters} characters`,
    zh: `有单元格超过 ${characters} 个字符`,
  }),
  unread: {
    en: "there is no file of that name that can be read: take it away, or hand it in again under a plain name",
    zh: "没有可读取的同名文件：请移走它，或以普通文件名重新提交",
  },
  inFuture: { en: "decided_at is in the future", zh: "decided_at 在未来" },
  untilBefore: { en: "until is before decided_at", zh: "until 早于 decided_at" },
  tooLong: (days: number): DecisionFault => ({
    en: `until is more than ${days} days after decided_at (maxKeepDays)`,
    zh: `until 超过 decided_at 之后 ${days} 天（maxKeepDays）`,
  }),
  noSnapshot: (review: string, source: string): DecisionFault => ({
    en: `review ${review} of ${source} has no snapshot`,
    zh: `${source} 的复核 ${review} 没有快照`,
  }),
  sealed: (review: string): DecisionFault => ({
    en: `review ${review} is sealed and takes no more decisions: decide in the open review`,
    zh: `复核 ${review} 已封存，不再接受决定：请在进行中的复核里决定`,
  }),
};

/** Faults of a whole file that was handed in by a command. */
export const handInFaults = {
  unreadable: (file: string, code: string | undefined): DecisionFault => ({
    en: `Cannot read ${file} (${code})`,
    zh: `无法读取 ${file}：${code}`,
  }),
  empty: (file: string): DecisionFault => ({ en: `${file} holds no decisions`, zh: `${file} 中没有决定` }),
  nothingStored: { en: "Nothing was stored.", zh: "没有保存任何决定。" },
  whichSource: (sources: string[]): DecisionFault => ({
    en: `Cannot tell which source the decisions are about: name it with --source ${sources.join("|")}`,
    zh: `无法判断这些决定属于哪个数据源：请用 --source ${sources.join("|")} 指定`,
  }),
};
