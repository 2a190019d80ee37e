import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { filesOfPack } from "../stages/verify/exported-pack.ts";
import { verifyEvidence } from "../stages/verify/verify-evidence.ts";
import { writeZip } from "../store/zip-file.ts";
import { usage } from "./exit-code.ts";
import { type CommandSession, onlySource, printResult } from "./session.ts";

/** Writes a sealed review with its chain and a statement into a zip, for an auditor who has neither store nor configuration. Writes nothing where the review does not verify. */
export async function exportPack(session: CommandSession, file: string): Promise<number> {
  const { options, store, clock, config } = session;
  const { review } = options;
  if (!review) throw usage`Name the review to export with --review ID`;
  const source = onlySource(session);
  if (!file.endsWith(".zip")) throw usage`Cannot export to ${file}: name a file that ends with .zip`;
  if (!existsSync(dirname(file))) throw usage`Cannot export to ${file} as its folder is not there: make it`;
  if (existsSync(file)) throw usage`Cannot export to ${file} as it is there already`;
  const place = { store, source, review };
  const { contents, faults, evidenceSha256 } = await verifyEvidence(place, null, {
    keys: config.verify.keys,
    nowMs: clock.now(),
    deleteAfterDays: config.aws.deleteAfterDays,
  });
  if (!contents || faults.length > 0) {
    throw new Error(
      `Cannot export ${source} ${review} as it does not verify, and nothing was written:\n${faults.join("\n")}`,
    );
  }
  await writeZip(file, filesOfPack(store, contents), new Date(contents.evidence.sealedAt));
  const fields = { source, review, file, evidenceSha256 };
  const text = session.words.acts.exported(source, review, file, evidenceSha256);
  return printResult(session, "export", fields, text);
}
