/** Distinct values, each with the number it was first seen under. */
export type Dictionary<T> = { readonly values: T[]; numberOf(value: T): number };

/** Values of equal key share a number. */
export function createDictionary<T>(keyOf: (value: T) => string): Dictionary<T> {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    numberOf(value) {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
  };
}
