import * as z from "zod/mini";
import { UnexpectedReplyError } from "../../http/errors.ts";

// Picked field by field: a `Password` is among what the vendor may send of a user, and what is not named here is not kept.
// Looser than real ids: the vendor's own examples have `rc2-…` and shorter ones.
const id = z.string().check(z.regex(/^[a-z0-9]+-[A-Za-z0-9]{1,64}$/));
// A JSON number; one that a double cannot hold exactly would pass for its neighbour.
const uin = z.int().check(z.positive());
const count = z.int().check(z.nonnegative());
const text = z.nullish(z.string());

export const assignment = z.object({
  RoleConfigurationId: id,
  RoleConfigurationName: text,
  TargetUin: uin,
  TargetType: z.enum(["ManagerUin", "MemberUin"]),
  TargetName: text,
  PrincipalId: id,
  PrincipalType: z.enum(["User", "Group"]),
  PrincipalName: text,
  CreateTime: text,
});

export const configuration = z.object({ RoleConfigurationId: id, RoleConfigurationName: text, Description: text });
export const user = z.object({ UserId: id, UserName: text, DisplayName: text, Email: text, UserStatus: text });
export const group = z.object({ GroupId: id, GroupName: text });
export const task = z.object({ TaskId: text, TaskType: text, Status: text, FailureReason: text });

export const userReply = z.object({ UserInfo: user });
export const centerReply = z.object({ ZoneId: id, ServiceStatus: text });
export const organizationReply = z.object({ HostUin: uin });
export const accountsReply = z.object({ Items: z.nullish(z.array(z.object({ MemberUin: uin }))), Total: count });
export const taskReply = z.object({ TaskStatus: task });
/** The vendor marks the task of a removal as not always present. */
export const removalReply = z.object({ Task: z.nullish(task) });
export const creationReply = z.object({ Tasks: z.nullish(z.array(task)) });

export type Assignment = z.infer<typeof assignment>;
export type Configuration = z.infer<typeof configuration>;
export type User = z.infer<typeof user>;
export type Group = z.infer<typeof group>;
export type Task = z.infer<typeof task>;

/** Reads a reply as the schema says; the error names the field that is otherwise, never its value. */
export const decodeAs =
  <Schema extends z.ZodMiniType>(call: string, schema: Schema) =>
  (response: unknown, status: number): z.infer<Schema> => {
    const result = schema.safeParse(response);
    if (result.success) return result.data;
    const path = result.error.issues[0]?.path.join(".") || "Response";
    throw new UnexpectedReplyError(call, status, `${path} is not as documented`);
  };

/** One page of a listing; `pageToken` is null exactly at the end. */
export type TokenPage<Item> = { items: Item[]; hasMore: boolean; pageToken: string | null; total: number };

// A missing IsTruncated is an error, not an end: half a listing would show live grants as gone.
const marks = z.object({ IsTruncated: z.boolean(), NextToken: text, TotalCounts: count });

/** Reads a page whose items are under `key`; one that says it is cut short, and not where it goes on, is an error. */
export const decodePage =
  <Item extends z.ZodMiniType>(call: string, key: string, item: Item) =>
  (response: Record<string, unknown>, status: number): TokenPage<z.infer<Item>> => {
    const { IsTruncated: hasMore, NextToken: token, TotalCounts: total } = decodeAs(call, marks)(response, status);
    if (hasMore && !token) throw new UnexpectedReplyError(call, status, "IsTruncated without NextToken");
    const items = decodeAs(call, z.nullish(z.array(item)))(response[key], status) ?? [];
    return { items, hasMore, pageToken: hasMore ? (token ?? null) : null, total };
  };
