import { hasLeft } from "../company/calendar.ts";
import { employeeOf } from "../company/company.ts";
import { fromIdType } from "../company/ids.ts";
import { cardFaults } from "./card.ts";
import type { SandboxMessage } from "./message-book.ts";
import { requiredText } from "./parameters.ts";
import { DroppedConnection, Refusal } from "./refusal.ts";
import type { Call, Handler, World } from "./world.ts";

const invalid = (field: string): Refusal => new Refusal(400, 99992402, `field validation failed: ${field}`);

const receiverTypes = ["open_id", "union_id", "user_id", "email", "chat_id"] as const;
type ReceiverType = (typeof receiverTypes)[number];

function receiverType({ query }: Call): ReceiverType {
  const type = query.get("receive_id_type") as ReceiverType;
  if (!receiverTypes.includes(type)) throw invalid("receive_id_type");
  return type;
}

/** Refuses a receiver that is unknown, or gone. */
function checkReceiver(world: World, type: ReceiverType, id: string): void {
  const { company, messages, now } = world;
  if (type === "chat_id") {
    if (id !== messages.chatId || messages.quirks.botIsOut) {
      throw new Refusal(400, 230002, "Bot/User can NOT be out of the chat.");
    }
    return;
  }
  const employee =
    type === "email"
      ? company.employees.find(({ email }) => email === id)
      : employeeOf(company, fromIdType(id, type) ?? "");
  if (!employee) throw new Refusal(400, 230034, "The receive_id is invalid.");
  if (hasLeft(employee, now())) throw new Refusal(400, 230013, "Bot has NO availability to this user.");
}

const mostBytes = 30 * 1024;
// The tenant's data loss prevention: addresses and mobile numbers as plain text.
const sensitive = /[\w.+-]+@[\w-]+(\.[\w-]+)+|(?<!\d)1[3-9]\d{9}(?!\d)/;

function contentOf(call: Call): unknown {
  const text = requiredText(call, "content");
  if (Buffer.byteLength(text) > mostBytes)
    throw new Refusal(400, 230025, "The length of the message content reaches its limit.");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Refusal(
      400,
      230001,
      "Your request contains an invalid request parameter: content is not a string in json format",
    );
  }
  if (sensitive.test(text)) throw new Refusal(400, 230028, "The messages do NOT pass the audit.");
  const [fault] = requiredText(call, "msg_type") === "interactive" ? cardFaults(content) : [];
  if (fault) throw new Refusal(400, 230099, `Failed to create card content, ext=ErrCode: 200621; ErrMsg: ${fault}`);
  return content;
}

function uuidOf({ body }: Call): string | null {
  const { uuid } = body;
  if (uuid === undefined || uuid === "") return null;
  if (typeof uuid !== "string" || uuid.length > 50) throw invalid("uuid");
  return uuid;
}

const dataOf = (call: Call, message: SandboxMessage) => ({
  message_id: message.messageId,
  msg_type: call.body.msg_type,
  create_time: String(Date.parse(message.at)),
  update_time: String(Date.parse(message.at)),
  deleted: false,
  updated: false,
  chat_id: message.receiver,
  sender: { id: call.app.appId, id_type: "app_id", sender_type: "app", tenant_key: "736588c9260f175e" },
  body: { content: call.body.content },
});

/** `POST im/v1/messages`: of one uuid a message arrives once within the hour, and every call is answered with it. */
export const createMessage: Handler = (world, call) => {
  const { messages } = world;
  const { quirks } = messages;
  const type = receiverType(call);
  const receiver = requiredText(call, "receive_id");
  const [content, uuid] = [contentOf(call), uuidOf(call)];
  checkReceiver(world, type, receiver);
  if (!messages.admits(receiver)) throw new Refusal(400, 230020, "This operation triggers the frequency limit.");
  if (quirks.loseMessages > 0) {
    quirks.loseMessages -= 1;
    throw new DroppedConnection("before the message arrived");
  }
  const known = uuid === null ? null : messages.known(uuid);
  const message = known ?? messages.add({ via: "app", receiver, uuid, content });
  if (quirks.loseAnswers > 0) {
    quirks.loseAnswers -= 1;
    throw new DroppedConnection("after the message arrived");
  }
  return dataOf(call, message);
};
