/**
 * Trouble that passes by itself, or by something that people mend outside of the configuration: whoever meets it may wait
 * and try again. The state machine knows it by these words.
 */
export type Trouble = "ProviderUnavailable" | "StoreUnavailable" | "CredentialsRefused" | "ClockBehind";

/** The trouble that an error says it is; null for any other error. */
export function troubleOf(error: unknown): Trouble | null {
  return error instanceof Error ? ((error as Error & { trouble?: Trouble | null }).trouble ?? null) : null;
}
