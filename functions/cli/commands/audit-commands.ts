import { Option } from "commander";
import { exportPack } from "../export-command.ts";
import type { CliOptions } from "../options.ts";
import { type VerifyOptions, verify, verifyPack } from "../verify-command.ts";
import type { Commands } from "./commands.ts";

/** Adds the commands by which sealed evidence is handed over and checked. */
export function addAuditCommands({ add, inSession, endWith }: Commands): void {
  add(
    "export",
    "write a sealed review with its chain and a statement into a zip, for an auditor",
    "export --source people-hq --review 2026-10-01T020000Z q4.zip",
  )
    .argument("<file>", "the zip, which must not be there yet")
    .action((file: string, options: CliOptions) =>
      inSession((session) => exportPack(session, file), { ofRetired: true })(options),
    );

  add(
    "verify",
    "check an evidence pack: signatures, hashes, chain, balance, contradictions; needs no credentials",
    "verify q4.zip --key 3f0c…",
  )
    .argument("[pack]", "a zip that `export` wrote, or the folder of one review: needs no configuration and no store")
    .option("--expect <sha256>", "the evidence's hash, as it was kept elsewhere")
    .option("--key <sha256...>", "a public key that counts, by its SHA-256 (docs/security.md)")
    .addOption(new Option("--language <language>", "of what is said").choices(["en", "zh"]))
    .action(async (pack: string | undefined, options: CliOptions & VerifyOptions) => {
      if (pack === undefined) await inSession((session) => verify(session, options), { ofRetired: true })(options);
      else endWith(await verifyPack(pack, options));
    });
}
