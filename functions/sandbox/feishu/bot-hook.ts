import { createHmac } from "node:crypto";
import { cardFaults } from "./card.ts";
import type { MessageBook } from "./message-book.ts";

/** The company's custom bot: the last part of its address, and what it is signed with. */
export const sandboxHook = { token: "5a3bdc0f-fee0-4acc-8e55-000000000001", secret: "sandbox-hook-secret" };

const path = `/open-apis/bot/v2/hook/`;
const mostBytes = 20 * 1024;
const hourS = 3_600;

type Said = { code: number; msg: string };

const refusals = {
  limited: { code: 11232, msg: "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]" },
  badRequest: { code: 9499, msg: "Bad Request" },
  unknown: { code: 19001, msg: "param invalid: incoming webhook access token invalid" },
  unsigned: { code: 19021, msg: "sign match fail or timestamp is not within one hour from current time" },
  keyword: { code: 19024, msg: "Key Words Not Found" },
} as const satisfies Record<string, Said>;

type Body = { timestamp?: unknown; sign?: unknown; msg_type?: unknown; card?: unknown; content?: { text?: unknown } };

function parsed(text: string): Body | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : null;
  } catch {
    return null;
  }
}

/** The string to sign is the key, and nothing is what it signs. */
function isSigned({ timestamp, sign }: Body, nowMs: number): boolean {
  if (typeof timestamp !== "string" || !/^\d{10}$/.test(timestamp)) return false;
  const expected = createHmac("sha256", `${timestamp}\n${sandboxHook.secret}`).digest("base64");
  return sign === expected && Math.abs(nowMs / 1000 - Number(timestamp)) <= hourS;
}

const contentOf = ({ msg_type: type, card, content }: Body): unknown => (type === "interactive" ? card : content?.text);

function refusalOf(book: MessageBook, text: string, nowMs: number): Said | null {
  const body = Buffer.byteLength(text) > mostBytes ? null : parsed(text);
  if (!body) return refusals.badRequest;
  if (!isSigned(body, nowMs)) return refusals.unsigned;
  const content = contentOf(body);
  const isShown = body.msg_type === "interactive" ? cardFaults(content).length === 0 : typeof content === "string";
  if (!isShown) return refusals.badRequest;
  const { keyword } = book.quirks;
  return keyword !== null && !JSON.stringify(content).includes(keyword) ? refusals.keyword : null;
}

/** What a custom bot's address is answered with: HTTP 200, whatever the code. Null: it is none. */
export function answerHook(
  book: MessageBook,
  request: { path: string; body: string; nowMs: number },
): { status: number; body: unknown } | null {
  if (!request.path.startsWith(path)) return null;
  const isKnown = request.path === `${path}${sandboxHook.token}`;
  const refusal = !isKnown
    ? refusals.unknown
    : !book.admitsHook()
      ? refusals.limited
      : refusalOf(book, request.body, request.nowMs);
  if (!refusal) {
    book.add({ via: "webhook", receiver: book.chatId, uuid: null, content: contentOf(parsed(request.body)!) });
  }
  const { code, msg } = refusal ?? { code: 0, msg: "success" };
  const old = { StatusCode: code, StatusMessage: msg };
  const now = { code, msg, data: {}, ...(refusal ? {} : { Extra: null, ...old }) };
  return { status: 200, body: book.quirks.answersAsOldBots ? { Extra: null, ...old } : now };
}
