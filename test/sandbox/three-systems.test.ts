import { expect, it } from "vitest";
import { hasLeft } from "../../functions/sandbox/company/company.ts";
import { startSandbox } from "../../functions/sandbox/sandbox.ts";

it.each([1, 2])("people who have left hold something in all three systems, in the company of seed %i", async (seed) => {
  const sandbox = await startSandbox({ seed });
  const { employees, cloud } = sandbox.company;
  const personByUser = new Map([...cloud.usersById.values()].map(({ id, holderId }) => [id, holderId]));
  const holders = [
    sandbox.grants().map(({ holderId }) => holderId),
    sandbox.functionalGrants().map(({ holderId }) => holderId),
    sandbox.cloud.grants().map(({ holderId }) => personByUser.get(holderId)),
  ].map((ids) => new Set(ids));
  const left = employees.filter((employee) => hasLeft(employee, sandbox.now()));
  const everywhere = left.filter(({ id }) => holders.every((ids) => ids.has(id)));
  await sandbox.close();
  expect(everywhere.length).toBeGreaterThan(1);
});
