import { createHash } from "node:crypto";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./world.ts";

/** `GET bot/v3/info`: only an app that may send has a bot here. */
export const getBot: Handler = (_world, { app }) => {
  if (!app.scopes.has("im:message:send_as_bot")) throw new Refusal(400, 11205, "app do not have bot");
  const open = createHash("sha256").update(app.appId).digest("hex").slice(0, 32);
  return { activate_status: 2, app_name: "Access review", avatar_url: "", ip_white_list: [], open_id: `ou_${open}` };
};

/** `GET application/v6/scopes`: what the tenant has granted the app. */
export const listScopes: Handler = (_world, { app }) => ({
  scopes: [...app.scopes].map((scope_name) => ({ scope_name, scope_type: "tenant", grant_status: 1 })),
});

/** `GET im/v1/chats/:chat_id/members/is_in_chat` */
export const isInChat: Handler = ({ messages }, { parameters }) => ({
  is_in_chat: parameters.chat_id === messages.chatId && !messages.quirks.botIsOut,
});
