/**
 * Lets in one at a time, in the order in which they come: whoever is in must call the function that it was given, and may
 * call it again, to let the next one in.
 */
export function openTurnstile(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let pass = (): void => {};
    last = new Promise((resolve) => {
      pass = resolve;
    });
    await before;
    return pass;
  };
}
