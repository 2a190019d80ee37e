import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Config } from "../../functions/config/config.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import type { Provider } from "../../functions/providers/provider.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Clock, GrantKey, Store } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openReader, openRemover } from "../../functions/runtime/open-source.ts";
import { type SourceOpeners, stagePorts } from "../../functions/runtime/stage-ports.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";

/** A provider to be lived with: what its source says in the configuration, and a company that can be looked into. */
export type OpenedProvider = {
  provider: Provider;
  /** Its own settings, as a user writes them. */
  settings: Record<string, unknown>;
  /** On loopback. */
  baseUrl: string;
  /** What the secrets hold, by use. */
  secrets: Record<"read" | "write", Record<string, string>>;
  clock: Clock;
  /** What is held by the provider's own books: at least three grants that can be taken away and given back. */
  held(): GrantKey[];
  /** Every call but the one for the token is refused from now on, for good. */
  failForGood(): void;
  close(): Promise<void>;
};

const sourceId = "tried";
const keyOf = ({ holderId, roleId }: GrantKey): string => `${holderId}:${roleId}`;

const sourceOf = ({ provider, settings, baseUrl }: OpenedProvider) => ({
  id: sourceId,
  provider: provider.id,
  baseUrl,
  credentials: { read: "env:READ", write: "env:WRITE" },
  ...settings,
});

const ruleOf = ({ holderId, roleId }: GrantKey, at: number) => ({
  id: `chosen-${at}`,
  when: `holder.id == ${JSON.stringify(holderId)} && role.id == ${JSON.stringify(roleId)}`,
  then: "expire",
  overridable: false,
  reason: { en: "Chosen", zh: "选中" },
});

/** JSON is YAML: the configuration of this one source, whose policy takes away exactly these grants. */
const configText = (opened: OpenedProvider, chosen: readonly GrantKey[], more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    mode: "enforce",
    sources: [{ ...sourceOf(opened), ...more }],
    policy: { rules: chosen.map(ruleOf), guard: { maxShare: 1, maxRoleShare: 1, maxUnknownShare: 1 } },
  });

/** What every provider must satisfy as a whole: its configuration, secrets and source, through a review of every stage. */
export const describeLife = (name: string, open: () => Promise<OpenedProvider>): void => {
  describe(`${name}, through a whole review`, () => {
    const ends: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    const start = async (): Promise<OpenedProvider> => {
      const opened = await open();
      ends.push(opened.close);
      return opened;
    };
    const configOf = (opened: OpenedProvider, chosen: readonly GrantKey[]): Config => {
      const parsed = parseConfig(configText(opened, chosen), [opened.provider]);
      return "config" in parsed ? parsed.config : expect.fail(JSON.stringify(parsed.faults));
    };
    const openersOf = ({ provider, secrets, clock }: OpenedProvider): SourceOpeners => {
      const env = { READ: JSON.stringify(secrets.read), WRITE: JSON.stringify(secrets.write) };
      const ports = { clock, env, language: "en", providers: [provider] } as const;
      return {
        openReader: (source) => openReader(source, ports),
        openRemover: (source) => openRemover(source, ports),
      };
    };
    /** Three grants that may be taken away and given back, of holders that the provider shows. */
    const choose = async (opened: OpenedProvider): Promise<GrantKey[]> => {
      const source = await openersOf(opened).openReader(configOf(opened, []).sources[0]!);
      ends.push(() => source.close());
      const { listings } = await source.planListings(await source.readRoles());
      const chosen: GrantKey[] = [];
      for (const listing of listings) {
        const { entries } = await source.readPage(listing, null);
        const free = entries.filter((entry) => entry.removable && entry.restorable && !entry.role.isProtected);
        const holders = await source.readHolders([...new Set(free.map(({ holderId }) => holderId))]);
        const known = free.filter(({ holderId }) => (holders.get(holderId)?.status ?? "unknown") !== "unknown");
        for (const { holderId, role } of known) if (chosen.length < 3) chosen.push({ holderId, roleId: role.id });
        if (chosen.length === 3) break;
      }
      return chosen;
    };
    const live = async () => {
      const opened = await start();
      const chosen = await choose(opened);
      const root = mkdtempSync(join(tmpdir(), "provider-life-"));
      ends.push(() => rmSync(root, { recursive: true }));
      const store: Store = withLines(openDirectoryStore(root));
      const review = reviewIdOf(opened.clock.now());
      const { clock } = opened;
      const options = { sourceId, review, store, clock, env: {}, progress: () => {}, shouldStop: () => false };
      const stage = (): Stage => stagePorts(configOf(opened, chosen), options, openersOf(opened));
      return { ...opened, opened, chosen, store, review, stage };
    };
    const heldOf = ({ held }: OpenedProvider): string[] => held().map(keyOf).sort();

    it("is configured by its own settings, and by no other key", async () => {
      const opened = await start();
      expect(configOf(opened, []).sources[0]).toMatchObject({ ...opened.settings, provider: opened.provider.id });
      const parsed = parseConfig(
        configText(opened, [], { nonsense: 1, limits: { nonsense: { calls: 1, perMs: 1 } } }),
        [opened.provider],
      );
      const keys = "faults" in parsed ? parsed.faults.map(({ key }) => key) : [];
      expect(keys).toEqual(["sources[0].nonsense", "sources[0].limits.nonsense"]);
      const common = ["id", "provider", "baseUrl", "credentials", "pace", "limits", "guard"];
      expect(Object.keys(opened.provider.settings).filter((setting) => common.includes(setting))).toEqual([]);
    });

    it("loses what the policy takes away and nothing else, proves it, and gets it back", async () => {
      const { opened, chosen, store, review, stage } = await live();
      const before = heldOf(opened);
      const stays = before.filter((key) => !chosen.map(keyOf).includes(key));
      expect(chosen).toHaveLength(3);
      expect(await takeSnapshot(stage())).toMatchObject({ status: "done", grants: before.length });
      await assessGrants(stage());
      expect(heldOf(opened)).toEqual(before);
      expect(await expireGrants(stage())).toMatchObject({ status: "done", revoked: 3 });
      expect(heldOf(opened)).toEqual(stays);
      expect(await sealEvidence(stage())).toMatchObject({ balanced: true, revoked: 3, kept: stays.length });
      expect((await verifyEvidence({ store, source: sourceId, review }, null)).faults).toEqual([]);
      expect(await restoreGrants(stage(), { all: true })).toMatchObject({ restored: 3, notRestored: [] });
      expect(heldOf(opened)).toEqual(before);
      expect(await keysThatTell(store, Object.values(opened.secrets))).toEqual([]);
    });

    it("leaves no snapshot where it cannot be read", async () => {
      const { failForGood, store, review, stage } = await live();
      failForGood();
      await expect(takeSnapshot(stage())).rejects.toThrow();
      expect(await store.get(reviewKeys(sourceId, review).snapshot)).toBeNull();
    });

    it("loses nothing where it cannot be read before the removal", async () => {
      const { opened, failForGood, stage } = await live();
      const before = heldOf(opened);
      await takeSnapshot(stage());
      await assessGrants(stage());
      failForGood();
      await expect(expireGrants(stage())).rejects.toThrow();
      expect(heldOf(opened)).toEqual(before);
    });
  });
};

/** Keys of stored objects in which the secret part of a credential stands. */
async function keysThatTell(store: Store, secrets: Record<string, string>[]): Promise<string[]> {
  // The first key of a credential names whose it is, and that is part of the evidence, where it has more than one.
  const hidden = secrets.flatMap((secret) => Object.values(secret).slice(Object.keys(secret).length > 1 ? 1 : 0));
  const telling: string[] = [];
  for await (const key of store.list("")) {
    const body = (await store.get(key))?.body ?? new Uint8Array();
    const text = Buffer.from(key.endsWith(".gz") ? gunzipSync(body) : body).toString("utf8");
    if (hidden.some((secret) => text.includes(secret))) telling.push(key);
  }
  return telling;
}
