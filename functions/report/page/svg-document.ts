import { escapeText, type Markup } from "./markup.ts";

/** As much of a DOM as Observable Plot needs to draw bars and text; a browser's would be a megabyte of a Lambda. */
type SvgNode = {
  tagName: string;
  namespaceURI: string;
  ownerDocument: SvgDocument;
  parentNode: SvgNode | null;
  textContent: string;
  attributes: Map<string, string>;
  children: SvgNode[];
  setAttribute(name: string, value: unknown): void;
  setAttributeNS(namespace: string, name: string, value: unknown): void;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  removeAttribute(name: string): void;
  appendChild(child: SvgNode): SvgNode;
  insertBefore(child: SvgNode, before: SvgNode | null): SvgNode;
};

type SvgDocument = {
  documentElement: { namespaceURI: string; ownerDocument: SvgDocument };
  createElement(name: string): SvgNode;
  createElementNS(namespace: string, name: string): SvgNode;
};

const svgNamespace = "http://www.w3.org/2000/svg";

const adopt = (parent: SvgNode, child: SvgNode, before: SvgNode | null): SvgNode => {
  const siblings = child.parentNode?.children ?? [];
  if (siblings.includes(child)) siblings.splice(siblings.indexOf(child), 1);
  child.parentNode = parent;
  const position = before ? parent.children.indexOf(before) : parent.children.length;
  parent.children.splice(position, 0, child);
  return child;
};

const createNode = (ownerDocument: SvgDocument, tagName: string): SvgNode => {
  const attributes = new Map<string, string>();
  const node: SvgNode = {
    tagName,
    namespaceURI: svgNamespace,
    ownerDocument,
    parentNode: null,
    textContent: "",
    attributes,
    children: [],
    setAttribute: (name, value) => void attributes.set(name, String(value)),
    setAttributeNS: (_, name, value) => void attributes.set(name, String(value)),
    getAttribute: (name) => attributes.get(name) ?? null,
    hasAttribute: (name) => attributes.has(name),
    removeAttribute: (name) => void attributes.delete(name),
    appendChild: (child) => adopt(node, child, null),
    insertBefore: (child, before) => adopt(node, child, before),
  };
  return node;
};

/** A document for `Plot.plot({ document })`. */
export const createSvgDocument = (): unknown => {
  const created: SvgDocument = {
    documentElement: {} as SvgDocument["documentElement"],
    createElement: (name) => createNode(created, name),
    createElementNS: (_, name) => createNode(created, name),
  };
  created.documentElement = { namespaceURI: svgNamespace, ownerDocument: created };
  return created;
};

// The page's own style sheet does it, so that its content policy needs to allow no other.
const leftOut = new Set(["style"]);

const textOf = ({ tagName, attributes, children, textContent }: SvgNode): string => {
  if (leftOut.has(tagName)) return "";
  // Plot labels its groups "bar" and "text": no reader is helped, and a group without a role may have no label.
  const told = [...attributes].filter(([name]) => tagName !== "g" || name !== "aria-label");
  const written = told.map(([name, value]) => ` ${name}="${escapeText(value)}"`).join("");
  return `<${tagName}${written}>${escapeText(textContent)}${children.map(textOf).join("")}</${tagName}>`;
};

/** What was drawn in a document of `createSvgDocument`, as markup. */
export const svgMarkup = (drawn: unknown): Markup => ({ html: textOf(drawn as SvgNode) });
