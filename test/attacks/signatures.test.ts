import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import {
  type Copy,
  copyReviews,
  newKey,
  newRsaKey,
  type OwnKey,
  removeCopies,
  type SealedReviews,
  sealReviews,
} from "./sealed-reviews.ts";

const key = newKey();
let signed: SealedReviews;
let unsigned: SealedReviews;

beforeAll(async () => {
  signed = await sealReviews([key, key]);
  unsigned = await sealReviews();
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const named = { keys: [key.keySha256] };
const keysOf = (review: string) => reviewKeys(sourceId, review);

/** What an attacker leaves of a signature: the claim of the evidence as it is now, and no file beside it. */
const strip = async (copy: Copy, review: string, claim: unknown): Promise<void> => {
  const { evidence, signature, publicKey } = keysOf(review);
  copy.remove(signature);
  copy.remove(publicKey);
  copy.change(evidence, (value) => {
    if (claim === "absent") delete value.signedBy;
    else value.signedBy = claim;
  });
};

/** Signs a review anew by another key, so that the pack agrees with itself. */
const resign = (copy: Copy, review: string, by: OwnKey): Promise<void> => copy.reseal(review, by);

describe("evidence that is signed by the key that was named", () => {
  it("is believed, and so is the chain before it", async () => {
    const verified = await copyReviews(signed).verify(signed.second, named);
    expect(verified).toMatchObject({ faults: [], chain: 1, signedBy: key.keySha256, isKeyNamed: true });
  });

  it("is as it was sealed without a key named, and nobody is said to have been named", async () => {
    const verified = await copyReviews(signed).verify(signed.second);
    expect(verified).toMatchObject({ faults: [], signedBy: key.keySha256, isKeyNamed: false });
  });

  it("is believed by any of several keys", async () => {
    const other = newKey();
    const copy = copyReviews(signed);
    await resign(copy, signed.second, other);
    const keys = [key.keySha256, other.keySha256];
    expect(await copy.faults(signed.second, { keys })).toEqual([]);
  });
});

describe("a signature that was taken away", () => {
  it.each([[null], ["absent"], [""], [false], [0], [[]]])("is missed: signedBy %j", async (claim) => {
    const copy = copyReviews(signed);
    await strip(copy, signed.second, claim);
    const faults = await copy.faults(signed.second, named);
    expect(faults.join("\n")).toMatch(/is not signed|signedBy names no key/);
  });

  it("is missed without a key named, as the review before is signed", async () => {
    const copy = copyReviews(signed);
    await strip(copy, signed.second, null);
    expect(await copy.faults(signed.second)).toEqual([
      expect.stringContaining(`${keysOf(signed.first).evidence} is: evidence of this source was signed before`),
    ]);
  });

  it("is missed although the earlier signature is damaged", async () => {
    const copy = copyReviews(signed);
    await strip(copy, signed.second, null);
    copy.write(keysOf(signed.first).signature, "damaged");
    const faults = await copy.faults(signed.second);
    expect(faults.join("\n")).toContain("the signature is not of this evidence");
  });

  it("is missed of an earlier pack of the chain that claims it", async () => {
    const copy = copyReviews(signed);
    copy.remove(keysOf(signed.first).signature);
    const { signature } = keysOf(signed.first);
    expect(await copy.faults(signed.second)).toEqual([`${signature} is missing: the evidence says that it is signed`]);
  });
});

describe("a signature by another key", () => {
  it.each<[string, () => OwnKey, RegExp]>([
    ["of one's own", () => newKey(), /which was not named/],
    ["of RSA, under the name of ECDSA", newRsaKey, /not of the curve P-256/],
    ["of P-384", () => newKey("P-384"), /not of the curve P-256/],
    ["of secp256k1", () => newKey("secp256k1"), /not of the curve P-256/],
  ])("is found: %s", async (_what, make, said) => {
    const copy = copyReviews(signed);
    await resign(copy, signed.second, make());
    expect((await copy.faults(signed.second, named)).join("\n")).toMatch(said);
  });

  it("is found without a key named, as the review before is signed by another", async () => {
    const copy = copyReviews(signed);
    await resign(copy, signed.second, newKey());
    expect((await copy.faults(signed.second)).join("\n")).toContain("name both if the key was replaced");
  });

  it("is found in the chain: an earlier review, forged and signed anew", async () => {
    const copy = copyReviews(signed);
    await resign(copy, signed.first, newKey());
    await resign(copy, signed.second, key);
    expect(await copy.faults(signed.second, named)).toEqual([expect.stringContaining("which was not named")]);
  });
});

describe("evidence that nobody signed", () => {
  it("is as it was sealed where nobody named a key, and is a fault where somebody did", async () => {
    const copy = copyReviews(unsigned);
    expect(await copy.verify(unsigned.second)).toMatchObject({ faults: [], signedBy: null });
    const { evidence } = keysOf(unsigned.second);
    expect(await copy.faults(unsigned.second, named)).toEqual([`${evidence} is not signed, and a key was named`]);
  });

  it("may come before the first that is signed", async () => {
    const { life } = unsigned;
    const { review } = await planReview(life);
    await sealEvidence({ ...life.stageOf(review), signer: key });
    const copy = copyReviews({ ...unsigned, nowMs: life.clock.now() });
    expect(await copy.faults(review, named)).toEqual([]);
    expect(readFileSync(copy.path(keysOf(review).publicKey), "utf8")).toBe(key.pem);
  });
});
