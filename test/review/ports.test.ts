import { describe, expectTypeOf, it } from "vitest";
import type { Reader, Remover } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";

describe("a source that was opened for reading", () => {
  it("has no way to write", () => {
    expectTypeOf<Awaited<ReturnType<Stage["openReader"]>>>().toEqualTypeOf<Reader>();
    for (const write of ["revoke", "restore", "revokeGroups", "revokeDelay"] as const) {
      expectTypeOf<Reader>().not.toHaveProperty(write);
      expectTypeOf<Remover>().toHaveProperty(write);
    }
    expectTypeOf<NonNullable<Reader["retirement"]>>().not.toHaveProperty("deleteRole");
    expectTypeOf<NonNullable<Remover["retirement"]>>().toHaveProperty("deleteRole");
  });
});
