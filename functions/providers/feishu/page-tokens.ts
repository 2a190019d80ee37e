import { ApiError } from "../../http/errors.ts";
import { ExpiredPageTokenError } from "../../review/ports.ts";

// How a token that is too old is refused is not documented; these codes are those for a parameter that is no good.
const parameterCodes = new Set(["1161401", "1161402", "1161404", "1160102", "99992402", "40001"]);

/**
 * Throws ExpiredPageTokenError where a token is to blame, else the error as it is. It is to blame only where the same call
 * without it is answered as it should be.
 */
export async function blameToken(
  error: unknown,
  asked: { id: string; token: string | null },
  firstPage: () => Promise<unknown>,
): Promise<never> {
  if (!(error instanceof ApiError) || asked.token === null || !parameterCodes.has(error.code)) throw error;
  await firstPage().catch(() => {
    throw error;
  });
  throw new ExpiredPageTokenError(
    `Cannot go on with listing ${asked.id} as its page token was refused: ${error.message}`,
    {
      cause: error,
    },
  );
}
