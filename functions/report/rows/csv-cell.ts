// Spreadsheets skip leading blanks and invisible characters before they look for a formula, and take full-width and
// small-form signs for the ASCII ones. https://owasp.org/www-community/attacks/CSV_Injection
const formulaStart = /^[\s\p{Cc}\p{Cf}\p{Z}]*[=+\-@＝＋－＠﹦﹢﹣﹫−]/u;
const blankStart = /^[\t\r\n]/;

// Most cells begin with such a character, and no formula does.
const plainStart = /^[0-9A-Za-z\u4e00-\u9fff]/;

/** The text as a cell that no spreadsheet takes for a formula: a text that could be one gets a leading apostrophe. */
export function neutralCell(text: string): string {
  return !plainStart.test(text) && (formulaStart.test(text) || blankStart.test(text)) ? `'${text}` : text;
}

// What spreadsheets take for a number, and show in a rounded form that they then save: many digits, noughts in front, powers of ten.
const spoiltNumber = /^(?:0\d+|\d{12,}|\d+e\d+)$/i;

/** An id as a cell that no spreadsheet takes for a number, as `neutralCell` does for formulas. */
export function idCell(id: string): string {
  return spoiltNumber.test(id) ? `'${id}` : neutralCell(id);
}
