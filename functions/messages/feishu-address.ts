import type { FeishuCall } from "../providers/feishu/call.ts";
import { tier4 } from "../providers/feishu/limits.ts";
import type { OutgoingMessage } from "../review/people/message.ts";
import type { FeishuAddress } from "./feishu-message.ts";

/** What the ids of a source's reviewers are: ids that the vendor writes to, CoreHR's own, or none, where their e-mail is known. */
export type ReviewerIdType = "user_id" | "open_id" | "union_id" | "email" | "people_corehr_id";

const convertName = "convertId";

/** The limit of asking whom an id of CoreHR's stands for. */
export const addressLimits = { [convertName]: tier4 };

/** The vendor sends a message of the same uuid once within the hour; less a margin for clocks that differ. */
export const feishuRepeatableMs = 55 * 60_000;

/** Every message goes to this chat. */
export function toChat(id: string) {
  return async (): Promise<FeishuAddress> => ({ type: "chat_id", id });
}

/** Every message goes to its own receiver, whose id is of this type. */
export function toReviewer(idType: ReviewerIdType) {
  return async ({ receiver }: OutgoingMessage, call: FeishuCall): Promise<FeishuAddress> => {
    if (!receiver) throw new Error("Cannot send to a reviewer as the message names none");
    const { id, email } = receiver;
    if (idType === "people_corehr_id") return { type: "user_id", id: await userIdOf(id, call) };
    if (idType !== "email") return { type: idType, id };
    if (email === null)
      throw new Error("Cannot send to a reviewer by e-mail as theirs is not known: use another idType");
    return { type: "email", id: email };
  };
}

/** Needs corehr:common_data.id.convert:read. https://open.feishu.cn/document/server-docs/corehr-v1/basic-infomation/common_data-id/convert */
async function userIdOf(id: string, call: FeishuCall): Promise<string> {
  const { data } = await call({
    name: convertName,
    method: "POST",
    path: "/open-apis/corehr/v1/common_data/id/convert",
    query: [
      ["id_transform_type", "1"],
      ["id_type", "user_id"],
      ["feishu_user_id_type", "user_id"],
    ],
    body: { ids: [id] },
    repeatable: "always",
    decode: (data) => (data as { items?: { id?: unknown; target_id?: unknown }[] } | null)?.items ?? [],
  });
  const found = data.find((item) => item.id === id)?.target_id;
  if (typeof found === "string" && found !== "") return found;
  throw new Error("Cannot send to a reviewer as CoreHR knows no account of theirs: they may have left");
}
