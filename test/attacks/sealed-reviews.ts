import { generateKeyPairSync, sign } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { hashOf, hashText, sha256 } from "../../functions/basics/hash.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { type Plan, planHashOf } from "../../functions/review/plan/plan.ts";
import type { Signer, Store } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { signedBy } from "../../functions/review/proof/signature.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { type Verified, type VerifyWith, verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { daysPass, type Life, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { planReview, stagesOf } from "../review-life/run-review.ts";

// What an attacker has who may write the whole store: the reviews of a small company, copied for each attack, and a way to
// put every hash right again after a change.

const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A key of one's own, of any kind: what it signs by, and what evidence says of it. */
export type OwnKey = Signer & { keySha256: string; pem: string };

function keyOf(privateKey: Parameters<typeof sign>[2], pem: string): OwnKey {
  return {
    pem,
    keySha256: signedBy(pem).keySha256,
    publicKey: async () => pem,
    sign: async (body) => sign("sha256", body, privateKey),
  };
}

/** An elliptic curve's key; P-256 unless another curve is named. */
export function newKey(namedCurve = "P-256"): OwnKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  return keyOf(privateKey, publicKey.export({ format: "pem", type: "spki" }).toString());
}

/** A key of RSA, too short for anything. */
export function newRsaKey(): OwnKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return keyOf(privateKey, publicKey.export({ format: "pem", type: "spki" }).toString());
}

/** Two sealed reviews of one company, `first` and `second`, each of which removed grants. */
export type SealedReviews = { root: string; first: string; second: string; nowMs: number; life: Life };

/** Holds both reviews. `signers`: who signs the first and the second; nobody, unless named. `startMs`: when the first begins. */
export async function sealReviews(
  signers: [Signer | null, Signer | null] = [null, null],
  startMs?: number,
): Promise<SealedReviews> {
  const life = await openLife({ people: 150, onDisk: true }, startMs);
  const sealed: string[] = [];
  for (const signer of signers) {
    const { review } = await planReview(life);
    await stagesOf(life, review).expire();
    await sealEvidence({ ...life.stageOf(review), signer });
    sealed.push(review);
    life.sandbox.liveOn();
    await daysPass(life, 90);
  }
  const [first, second] = sealed as [string, string];
  return { root: rootOf(life), first, second, nowMs: life.clock.now(), life };
}

/** A JSON value of the evidence, to be changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: an attacker changes what there is, of whatever shape
export type Json = any;

/** A copy of the reviews, to be tampered with. Paths are keys of the store. */
export type Copy = {
  root: string;
  store: Store;
  path(key: string): string;
  read(key: string): Json;
  /** Changes an object of JSON in place, and writes it as it is written. */
  change(key: string, change: (value: Json) => unknown): void;
  /** Changes the text of a gzipped object. */
  changeText(key: string, change: (text: string) => string): void;
  /** Changes the lines of a gzipped object. */
  changeLines(key: string, change: (lines: Json[]) => unknown): void;
  write(key: string, text: string | Uint8Array): void;
  /** Writes an object into a folder that need not be there yet. */
  plant(key: string, text: string | Uint8Array): void;
  rename(from: string, to: string): void;
  remove(key: string): void;
  files(folder: string): string[];
  /** Puts the hashes of the listed objects right again, and nothing else. */
  relist(review: string): void;
  /** Puts every hash of a review right again, from the parts up to the evidence, and the next review's link to it. Signs it again by this key. */
  reseal(review: string, key?: OwnKey): Promise<void>;
  verify(review: string, how?: Partial<VerifyWith>): Promise<Verified>;
  /** What verify finds, in English. */
  faults(review: string, how?: Partial<VerifyWith>): Promise<string[]>;
};

const copies: string[] = [];

/** Removes every copy. */
export function removeCopies(): void {
  for (const root of copies.splice(0)) rmSync(root, { recursive: true, force: true });
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function copyReviews({ root: from, nowMs }: SealedReviews): Copy {
  const root = mkdtempSync(join(inMemory, "attack-"));
  copies.push(root);
  cpSync(from, root, { recursive: true });
  const store = withLines(openDirectoryStore(root));
  const path = (key: string): string => join(root, key);
  const copy: Copy = {
    root,
    store,
    path,
    read: (key) => JSON.parse(readFileSync(path(key), "utf8")),
    change(key, change) {
      const value = copy.read(key);
      change(value);
      writeFileSync(path(key), pretty(value));
    },
    changeText(key, change) {
      const text = gunzipSync(readFileSync(path(key))).toString("utf8");
      writeFileSync(path(key), gzipSync(change(text)));
    },
    changeLines(key, change) {
      copy.changeText(key, (text) => {
        const lines = text
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        change(lines);
        return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      });
    },
    write: (key, text) => writeFileSync(path(key), text),
    plant(key, text) {
      mkdirSync(dirname(path(key)), { recursive: true });
      writeFileSync(path(key), text);
    },
    rename: (of, to) => renameSync(path(of), path(to)),
    remove: (key) => rmSync(path(key), { recursive: true }),
    files(folder) {
      const names = existsSync(path(folder)) ? (readdirSync(path(folder), { recursive: true }) as string[]) : [];
      return names
        .filter((name) => statSync(join(path(folder), name)).isFile())
        .map((name) => `${folder.replace(/\/$/, "")}/${name}`)
        .sort();
    },
    relist(review) {
      copy.change(reviewKeys(sourceId, review).evidence, (evidence: Evidence) => {
        for (const object of evidence.objects) object.sha256 = sha256(readFileSync(path(object.key)));
      });
    },
    reseal: (review, key) => reseal(copy, review, key),
    verify: (review, how = {}) => verifyEvidence({ store, source: sourceId, review }, null, { nowMs, ...how }),
    faults: async (review, how) => (await copy.verify(review, how)).faults,
  };
  return copy;
}

async function reseal(copy: Copy, review: string, key?: OwnKey): Promise<void> {
  const keys = reviewKeys(sourceId, review);
  const hashOfFile = (file: string): string => sha256(readFileSync(copy.path(file)));
  if (existsSync(copy.path(keys.snapshot))) {
    copy.change(keys.snapshot, (snapshot) => {
      for (const part of [...snapshot.parts, snapshot.responsible, snapshot.people].filter(Boolean))
        if (existsSync(copy.path(part.key))) part.sha256 = hashOfFile(part.key);
    });
  }
  const wasSealed = hashOfFile(keys.evidence);
  const renamed = resealPlans(copy, review);
  const inFolders = /\/(receipts|approvals|retired-roles|messages)\//;
  for (const file of copy.files(keys.root).filter((each) => inFolders.test(each))) {
    const text = readFileSync(copy.path(file), "utf8");
    writeFileSync(
      copy.path(file),
      text.replace(/[0-9a-f]{64}/g, (hash) => renamed.get(hash) ?? hash),
    );
  }
  for (const [from, to] of renamed) {
    for (const keyOf of [keys.approval, (hash: string) => keys.verdicts(hash).slice(0, -1)])
      if (from !== to && existsSync(copy.path(keyOf(from)))) copy.rename(keyOf(from), keyOf(to));
  }
  const apart: string[] = [keys.evidence, keys.signature, keys.publicKey];
  copy.change(keys.evidence, (evidence: Evidence) => {
    const ended = (file: string): boolean => /\/messages\/ended-/.test(file) || file.endsWith(".restored.json");
    const wasListed = new Set(evidence.objects.map((object) => object.key));
    evidence.objects = copy
      .files(keys.root)
      .filter((file) => !apart.includes(file) && (wasListed.has(file) || !ended(file)))
      .map((file) => ({ key: file, sha256: hashOfFile(file) }));
    if (key) evidence.signedBy = { algorithm: "ECDSA_SHA_256", keySha256: key.keySha256 };
  });
  if (key) {
    copy.write(keys.publicKey, key.pem);
    copy.write(keys.signature, await key.sign(readFileSync(copy.path(keys.evidence))));
  }
  const sealed = hashOfFile(keys.evidence);
  for (const file of copy.files(keys.messages)) {
    const text = readFileSync(copy.path(file), "utf8");
    writeFileSync(copy.path(file), text.replaceAll(hashText(wasSealed), hashText(sealed)));
  }
  for (const file of copy.files(`reviews/${sourceId}`).filter((each) => each.endsWith("/evidence.json"))) {
    const later = copy.read(file) as Evidence;
    if (later.previous?.review !== review) continue;
    copy.change(file, (evidence) => {
      evidence.previous.sha256 = sealed;
    });
  }
}

/** Binds every plan to its snapshot, policy and decisions as they are; gives the new hash of each plan by the old. */
function resealPlans(copy: Copy, review: string): Map<string, string> {
  const keys = reviewKeys(sourceId, review);
  const renamed = new Map<string, string>();
  for (const file of copy.files(keys.assessments).filter((each) => each.endsWith("/plan.json"))) {
    copy.change(file, (plan: Plan) => {
      const { policy, decisions } = keys.assessment(plan.assessment);
      plan.snapshotSha256 = sha256(readFileSync(copy.path(keys.snapshot)));
      if (plan.authority?.review === review) {
        const { people } = copy.read(keys.snapshot);
        Object.assign(plan.authority, { snapshotSha256: plan.snapshotSha256, peopleSha256: people?.sha256 ?? null });
        copy.change(keys.assessment(plan.assessment).people, (match) =>
          Object.assign(match, { authority: plan.authority }),
        );
      }
      plan.policySha256 = hashOf(copy.read(policy));
      plan.decisionsSha256 = sha256(readFileSync(copy.path(decisions)));
      const { planHash, ...hashed } = plan;
      plan.planHash = planHashOf(hashed);
      renamed.set(planHash, plan.planHash);
    });
  }
  return renamed;
}

/** An attack on the newer review: what it does, and what `verify` says of it. */
export type Attack = [what: string, tamper: (copy: Copy) => unknown, said: RegExp];

/** What `verify` says of a copy that was tampered with, and in which every hash was put right again. */
export async function faultsAfter(sealed: SealedReviews, tamper: (copy: Copy) => unknown): Promise<string> {
  const copy = copyReviews(sealed);
  await tamper(copy);
  await copy.reseal(sealed.second);
  return (await copy.faults(sealed.second)).join("\n");
}
