// The vendor documents no list of the reasons of failed tasks, and one code for a removal alone: that there is no such assignment.
// Its general codes come from every call: https://www.tencentcloud.com/document/api/1031/32858. So a reason is believed to speak of
// the grant only where the reason names a part of a grant and what is the matter with that part. Another try costs little.

/** Trouble of the vendor's or the caller's own: another try may not meet it, whatever else the reason names. */
const passingTrouble = new RegExp(
  [
    "internal|time[d -]{0,2}out|try again|retry|later|busy|frequen|too many|temporar|unknown|unavailable|throttl|rate ?limit",
    "overload|concurren|conflict|in progress|processing|pending|maintenance|exception|database|\\b(db|sql)\\b|network",
    "connection|gateway|(server|system|service) ?(error|fault|failure)|\\b50[0-4]\\b",
    "quota|(limit|limits) ?(is |was )?(exceed|reached)|exceed\\w* .*limit|over ?limit|insufficient",
    "(no|not|without|lack\\w*|missing) (\\w+ )?(permission|privilege|access)|denied|forbidden|(un|not )authori[sz]ed",
    "auth ?fail|signature|credential|token",
    "内部|系统(错误|异常|繁忙|忙|故障|超时|维护|升级|开小差)|服务(不可用|异常|错误|器|繁忙)|超时|重试|稍后|稍候|繁忙|频繁|限流",
    "限频|并发|冲突|过载|维护|网络|数据库|连接|未知|开小差|正在|处理中|进行中|排队|配额|超限|上限|不足|鉴权|认证|签名|密钥",
    "(无|没有|缺少)(\\S{0,4})权限|拒绝访问|未授权(的)?(操作|访问)",
  ].join("|"),
  "i",
);

/** The parts of a grant: what is held, by whom, and where. */
const partOfGrant = new RegExp(
  [
    "\\b(roles?|configurations?|permission sets?|assignments?|authorizations?|grants?|users?|groups?|principals?|members?)\\b",
    "\\b(accounts?|polic(y|ies)|targets?)\\b",
    "角色|权限配置|权限集|授权|用户|成员|账号|帐号|账户|主体|策略",
  ].join("|"),
  "i",
);

/** What may be the matter with such a part, that lasts until somebody mends it. */
const lastingState = new RegExp(
  [
    "in use|used by|referenc|depend|attach|bound|associat|protect|reserved|default|built ?in|synchroni|scim|service ?linked",
    "(not|never|already|no longer) exist|not found|no such|\\bleft\\b|closed|fr[eo]ez|frozen|suspend|disabl|deactivat|locked|expired",
    "invalid|illegal|not (be )?(supported|allowed|belong)|unsupported|mismatch|\\blast\\b|must",
    "引用|使用中|占用|依赖|绑定|关联|保护|保留|预设|默认|内置|同步|存在|退出|离开|注销|关闭|冻结|停用|禁用|封禁|锁定|过期|失效",
    "无效|非法|不支持|不允许|不可|不属于|不匹配|最后|必须",
  ].join("|"),
  "i",
);

/** A reason is judged, and told, by its beginning. */
export const maxReasonLength = 200;

/** Whether the reason of a failed task, or the code of a refused removal, speaks of this grant: another try would fail for it as well. */
export function speaksOfGrant(reason: string): boolean {
  const text = spaced(reason.slice(0, maxReasonLength));
  return partOfGrant.test(text) && lastingState.test(text) && !passingTrouble.test(text);
}

/** With blanks between the words of a code: `ResourceNotFound.UserNotExist`, `ROLE_IN_USE`. */
function spaced(reason: string): string {
  return reason
    .replace(/([a-z0-9])(?=[A-Z])/g, "$1 ")
    .replace(/([A-Z])(?=[A-Z][a-z])/g, "$1 ")
    .replace(/[\s_.:-]+/g, " ");
}
