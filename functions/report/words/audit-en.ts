import { type Fault, sayFault } from "../../review/proof/faults.ts";

/** What verify says of a pack, in English. */
export const auditEn = {
  notSigned: "NOT SIGNED: whoever can write this store could have made it",
  signed: (key: string): string => `SIGNED by the key with SHA-256 ${key}, which was named`,
  signedUnnamed: (key: string): string =>
    `SIGNED by a key that nobody named: whoever can write this store could have signed by a key of their own. Its SHA-256 is ${key}: compare it with the one that you were given, or name that one with --key`,
  asSealed: "as it was sealed",
  faultCount: (count: number): string => (count === 1 ? "1 fault" : `${count} faults`),
  objects: (count: number): string => `${count} objects`,
  chain: (count: number): string => `${count} earlier reviews in the chain`,
  chainNotGiven: "its chain was not given: whether it follows the reviews before it is not known",
  fault: (fault: Fault): string => `fault: ${sayFault(fault)}`,
  evidence: (hash: string): string => `evidence SHA-256 ${hash}`,
};
