import { createHash } from "node:crypto";

/** Chunks on their way into a store, hashed and counted as they pass. */
export type Intake = {
  chunks: AsyncIterable<Uint8Array>;
  /** Of what has passed; to be asked for once. */
  sha256(): string;
  bytes(): number;
  /** What whoever makes the chunks failed with, which is no fault of the store's; null where they did not. */
  failure(): { error: unknown } | null;
};

/** Takes chunks in. */
export function openIntake(source: AsyncIterable<Uint8Array>): Intake {
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: { error: unknown } | null = null;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return {
    chunks: chunks(),
    sha256: () => hash.digest("hex"),
    bytes: () => bytes,
    failure: () => failure,
  };
}
