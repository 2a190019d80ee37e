import { generateKeyPairSync, sign } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Signer } from "../../functions/review/ports.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { endLives, type Life, openLife, plant, sourceId } from "./open-life.ts";
import { planReview } from "./run-review.ts";

afterEach(endLives);

const newSigner = (): Signer => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: async () => publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: async (body) => sign("sha256", body, privateKey),
  };
};

const refusing = (signer: Signer): Signer => ({
  ...signer,
  sign: () => Promise.reject(new Error("the key is switched off")),
});

/** A review that is ready to be sealed. */
const planned = async (): Promise<{
  life: Life;
  review: string;
  seal: (signer: Signer | null) => Promise<unknown>;
}> => {
  const life = await openLife({ people: 100 });
  const { review } = await planReview(life);
  return { life, review, seal: (signer) => sealEvidence({ ...life.stageOf(review), signer }) };
};

const verifiedIn = ({ store }: Life, review: string) => verifyEvidence({ store, source: sourceId, review }, null);

describe("sealEvidence() with a signer", () => {
  it("signs the very bytes of the evidence, which verify needs nothing but the pack to see", async () => {
    const { life, review, seal } = await planned();
    await seal(newSigner());
    expect(await verifiedIn(life, review)).toMatchObject({
      signedBy: expect.stringMatching(/^[0-9a-f]{64}$/),
      faults: [],
    });
  });

  it("signs what stands already where it was cut off before, and changes nothing of it", async () => {
    const { life, review, seal } = await planned();
    const signer = newSigner();
    await expect(seal(refusing(signer))).rejects.toThrow("switched off");
    const { evidence, signature } = reviewKeys(sourceId, review);
    const sealed = await life.store.get(evidence);
    expect((await verifiedIn(life, review)).faults[0]).toContain("evidence.sig is missing");
    await seal(signer);
    const signed = await life.store.get(signature);
    await seal(signer);
    expect(await life.store.get(evidence)).toEqual(sealed);
    expect(await life.store.get(signature)).toEqual(signed);
    expect((await verifiedIn(life, review)).faults).toEqual([]);
  });

  it("leaves the review open where the signer cannot say who it is", async () => {
    const { life, review, seal } = await planned();
    const nobody: Signer = { ...newSigner(), publicKey: () => Promise.reject(new Error("no such key")) };
    await expect(seal(nobody)).rejects.toThrow("no such key");
    expect(await life.store.get(reviewKeys(sourceId, review).evidence)).toBeNull();
  });
});

describe("verifyEvidence() of signed evidence", () => {
  const faultsAfter = async (
    spoil: (life: Life, keys: ReturnType<typeof reviewKeys>) => unknown,
  ): Promise<string[]> => {
    const { life, review, seal } = await planned();
    await seal(newSigner());
    await spoil(life, reviewKeys(sourceId, review));
    return (await verifiedIn(life, review)).faults;
  };

  it("finds evidence that was changed, though its objects agree with it", async () => {
    const faults = await faultsAfter(async (life, { evidence }) => {
      const text = new TextDecoder().decode((await life.store.get(evidence))!.body);
      plant(life, evidence, text.replace('"formatVersion": 1', '"formatVersion":  1'));
    });
    expect(faults).toEqual([expect.stringContaining("the signature is not of this evidence")]);
  });

  it("finds a signature by another key, though that key lies in the pack", async () => {
    const faults = await faultsAfter(async (life, { evidence, publicKey, signature }) => {
      const other = newSigner();
      plant(life, publicKey, await other.publicKey());
      plant(life, signature, await other.sign((await life.store.get(evidence))!.body));
    });
    expect(faults).toEqual([expect.stringContaining("not the one that the evidence names")]);
  });

  it.each(["signature", "publicKey"] as const)("finds a damaged %s", async (name) => {
    const faults = await faultsAfter((life, keys) => plant(life, keys[name], "damaged"));
    expect(faults).toHaveLength(1);
  });

  it("takes a signature for foreign where the evidence says it has none", async () => {
    const { life, review, seal } = await planned();
    await seal(null);
    expect(await verifiedIn(life, review)).toMatchObject({ signedBy: null, faults: [] });
    plant(life, reviewKeys(sourceId, review).signature, "a signature");
    expect((await verifiedIn(life, review)).faults).toEqual([expect.stringContaining("evidence.sig is foreign")]);
  });
});
