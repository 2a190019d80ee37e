import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../functions/config/parse-config.ts";
import * as all from "../../../functions/providers/all.ts";
import { openReader } from "../../../functions/runtime/open-source.ts";
import { valid } from "../../config/valid.ts";
import { describeLife, type OpenedProvider } from "../../contracts/life-contract.ts";
import { describeSource, type OpenedSource } from "../../contracts/source-contract.ts";
import { createJumpingClock } from "../jumping-clock.ts";
import { provider } from "./provider.ts";
import { address, badgeKey, foundRegister, keys, type Register } from "./register.ts";
import { openBadges } from "./source.ts";

const heldIn = ({ badges }: Register) =>
  [...badges.values()].map(({ person, door }) => ({ holderId: person, roleId: door }));

async function open(): Promise<OpenedSource> {
  const register = foundRegister();
  const clock = createJumpingClock();
  const openAs = (timer = clock) =>
    openBadges({
      baseUrl: address,
      host: "sandbox",
      credentials: keys.read,
      writeCredentials: keys.write,
      settings: { building: "A1" },
      pace: 1,
      limits: {},
      clock: timer,
      language: "en",
    });
  return {
    source: await openAs(),
    clock,
    reopen: () => openAs(createJumpingClock(clock.now())),
    held: () => heldIn(register),
    refuse: ({ holderId, roleId }) => register.refused.add(badgeKey(holderId, roleId)),
    loseAnswer: ({ holderId, roleId }) => register.lost.add(badgeKey(holderId, roleId)),
    expireToken: () => {
      register.tokensUntilExpiry = 3;
    },
    failForGood: () => {
      register.isClosed = true;
    },
    secrets: [keys.read.key, keys.write.key],
    close: async () => {},
  };
}

async function openProvider(): Promise<OpenedProvider> {
  const register = foundRegister();
  return {
    provider,
    settings: { building: "A1" },
    baseUrl: address,
    secrets: keys,
    clock: createJumpingClock(),
    held: () => heldIn(register),
    failForGood: () => {
      register.isClosed = true;
    },
    close: async () => {},
  };
}

describeSource("Door badges", open);
describeLife("Door badges", openProvider);

describe("a stranger's provider", () => {
  const text = valid
    .replace("feishu-corehr", "door-badges\n    building: A1")
    .replace("https://open.feishu.cn", "https://badges.example.com");
  const providers = [...Object.values(all), provider];
  const faultsOf = (spoilt: string) => {
    const parsed = parseConfig(spoilt, providers);
    return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key} ${message}`) : [];
  };

  it("is configured beside the others once it is in the list", () => {
    expect(faultsOf(text)).toEqual([]);
    expect(parseConfig(text)).toMatchObject({ faults: [{ key: "sources[0].provider" }] });
  });

  it("is said not to be in the embedded company where it is looked for there", async () => {
    const parsed = parseConfig(text.replace("https://badges.example.com", "sandbox"), providers);
    const [source] = "config" in parsed ? parsed.config.sources : [];
    const ports = { clock: createJumpingClock(), env: {}, language: "en", providers } as const;
    await expect(openReader(source ?? expect.fail("refused"), ports)).rejects.toThrow(
      "the embedded company has no door-badges",
    );
  });

  it("stands in docs/providers.md as it is here", () => {
    const here = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
    const blocks = [...here("../../../docs/providers.md").matchAll(/```(ts|yaml)\n([\s\S]*?)```/g)];
    const [shown = "", source = "", line = "", calls = ""] = blocks.map(([, , block]) => block);
    expect(blocks).toHaveLength(4);
    expect(here("provider.ts")).toContain(shown);
    expect(here("source.test.ts")).toContain(calls);
    expect(line).toContain(`./${provider.id}/provider.ts`);
    expect(faultsOf(valid.replace(/(?<=sources:\n)[\s\S]*(?=policy:)/, source))).toEqual([]);
  });

  it.each([
    ["building: A1", "building: 7", 'sources[0].building must be text: write it in quotes, "7"'],
    ["building: A1", "building: Tower", "sources[0].building must be a building such as A1"],
    ["    building: A1\n", "", "sources[0].building is missing: it must be text"],
    ["building", "bilding", "sources[0].bilding is no key: did you mean building?"],
    [
      "badges.example.com",
      "example.org",
      "sources[0].baseUrl is no address of door-badges: write https://badges.example.com",
    ],
    [
      "building: A1",
      "building: A1\n    limits: { takeBadges: { calls: 1, perMs: 1 } }",
      "sources[0].limits.takeBadges is no call of door-badges: did you mean takeBadge?",
    ],
  ])("has its faults named like everybody's: %s as %s", (from, to, fault) => {
    expect(faultsOf(text.replace(from, to))).toContain(fault);
  });
});
