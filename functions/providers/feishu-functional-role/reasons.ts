const texts: Record<number, string> = {
  2: "the user id is invalid",
  3: "the app may not act on this user",
  4: "the user is in the role already",
  5: "the user is not in the role",
  6: "the app may not act on what this member managed so far",
};

/** Why a member was not changed, in words: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/batch_delete */
export const refusalOf = (reason: number): string => `reason ${reason} (${texts[reason] ?? "unknown"})`;
