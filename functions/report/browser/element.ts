type Child = Node | string | null | false;

type Attributes = Record<string, string | number | boolean | null | ((event: Event) => void)>;

const setAttribute = (element: HTMLElement, name: string, value: Attributes[string]): void => {
  if (typeof value === "function") element.addEventListener(name, value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== null && value !== false) element.setAttribute(name, String(value));
};

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

/** A name from outside: isolated, so that its writing direction cannot reorder what stands beside it. */
export const nameElement = (name: string): HTMLElement => element("bdi", {}, name);
