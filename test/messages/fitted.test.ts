import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feishuCard } from "../../functions/messages/feishu-sending.ts";
import { fitted } from "../../functions/messages/fitted.ts";
import { mailText } from "../../functions/messages/sns.ts";
import type { MessageText } from "../../functions/review/people/message.ts";
import { cardFaults } from "../../functions/sandbox/feishu/message-book.ts";
import { inventedText } from "./invented-text.ts";

const bytesOf = (form: unknown): number => Buffer.byteLength(JSON.stringify(form));

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2_000 }),
  fc.constantFrom('"'.repeat(5_000), "复".repeat(5_000), "\u0001".repeat(5_000), "👩‍👩‍👧".repeat(900)),
);

const anyMessage: fc.Arbitrary<MessageText> = fc.record({
  language: fc.constantFrom("zh", "en"),
  title: anyText,
  isUrgent: fc.boolean(),
  paragraphs: fc.array(anyText, { maxLength: 5 }),
  lists: fc.array(fc.record({ title: anyText, rows: fc.array(anyText, { maxLength: 40 }) }), { maxLength: 2 }),
  commands: fc.array(fc.record({ label: fc.constant("Approve"), command: fc.string({ maxLength: 400 }) }), {
    maxLength: 2,
  }),
  link: fc.constantFrom(null, { label: "Open", url: `https://example.com/${"x".repeat(900)}` }),
});

describe("fitted()", () => {
  it("is never over the webhook's 20 KB, and always a card that can be shown, whatever the texts", () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const card = fitted(text, 20_000, feishuCard);
        expect(bytesOf(card)).toBeLessThanOrEqual(20_000);
        expect(cardFaults(JSON.parse(JSON.stringify(card)))).toEqual([]);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("says how many rows it left out, in the message's language", () => {
    const rows = Array.from({ length: 13 }, (_, at) => `rule ${at}: 1`);
    const text = fitted(inventedText({ lists: [{ title: "Why", rows }] }), 20_000, mailText);
    expect(text).toContain("rule 9: 1\n- and 3 more");
    const chinese = inventedText({ language: "zh", lists: [{ title: "理由", rows }] });
    expect(fitted(chinese, 20_000, mailText)).toContain("另有 3 项");
  });

  it("leaves out more rows where there is less room, and fails rather than be larger", () => {
    const rows = Array.from({ length: 10 }, () => "x".repeat(250));
    const text = inventedText({ lists: [{ title: "Why", rows }] });
    expect(fitted(text, 1_200, mailText)).toContain("- and 6 more");
    expect(() => fitted(text, 50, mailText)).toThrow("larger than 50 bytes");
  });

  it("takes no text for markup", () => {
    const card = JSON.stringify(feishuCard(inventedText({ title: "<at id=all></at> **all**" })));
    expect(card).not.toMatch(/markdown|lark_md/);
  });
});
