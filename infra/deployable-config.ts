import { readFileSync } from "node:fs";
import type { Config } from "../functions/config/config.ts";
import { refuseOnAws } from "../functions/config/deployable.ts";
import { formatFaults } from "../functions/config/fault.ts";
import { parseConfig } from "../functions/config/parse-config.ts";

/** The configuration in a file, or the faults that prevent its deployment, one a line. */
export function readDeployable(fileName: string): { config: Config } | { refusal: string } {
  const bytes = bytesOf(fileName);
  if (bytes === null) {
    return {
      refusal: `${fileName}: cannot be read: name a file with -c config=FILE, see docs/access-review.example.yaml`,
    };
  }
  const parsed = parseConfig(bytes);
  const faults = "faults" in parsed ? parsed.faults : refuseOnAws(parsed.config);
  if ("faults" in parsed || faults.length > 0) return { refusal: formatFaults(fileName, faults) };
  return { config: parsed.config };
}

function bytesOf(fileName: string): Uint8Array | null {
  try {
    return readFileSync(fileName);
  } catch {
    return null;
  }
}
