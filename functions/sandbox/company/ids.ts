/**
 * CoreHR ids are 19-digit decimals in strings. Neighbouring ids differ by 37, too little for a double of this size: a
 * client that reads ids as numbers confuses people, and a test notices.
 */
const prefixes = {
  employment: "6967",
  person: "7051",
  role: "7034",
  department: "7023",
  location: "7170",
  company: "7131",
} as const;

/** What an id names. */
type IdKind = keyof typeof prefixes;

/** The id of the `index`th object of a kind in the company of a seed. */
export function idOf(kind: IdKind, seed: number, index: number): string {
  return `${prefixes[kind]}${String(seed % 10_000).padStart(4, "0")}${String(10_000_000_000 + index * 37).padStart(11, "0")}`;
}

function hexOf(id: string): string {
  return BigInt(id).toString(16).padStart(32, "a");
}

/** The user id types of the vendor's `user_id_type`. */
export const userIdTypes = ["people_corehr_id", "open_id", "union_id", "user_id"] as const;
export type UserIdType = (typeof userIdTypes)[number];

/** The department id types of the vendor's `department_id_type`. */
export const departmentIdTypes = ["people_corehr_department_id", "open_department_id", "department_id"] as const;
export type DepartmentIdType = (typeof departmentIdTypes)[number];

const idPrefixes: Record<UserIdType | DepartmentIdType, string> = {
  people_corehr_id: "",
  open_id: "ou_",
  union_id: "on_",
  user_id: "u",
  people_corehr_department_id: "",
  open_department_id: "od-",
  department_id: "d",
};

/** A CoreHR id in another id type. */
export function toIdType(id: string, type: UserIdType | DepartmentIdType): string {
  const prefix = idPrefixes[type];
  return prefix === "" ? id : prefix + hexOf(id);
}

/** The CoreHR id of an id of another type; `null` if the id is not of that type. */
export function fromIdType(id: string, type: UserIdType | DepartmentIdType): string | null {
  const prefix = idPrefixes[type];
  if (prefix === "") return /^\d+$/.test(id) ? id : null;
  const hex = id.startsWith(prefix) ? id.slice(prefix.length).replace(/^a+/, "") : "";
  // In hexadecimal these ids begin with 5 or 6, so that a leading "a" is always padding.
  return /^[0-9a-f]+$/.test(hex) ? BigInt(`0x${hex}`).toString() : null;
}
