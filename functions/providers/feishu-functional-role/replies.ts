import * as z from "zod/mini";

// Strict about what the review relies on; the vendor adds fields, and sends null or "" for what it does not say.
const id = z.string().check(z.minLength(1));
const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

const member = z.object({ user_id: id, scope_type: text, department_ids: z.nullish(z.array(id)) });

const user = z.object({
  user_id: id,
  name: text,
  email: text,
  enterprise_email: text,
  department_ids: z.nullish(z.array(z.string())),
  leader_user_id: text,
  status: z.nullish(
    z.object({ is_frozen: flag, is_resigned: flag, is_activated: flag, is_exited: flag, is_unjoin: flag }),
  ),
});

// Without contact:department.base:readonly there is neither name nor department_id.
const department = z.object({
  department_id: text,
  name: text,
  i18n_name: z.nullish(z.object({ zh_cn: text, en_us: text })),
});

const results = z.nullish(z.array(z.object({ user_id: z.string(), reason: z.number() })));

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/list */
export const membersReply = z.object({
  members: z.nullish(z.array(member)),
  has_more: z.boolean(),
  page_token: text,
});

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/get */
export const memberReply = z.object({ member });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/batch */
export const usersReply = z.object({ items: z.nullish(z.array(user)) });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/batch */
export const departmentsReply = z.object({ items: z.nullish(z.array(department)) });

/**
 * What became of each member. Removals call the list `result`, additions and scopes `results`:
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/batch_delete
 */
export const resultsReply = z.object({ result: results, results });

export type MemberReply = z.infer<typeof member>;
export type UserReply = z.infer<typeof user>;
export type DepartmentReply = z.infer<typeof department>;
export type ResultsReply = z.infer<typeof resultsReply>;
