type Limit = { name: string; limit: number; actual: number };

/** What a held review's notice names beside the answer itself; `expireFunction` is whom to approve it by. */
export type NoticeContext = { language: "zh" | "en"; expireFunction: string; report: string };

function command(functionName: string, event: object): string {
  return `aws lambda invoke --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '${JSON.stringify(event)}' /dev/stdout`;
}

/** The command that lifts the brake of exactly this plan. */
export function approveCommand(functionName: string, source: string, planHash: string): string {
  return command(functionName, { source, approve: planHash, by: "NAME", reason: "WHY" });
}

/** What to tell whoever can go on with a held review: which limits stopped it, and the command that lifts them; null where nothing is held. */
export function noticeOf(answer: Record<string, unknown>, context: NoticeContext): string | null {
  const { status, source, review, planHash } = answer;
  if (status !== "held") return null;
  const limits = (answer.limits ?? []) as Limit[];
  if (limits.some(({ name }) => name === "stopped")) return stoppedNotice(String(source), context);
  const named = limits.map(({ name, limit, actual }) => `${name} ${actual} > ${limit}`).join(", ");
  const approve = approveCommand(context.expireFunction, String(source), String(planHash));
  if (context.language === "zh") {
    return `${source} ${review} 的收回计划被刹车拦下：${named}。请先阅读报告 ${context.report}，确认无误后只批准这一份计划：\n${approve}`;
  }
  return `The brake stopped the plan of ${source} ${review}: ${named}. Read the report ${context.report}, then approve exactly this plan:\n${approve}`;
}

function stoppedNotice(source: string, { language, expireFunction }: NoticeContext): string {
  const resume = command(expireFunction, { source, resume: true });
  return language === "zh"
    ? `${source} 的收回已被叫停。要继续，请执行：\n${resume}`
    : `Removals from ${source} are stopped. To let them go on:\n${resume}`;
}
