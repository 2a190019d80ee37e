import { declarationOf, type Endpoint, type ParameterFault } from "./endpoints.ts";

/** The vendor's `error` object besides the log id. */
type RefusalDetails = {
  field_violations?: { field: string; value: string; description: string }[];
  permission_violations?: { type: string; subject: string }[];
  helps?: { url: string; description: string }[];
};

/** An answer with a code other than 0: its HTTP status, code, message, details and headers. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;
  readonly details: RefusalDetails;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: number,
    message: string,
    more: { details?: RefusalDetails; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

const messages: Record<number, string> = {
  1161401: "Incorrect parameter type",
  1161402: "Incorrect parameter range",
  1161403: "Incorrect parameter length",
  1161404: "Missing or invalid parameter",
  1161405: "Parameter parsing error",
  1161406: "Parameter exceeds the optional range",
  1161501: "System internal error",
  1161604: "QPS over limit",
  1051001: "internal error",
  1051002: "param error",
  1160102: "Param is invalid",
  1160001: "Param is invalid",
  40001: "param error",
  40003: "internal error",
  40004: "no dept authority error",
  41050: "no user authority error",
  41201: "role name is exist",
  41202: "role id is not exist",
  41203: "user is not in this role",
  41206: "functional role has members, can not delete",
  41209: "tenant role is not more 1000",
  41210: "dept id is invalid",
  99992351: "not a valid open_id",
  99992361: "open_id cross app",
  99992402: "field validation failed",
};

/** The vendor's message of a code. */
export function messageOf(code: number): string {
  return messages[code] ?? `error ${code}`;
}

/** The code of a fault on an endpoint's page, or the code of the nearest fault on that page. */
export function faultCode(endpoint: Endpoint, fault: ParameterFault): number {
  const { faults } = declarationOf(endpoint);
  return faults[fault] ?? faults.missing ?? faults.range ?? 1161404;
}

/** The refusal of a faulty parameter, with its name. */
export function faulty(endpoint: Endpoint, fault: ParameterFault, field: string): Refusal {
  const code = faultCode(endpoint, fault);
  return new Refusal(400, code, `${messageOf(code)}: ${field}`);
}
