/** Small enough that a piece of rows is no large object to V8. */
const elementsPerPiece = 200;

/** The text of `JSON.stringify`, of an object of long arrays, in pieces: whole it would be held twice, as text and as bytes. */
export function* jsonPieces(columns: Readonly<Record<string, unknown>>): Generator<string> {
  let before = "{";
  for (const [name, column] of Object.entries(columns)) {
    yield `${before}${JSON.stringify(name)}:`;
    if (Array.isArray(column)) yield* arrayPieces(column);
    else yield JSON.stringify(column);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function* arrayPieces(elements: readonly unknown[]): Generator<string> {
  let before = "[";
  for (let from = 0; from < elements.length; from += elementsPerPiece) {
    yield before + JSON.stringify(elements.slice(from, from + elementsPerPiece)).slice(1, -1);
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
