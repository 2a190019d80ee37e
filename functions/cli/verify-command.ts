import { hashOfText } from "../basics/hash.ts";
import { verifyEvidence } from "../stages/verify/verify-evidence.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import { onlySource, type Session } from "./session.ts";

/** The evidence's hash as it was kept outside of the store, if it was. */
export type VerifyOptions = { expect?: string };

/** Verifies a sealed review without calling any provider. The exit code is 1 if anything differs from what was sealed. */
export async function verify(session: Session, { expect = "" }: VerifyOptions): Promise<number> {
  const { review } = session.options;
  const source = onlySource(session);
  if (!review) throw new UsageError("Name the review to verify with --review ID");
  const expectedHash = hashOfText(expect) || null;
  const verified = await verifyEvidence({ store: session.store, source, review }, expectedHash);
  const exitCode = verified.faults.length === 0 ? exitCodes.done : exitCodes.failed;
  if (session.options.json) {
    printJson({ command: "verify", exitCode, source, review, ...verified });
    return exitCode;
  }
  for (const fault of verified.faults) printLine(`fault: ${fault}`);
  const { objects, chain, evidenceSha256, signedBy, faults } = verified;
  const result =
    faults.length === 0 ? "as it was sealed" : `${faults.length} ${faults.length === 1 ? "fault" : "faults"}`;
  printLine(`${source} ${review}: ${result}; ${objects} objects, ${chain} earlier reviews in the chain`);
  if (evidenceSha256) printLine(`evidence SHA-256 ${evidenceSha256}`);
  if (signedBy) printLine(`signed by the key with SHA-256 ${signedBy}`);
  return exitCode;
}
