/** The error by name and message alone. What Lambda logs of it is then what we wrote, not what a library hung on it. */
export function plainError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("Cannot say what happened: what was thrown is no error");
  const plain = new Error(error.message);
  plain.name = error.name;
  // Where in our code it came from; the first lines repeat the message, and a cause's would follow.
  plain.stack = `${error.name}: ${error.message}\n${framesOf(error)}`;
  return plain;
}

function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 10)
    .join("\n");
}
