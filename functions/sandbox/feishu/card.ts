/** Keys of a card and of the elements that the sandbox knows: JSON 2.0 refuses others. */
const keysByTag: Record<string, readonly string[]> = {
  card: ["schema", "config", "card_link", "header", "body"],
  header: ["title", "subtitle", "template", "icon", "text_tag_list", "padding"],
  body: ["elements", "direction", "padding", "horizontal_spacing", "vertical_spacing"],
  div: ["tag", "text", "icon", "width", "margin", "element_id"],
  plain_text: ["tag", "content", "text_size", "text_align", "text_color", "lines"],
  markdown: ["tag", "content", "text_size", "text_align", "icon", "margin", "element_id"],
  hr: ["tag", "margin", "element_id"],
  button: ["tag", "text", "type", "size", "width", "icon", "disabled", "confirm", "behaviors", "margin", "element_id"],
};

const mostElements = 200;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function unknownKeys(tag: string, value: Fields): string[] {
  const known = keysByTag[tag];
  if (!known) return [`unknown tag ${tag}`];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown property ${key} of ${tag}`);
}

function faultsOfText(text: unknown): string[] {
  if (!isFields(text) || typeof text.content !== "string") return ["a text has no content"];
  return unknownKeys(String(text.tag), text);
}

function faultsOfElement(element: unknown): string[] {
  if (!isFields(element)) return ["an element is no object"];
  const faults = unknownKeys(String(element.tag), element);
  if (element.tag === "div" || element.tag === "button") faults.push(...faultsOfText(element.text));
  if (element.tag !== "button") return faults;
  const urls = Array.isArray(element.behaviors) ? element.behaviors.map(({ default_url }: Fields) => default_url) : [];
  const isOpening = urls.length > 0 && urls.every((url) => /^https?:\/\//.test(String(url)));
  return isOpening ? faults : [...faults, "a button leads nowhere"];
}

/** What is wrong with a card of JSON 2.0; no fault: it can be shown. */
export function cardFaults(card: unknown): string[] {
  if (!isFields(card)) return ["no card"];
  if (card.schema !== "2.0") return ["the sandbox shows cards of JSON 2.0 alone"];
  const { header, body } = card;
  const elements = isFields(body) && Array.isArray(body.elements) ? body.elements : null;
  if (!elements) return ["body.elements is missing"];
  if (elements.length > mostElements) return ["element exceeds the limit"];
  return [
    ...unknownKeys("card", card),
    ...unknownKeys("body", body as Fields),
    ...(isFields(header) ? [...unknownKeys("header", header), ...faultsOfText(header.title)] : []),
    ...elements.flatMap(faultsOfElement),
  ];
}
