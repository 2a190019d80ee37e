import { existsSync } from "node:fs";
import { hashOfText } from "../basics/hash.ts";
import { type AuditWords, auditWords } from "../report/words/audit.ts";
import { type Verified, verifyEvidence } from "../stages/verify/verify-evidence.ts";
import { openPack } from "../store/open-pack.ts";
import { exitCodes, usage } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import { type CommandSession, onlySource, presentMs } from "./session.ts";

/** The evidence's hash as it was kept outside of the store, the keys that count, and the language of what is said. */
export type VerifyOptions = { expect?: string; key?: string[]; language?: "en" | "zh"; json?: boolean };

/** Verifies a sealed review without calling any provider. The exit code is 1 if anything differs from what was sealed. */
export async function verify(session: CommandSession, options: VerifyOptions): Promise<number> {
  const { review } = session.options;
  const source = onlySource(session);
  if (!review) throw usage`Name the review to verify with --review ID`;
  const { store, clock, config } = session;
  const keys = [...keysOf(options), ...config.verify.keys];
  const place = { store, source, review };
  const verified = await verifyEvidence(place, expectedOf(options), {
    keys,
    nowMs: clock.now(),
    deleteAfterDays: config.aws.deleteAfterDays,
  });
  return printVerified(place, verified, { language: config.language, ...options });
}

/** A hash that is cut, or a variable of the shell that is empty, is no hash to compare with. */
function expectedOf({ expect }: VerifyOptions): string | null {
  if (expect === undefined) return null;
  const expected = hashOfText(expect);
  if (isSha256(expected)) return expected;
  throw usage`--expect ${expected || '""'} is not the SHA-256 of an evidence: 64 lowercase hex digits`;
}

function isSha256(hash: string): boolean {
  return /^[0-9a-f]{64}$/.test(hash);
}

function keysOf({ key = [] }: VerifyOptions): string[] {
  const keys = key.map((each) => hashOfText(each));
  const faults = keys.filter((each) => !isSha256(each));
  if (faults.length > 0) {
    throw usage`--key ${faults.join(", ")} is not the SHA-256 of a public key: 64 lowercase hex digits`;
  }
  return keys;
}

/** Verifies a pack that was handed over: no configuration, no source, no store and no network. */
export async function verifyPack(path: string, options: VerifyOptions & PackNames): Promise<number> {
  const keys = keysOf(options);
  const expected = expectedOf(options);
  if (!existsSync(path)) throw usage`Cannot verify ${path} as it is not there`;
  const { store, source, review, isExported, close } = await openPack(path);
  try {
    for (const [name, asked, actual] of [
      ["--source", options.source, source],
      ["--review", options.review, review],
    ] as const) {
      if (asked !== undefined && asked !== actual) throw usage`${name} ${asked} is not in ${path}: it has ${actual}`;
    }
    const place = { store, source, review };
    const how = { keys, nowMs: presentMs(), isExported, hasChain: isExported };
    return printVerified(place, await verifyEvidence(place, expected, how), options);
  } finally {
    close();
  }
}

/** The source and the review that a pack is expected to have; left out: whichever it has. */
type PackNames = { source?: string; review?: string };

type NamedReview = { source: string; review: string };

/** Prints what was found: the signature first, as nothing else counts for more. */
function printVerified(
  { source, review }: NamedReview,
  verified: Verified,
  { json, language = "en" }: VerifyOptions,
): number {
  const { evidenceSha256, objects, chain, deleted, signedBy, isKeyNamed, faults, found } = verified;
  const exitCode = found.length === 0 ? exitCodes.done : exitCodes.failed;
  if (json) {
    const figures = { evidenceSha256, objects, chain, deleted, signedBy, isKeyNamed };
    printJson({ command: "verify", exitCode, source, review, ...figures, faults, found });
    return exitCode;
  }
  const words = auditWords(language);
  if (evidenceSha256) printLine(signatureLine(words, verified));
  for (const each of found) printLine(oneLine(words.fault(each)));
  const result = found.length === 0 ? words.asSealed : words.faultCount(found.length);
  const reached = chain === null ? words.chainNotGiven : words.chain(chain);
  printLine(`${source} ${review}: ${result}; ${words.objects(objects)}, ${reached}`);
  if (deleted !== null) printLine(oneLine(words.chainDeleted(deleted)));
  if (evidenceSha256) printLine(words.evidence(evidenceSha256));
  return exitCode;
}

/** A key of the evidence may hold anything: what it holds stays on its own line. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\t]/g, (sign) => JSON.stringify(sign).slice(1, -1));
}

function signatureLine(words: AuditWords, { signedBy, isKeyNamed }: Verified): string {
  if (signedBy === null) return words.notSigned;
  return isKeyNamed ? words.signed(signedBy) : words.signedUnnamed(signedBy);
}
