import { describe, expect, it } from "vitest";
import { unknownHolder } from "../../functions/review/grants/grant.ts";
import type { Reader } from "../../functions/review/ports.ts";
import { namelessSource } from "../../functions/runtime/open-source.ts";

describe("namelessSource()", () => {
  it("leaves out names and e-mails of holders, and nothing else", async () => {
    const holder = {
      ...unknownHolder("7"),
      status: "active" as const,
      name: "Lin",
      email: "lin@example.com",
      departmentId: "9",
    };
    const source = { provider: "x", readHolders: async () => new Map([["7", holder]]) } as unknown as Reader;
    const nameless = namelessSource(source);
    expect(nameless.provider).toBe("x");
    expect((await nameless.readHolders(["7"])).get("7")).toEqual({ ...holder, name: null, email: null });
  });
});
