const controlsIn = (root: Element): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("button, input, select")];

/** Writes a part of the page anew, and leaves the focus on the control that stands where the focused one stood. */
export function keepingFocus(root: Element, write: () => void): void {
  const at = controlsIn(root).indexOf(document.activeElement as HTMLElement);
  write();
  if (at < 0 || root.contains(document.activeElement)) return;
  const controls = controlsIn(root);
  (controls[at] ?? controls.at(-1))?.focus({ preventScroll: true });
}
