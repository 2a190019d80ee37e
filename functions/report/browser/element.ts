import type { Tone } from "../words/words.ts";

type Child = Node | string | null | false;

type Attributes = Record<string, string | number | boolean | null | ((event: Event) => void)>;

function setAttribute(element: HTMLElement, name: string, value: Attributes[string]): void {
  if (typeof value === "function") element.addEventListener(name, value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== null && value !== false) element.setAttribute(name, String(value));
}

/** An element with attributes (a function listens to the event of its name) and children; text is text, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(created, name, value);
  created.append(...children.flat().filter((child) => child !== null && child !== false));
  return created;
}

/** A name from outside: isolated, so that its writing direction cannot reorder the text beside it. */
export function nameElement(name: string): HTMLElement {
  return element("bdi", {}, name);
}

/** A word set apart by colour, which never says more than the word. */
export function badge(tone: Tone, text: string): HTMLElement {
  return element("span", { class: `badge ${tone}` }, text);
}

/** The element of that id; throws where the page lacks it. */
export function elementOf(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Cannot open the list as the page lacks #${id}`);
  return found;
}

function controlsIn(root: Element): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("button, input, select")];
}

/** Writes a part of the page anew, and leaves the focus on the control at the place of the focused one. */
export function keepingFocus(root: Element, write: () => void): void {
  const at = controlsIn(root).indexOf(document.activeElement as HTMLElement);
  write();
  if (at < 0 || root.contains(document.activeElement)) return;
  const controls = controlsIn(root);
  (controls[at] ?? controls.at(-1))?.focus({ preventScroll: true });
}
