import { verifyEvidence } from "../stages/verify/verify-evidence.ts";
import { exitCodes, UsageError } from "./exit-code.ts";
import { printJson, printLine } from "./print.ts";
import type { Session } from "./session.ts";

/** Checks a sealed review without calling any provider; 1 where anything is not as it was sealed. */
export async function verify(session: Session, expected: string | null): Promise<number> {
  const { review } = session.options;
  const [source, ...others] = session.sources;
  if (!source || others.length > 0) throw new UsageError(`Name one source with --source ${session.sources.join("|")}`);
  if (!review) throw new UsageError("Name the review to verify with --review ID");
  const verified = await verifyEvidence({ store: session.store, source, review }, expected);
  const exitCode = verified.faults.length === 0 ? exitCodes.done : exitCodes.failed;
  if (session.options.json) {
    printJson({ command: "verify", exitCode, source, review, ...verified });
    return exitCode;
  }
  for (const fault of verified.faults) printLine(`fault: ${fault}`);
  const { objects, chain, evidenceSha256, signedBy, faults } = verified;
  const verdict =
    faults.length === 0 ? "as it was sealed" : `${faults.length} ${faults.length === 1 ? "fault" : "faults"}`;
  printLine(`${source} ${review}: ${verdict}; ${objects} objects, ${chain} earlier reviews in the chain`);
  if (evidenceSha256) printLine(`evidence SHA-256 ${evidenceSha256}`);
  if (signedBy) printLine(`signed by the key with SHA-256 ${signedBy}`);
  return exitCode;
}
