import { sha256 } from "../../basics/hash.ts";
import { type Markup, markup } from "./markup.ts";
import { styleSheet } from "./style-sheet.ts";

const sourceOf = (text: string): string => `'sha256-${Buffer.from(sha256(text), "hex").toString("base64")}'`;

/** A page that runs exactly this script (null: none), styles itself with the style sheet, and loads nothing. */
const contentPolicy = (script: string | null): string =>
  [
    "default-src 'none'",
    ...(script === null ? [] : [`script-src ${sourceOf(script)}`]),
    `style-src ${sourceOf(styleSheet)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/**
 * What frames a page; `lang` as HTML has it. The trailer comes after the script: what it needs only once a person sees
 * the page, so that nobody waits for a browser to read it.
 */
export type Frame = { title: string; lang: string; script: string | null; trailer?: Markup };

/** A whole self-contained page. The frame's own texts need no escaping, and their quotes must not be escaped. */
export const documentText = ({ title, lang, script, trailer }: Frame, body: Markup): string => `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<style>${styleSheet}</style>
${markup`<title>${title}</title>`.html}
</head>
<body>
${body.html}
${script === null ? "" : `<script>${script}</script>\n`}${trailer ? `${trailer.html}\n` : ""}</body>
</html>
`;
