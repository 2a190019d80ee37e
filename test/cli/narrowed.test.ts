import { afterAll, expect, it } from "vitest";
import { runCli } from "./cli-process.ts";
import { configText, makeFolder, openGuard } from "./reviewed-company.ts";

const narrowing = {
  id: "one-scope",
  when: 'grant.scopes.exists(s, size(s.ids) > 1) && grant.id < "8"',
  then: "narrow",
  keepScope: "grant.scopes.exists(s, scope.id == s.ids[0])",
  noticeDays: 0,
  reason: { en: "One is enough", zh: "一个已足够" },
};
const { policy, ...rest } = JSON.parse(configText({ guard: { ...openGuard, keepLastHolder: false } }));
const place = makeFolder(JSON.stringify({ ...rest, language: "en", policy: { ...policy, rules: [narrowing] } }));
afterAll(() => place.remove());

it("a review says that what it narrowed is gone, and not that it was not removed", async () => {
  const { stdout } = await runCli(place, "review");
  expect(stdout).toMatch(/also gone .* \d+ narrowed/);
  expect(stdout).not.toMatch(/not removed .* narrowed/);
});
