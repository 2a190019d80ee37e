// Spreadsheets skip leading blanks and invisible characters before they look for a formula, and take full-width and
// small-form signs for the ASCII ones. https://owasp.org/www-community/attacks/CSV_Injection
const formulaStart = /^[\s\p{Cc}\p{Cf}\p{Z}]*[=+\-@＝＋－＠﹦﹢﹣﹫−]/u;
const blankStart = /^[\t\r\n]/;

// Most cells begin so, and no formula does.
const plainStart = /^[0-9A-Za-z\u4e00-\u9fff]/;

/** The text as a cell that no spreadsheet takes for a formula: a leading apostrophe is added where it could be one. */
export const neutralCell = (text: string): string =>
  !plainStart.test(text) && (formulaStart.test(text) || blankStart.test(text)) ? `'${text}` : text;
