import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type BareClient, bareClient } from "./client.ts";

describe("the sandbox's watch over removals", () => {
  let sandbox: Sandbox;
  let reader: BareClient;
  let writer: BareClient;
  beforeAll(async () => {
    sandbox = await startSandbox({ people: 100, pace: 1e6 });
    [reader, writer] = [await bareClient(sandbox, "read"), await bareClient(sandbox, "write")];
  });
  afterAll(() => sandbox.close());

  it("finds one that is asked for again unless its holder was read in between", async () => {
    const [looked, blind] = sandbox.grants();
    const remove = ({ holderId, roleId }: typeof looked & object) =>
      writer.post("v1/authorizations/remove_role_assign", { employment_id: holderId, role_id: roleId });
    await remove(looked!);
    await reader.get("v1/authorizations/query", { employment_id_list: looked!.holderId });
    await remove(looked!);
    expect(sandbox.repeatedBlindly).toEqual([]);
    await remove(blind!);
    await remove(blind!);
    expect(sandbox.repeatedBlindly).toEqual([`${blind!.holderId}:${blind!.roleId}`]);
  });
});
