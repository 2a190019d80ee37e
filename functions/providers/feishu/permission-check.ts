import { ApiError } from "../../http/errors.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "./call.ts";
import { PermissionError } from "./errors.ts";

/** Whether the app may make a call, told by making it; what concerns the whole app (a wrong secret) is thrown. */
export async function checkCall(call: FeishuCall, request: FeishuRequest<unknown>): Promise<PermissionCheck> {
  try {
    await call(request);
  } catch (error) {
    if (error instanceof PermissionError) return { call: request.name, passed: false, missing: missingOf(error) };
    // Refused for what was asked, not for who asked.
    if (!(error instanceof ApiError) || error.concerns === "app" || error.isTransient) throw error;
  }
  return { call: request.name, passed: true, missing: null };
}

const missingOf = ({ scopes, reason }: PermissionError): string => (scopes.length > 0 ? scopes.join(" | ") : reason);
