import type { Finding } from "../../review/rules/finding.ts";
import type { Language } from "../review-view.ts";
import { type Phrases, phraseFor } from "./phrases.ts";

/** What the review itself writes down in English, and how a Chinese reader reads it; `$1` is what stands in the brackets. */
const chinese: readonly (readonly [form: RegExp, text: string])[] = [
  [/^role (\S+) is protected$/, "角色 $1 受保护"],
  [/^the holder is protected$/, "持有人受保护"],
  [/^a grant known to exist, by which snapshots are proved$/, "已知存在的授权，用来验证快照是否完整"],
  [/^granted (\d+) days ago, minGrantAgeDays is (\d+)$/, "授予仅 $1 天（minGrantAgeDays 为 $2）"],
  [/^first seen (\d+) days ago, minGrantAgeDays is (\d+)$/, "首次发现仅 $1 天（minGrantAgeDays 为 $2）"],
  [/^the provider does not remove it$/, "平台不允许移除"],
  [
    /^the provider cannot give it back, and allowUnrestorable is false$/,
    "移除后平台无法恢复（allowUnrestorable 为 false）",
  ],
  [/^the holder could not be read$/, "读不到持有人"],
  [/^the scopes could not be read$/, "读不到管理范围"],
  [/^the role could not be read$/, "读不到角色"],
  [/^the role is not listed$/, "角色不在角色清单中"],
  [
    /^(\d+) of the role's (\d+) holders, maxRoleShare is ([\d.]+)$/,
    "涉及该角色 $2 名持有人中的 $1 名（maxRoleShare 为 $3）",
  ],
  [/^would take (\d+) of the role's (\d+) active holders$/, "将移除该角色 $2 名在职持有人中的 $1 名"],
  [/^kept by a decision of (\S+) until (\S+)$/, "$1 决定保留至 $2"],
  [/^kept until (\S+), decided at (\S+)$/, "$2 决定保留至 $1"],
  [/^a decisions file that cannot be understood may speak of it: (.+)$/, "无法读懂的决定文件可能涉及它：$1"],
  [/^revoke decided at (\S+)$/, "$1 决定收回"],
  [/^nobody had decided by (\S+)$/, "截至 $1 无人决定"],
  [/^no rule of the plan matches any more$/, "计划中的规则均已不再符合"],
  [/^it was given anew$/, "已重新授予"],
  [/^the removal got no answer, and a fresh read no longer shows it$/, "移除请求没有回应，重新读取已看不到该授权"],
  [/^the removal got no answer, and the grant is still there$/, "移除请求没有回应，授权仍然存在"],
  [/^the provider said yes, and the grant is still there$/, "平台已确认移除，授权却仍然存在"],
  [
    /^the source is configured to another host or app since: what became of the (grant|role) cannot be read$/,
    "数据源此后改用了其他主机或应用，无法读取结果",
  ],
];

const differences: readonly (readonly [form: RegExp, text: string])[] = [
  [/^the holder was (\w+) and is (\w+)$/, "持有人状态由 $1 变为 $2"],
  [/^it was given anew$/, "已重新授予"],
  [/^its scopes changed$/, "管理范围有变"],
];

const translated = (text: string, forms: typeof chinese): string => {
  const found = forms.find(([form]) => form.test(text));
  return found ? text.replace(found[0], found[1]) : text;
};

const sinceSnapshot = "since the snapshot ";

/** A hold's or an outcome's detail in the reader's language, as far as the review wrote it itself: what a provider said stays as it was said. */
export const detailText = (detail: string, language: Language): string => {
  if (language === "en") return detail;
  if (!detail.startsWith(sinceSnapshot)) return translated(detail, chinese);
  const parts = detail.slice(sinceSnapshot.length).split(", ");
  return `快照之后：${parts.map((part) => translated(part, differences)).join("、")}`;
};

/** Why a finding asks for nothing more, in a sentence. */
export const suppressionText = (
  { by, detail }: NonNullable<Finding["suppressedBy"]>,
  { phrases, language }: { phrases: Phrases; language: Language },
): string =>
  phrases.sentences.suppressed(by, by === "hold" ? phraseFor(phrases.heldBy, detail) : detailText(detail, language));
