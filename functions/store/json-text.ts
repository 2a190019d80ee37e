import { damaged } from "./store-error.ts";

/** A value as JSON. Throws a TypeError where JSON has no word for it. */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  if (text === undefined) throw new TypeError(`Cannot write a value of type ${typeof value} as JSON.`);
  return text;
}

/** The value of a JSON text; where it is none, a `StoreError` that names the place and quotes nothing. */
export function parseJson<T>(text: string, placeOf: () => string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // Without its cause: V8 quotes the text, and with it names and e-mails.
    throw damaged(placeOf(), "not JSON");
  }
}
