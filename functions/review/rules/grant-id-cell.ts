/**
 * A number as a spreadsheet stores it: digits without leading and trailing zeros, and the power of ten of the first
 * digit.
 */
type Figure = { digits: string; exponent: number };

const numberLike = /^(\d+)(?:[.,](\d+))?(?:e\+?(\d{1,5}))?$/i;

/** A whole number in groups of three digits: `7,797,490,000,000,000`, `7.797.490.000.000.000,00`. */
const inGroups = /^(\d{1,3}([,.'\u2019 ])\d{3}(?:\2\d{3})+)(?:[.,]0{1,2})?$/;

function withoutGroups(cell: string): string {
  return inGroups.exec(cell)?.[1]?.replace(/\D/g, "") ?? cell;
}

/** The number that a spreadsheet reads a cell as; null if a spreadsheet reads the cell as text. */
function figureOf(cell: string): Figure | null {
  const [, whole = "", fraction = "", power = "0"] = numberLike.exec(withoutGroups(cell)) ?? [];
  if (whole === "") return null;
  const all = whole + fraction;
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, "");
  return { digits, exponent: digits === "" ? 0 : whole.length - 1 - leading + Number(power) };
}

/**
 * Whether a cell may be a number that a spreadsheet made of a grant id: `7.79749E+15`, or digits without leading zeros.
 */
export function isNumberCell(cell: string): boolean {
  return figureOf(cell) !== null;
}

/** The number rounded to `count` digits. */
function rounded({ digits, exponent }: Figure, count: number): Figure {
  if (digits.length <= count) return { digits, exponent };
  const up = digits.charAt(count) >= "5" ? 1n : 0n;
  const kept = String(BigInt(digits.slice(0, count)) + up);
  return { digits: kept.replace(/0+$/, ""), exponent: exponent + kept.length - count };
}

function isSame(a: Figure, b: Figure): boolean {
  return a.digits === b.digits && a.exponent === b.exponent;
}

// A spreadsheet shows six digits, or two decimals. Fewer than three digits would match too many grants.
const fewestDigits = 3;

/**
 * Whether a spreadsheet may have made this cell of this grant id: rounded, cut after 15 digits, or without leading
 * zeros.
 */
export function isNumberOf(cell: string, grantId: string): boolean {
  const [shown, whole] = [figureOf(cell), figureOf(grantId)];
  if (!shown || !whole) return false;
  if (isSame(shown, whole)) return true;
  const count = shown.digits.length;
  if (count < fewestDigits) return false;
  const cut = { digits: whole.digits.slice(0, count), exponent: whole.exponent };
  return isSame(shown, rounded(whole, count)) || isSame(shown, cut);
}

// A spreadsheet keeps fifteen digits of a number. An id of eighteen digits that ends in three zeros of its own is one of a thousand.
const longRounded = /^[1-9]\d{14}0{3,}$/;

/**
 * Whether a cell is a number that a spreadsheet has rounded, such as `6.81234E+18` for a reviewer's id of many digits.
 */
export function isRoundedNumber(cell: string): boolean {
  const plain = withoutGroups(cell);
  return /^\d[.,]?\d*e\+\d+$/i.test(plain) || longRounded.test(plain);
}
