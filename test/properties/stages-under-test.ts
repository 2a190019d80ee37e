import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Approval from "../../functions/ledger/plans.ts";
import type * as Errors from "../../functions/review/ports.ts";
import type * as Assess from "../../functions/stages/assess/assess-grants.ts";
import type * as Expire from "../../functions/stages/expire/expire-grants.ts";
import type * as Restore from "../../functions/stages/restore/restore-grants.ts";
import type * as Seal from "../../functions/stages/seal/seal-evidence.ts";
import type * as Snapshot from "../../functions/stages/snapshot/take-snapshot.ts";
import type * as Verify from "../../functions/stages/verify/verify-evidence.ts";

/** The stages of one module graph: the project's own, or a copy of it with a fault planted. */
export type StagesUnderTest = Pick<typeof Snapshot, "takeSnapshot"> &
  Pick<typeof Assess, "assessGrants"> &
  Pick<typeof Expire, "expireGrants"> &
  Pick<typeof Seal, "sealEvidence"> &
  Pick<typeof Restore, "restoreGrants"> &
  Pick<typeof Verify, "verifyEvidence"> &
  Pick<typeof Approval, "approvePlan"> &
  Pick<typeof Errors, "ExpiredPageTokenError" | "UnrestorableError">;

/** Loads the stages below a folder that is `functions/` or a copy of it. */
export const loadStages = async (functionsFolder: string): Promise<StagesUnderTest> => {
  const load = <T>(path: string): Promise<T> => import(pathToFileURL(join(functionsFolder, path)).href) as Promise<T>;
  const [snapshot, assess, expire, seal, restore, verify, approval, errors] = await Promise.all([
    load<typeof Snapshot>("stages/snapshot/take-snapshot.ts"),
    load<typeof Assess>("stages/assess/assess-grants.ts"),
    load<typeof Expire>("stages/expire/expire-grants.ts"),
    load<typeof Seal>("stages/seal/seal-evidence.ts"),
    load<typeof Restore>("stages/restore/restore-grants.ts"),
    load<typeof Verify>("stages/verify/verify-evidence.ts"),
    load<typeof Approval>("ledger/plans.ts"),
    load<typeof Errors>("review/ports.ts"),
  ]);
  return { ...snapshot, ...assess, ...expire, ...seal, ...restore, ...verify, ...approval, ...errors };
};
