/** How a page of a listing contradicts itself. */
export type Contradiction =
  /** More follow, and the token is "", null or left out. */
  | "token-empty"
  | "token-null"
  | "token-absent"
  /** It is left out, or null, whether more follow. */
  | "no-word"
  | "word-null"
  /** More follow, and the token is the one that the page was asked for with. A first page has no such token. */
  | "token-repeated"
  /** More pages follow for ever, each without items and with a new token. */
  | "endless"
  /** The first item is of another role or person than was asked for. Only where items name what was asked for. */
  | "stranger"
  /** The total is higher, or lower, than the number of items. Only where pages have a total, on the last page. */
  | "total-high"
  | "total-low";

/**
 * Which page contradicts itself: of this call (an endpoint, or an action of the cloud vendor's) the `at`th page that is asked
 * for, counted from 1, where a page that is asked for again is the same page. `times`: how often; always where left out.
 */
export type ContradictoryPage = { call: string; at: number; as: Contradiction; times?: number };

/** How the two vendors name the marks of a page. */
export type MarkNames = { more: string; token: string; total: string | null };

export const feishuMarks: MarkNames = { more: "has_more", token: "page_token", total: null };
export const cloudMarks: MarkNames = { more: "IsTruncated", token: "NextToken", total: "TotalCounts" };
/** Accounts are paged by offset. */
export const accountMarks: MarkNames = { more: "", token: "", total: "Total" };

type Page = Record<string, unknown>;
type Asked = { call: string; parameters: Readonly<Record<string, unknown>> };

/** Makes pages contradict themselves, as the quirk says. */
export type Contradict = {
  /** The page that is answered without asking a handler: one of the pages without end. Null for any other. */
  endlessPage(quirk: ContradictoryPage | null, asked: Asked, marks: MarkNames): Page | null;
  /** The page as it is answered. */
  rewrite<Shown>(quirk: ContradictoryPage | null, asked: Asked, shown: Shown, marks: MarkNames): Shown | Page;
};

const endlessToken = "endless-";

export function openContradictions(): Contradict {
  let pagesByCall = new Map<string, string[]>();
  let latest: ContradictoryPage | null = null;
  let endless = 0;
  const freshToken = (): string => `${endlessToken}${endless++}`;

  /** The place of a page among the pages of its call, counted from 1. */
  function placeOf({ call, parameters }: Asked): number {
    const seen = pagesByCall.get(call) ?? [];
    pagesByCall.set(call, seen);
    const key = JSON.stringify(parameters);
    if (!seen.includes(key)) seen.push(key);
    return seen.indexOf(key) + 1;
  }

  return {
    endlessPage(quirk, { parameters }, { more, token, total }) {
      const asked = parameters[token];
      if (quirk === null || typeof asked !== "string" || !asked.startsWith(endlessToken)) return null;
      return { [more]: true, [token]: freshToken(), ...(total ? { [total]: 3 } : {}) };
    },
    rewrite(quirk, asked, shown, marks) {
      // Pages are counted from where the quirk was set.
      if (quirk !== latest) pagesByCall = new Map();
      latest = quirk;
      if (quirk === null || quirk.call !== asked.call) return shown;
      if (placeOf(asked) !== quirk.at || quirk.times === 0) return shown;
      const rewritten = rewrite(shown as Page, {
        as: quirk.as,
        asked: asked.parameters,
        marks,
        freshToken,
      });
      if (rewritten !== null && quirk.times !== undefined) quirk.times -= 1;
      return rewritten ?? shown;
    },
  };
}

type Rewriting = { as: Contradiction; asked: Asked["parameters"]; marks: MarkNames; freshToken(): string };

/** The page with its contradiction. Null where such a page cannot have it. */
function rewrite(page: Page, { as, asked, marks, freshToken }: Rewriting): Page | null {
  const { more, token, total } = marks;
  const { [token]: _token, ...withoutToken } = page;
  const { [more]: _more, ...withoutWord } = page;
  const isOfTokens = more in page;
  switch (as) {
    case "token-empty":
      return isOfTokens ? { ...page, [more]: true, [token]: "" } : null;
    case "token-null":
      return isOfTokens ? { ...page, [more]: true, [token]: null } : null;
    case "token-absent":
      return isOfTokens ? { ...withoutToken, [more]: true } : null;
    case "no-word":
      return isOfTokens ? withoutWord : null;
    case "word-null":
      return isOfTokens ? { ...page, [more]: null } : null;
    case "token-repeated":
      return isOfTokens && typeof asked[token] === "string" ? { ...page, [more]: true, [token]: asked[token] } : null;
    case "endless":
      return isOfTokens ? { ...page, [more]: true, [token]: freshToken() } : null;
    case "stranger":
      return askingFields.some((field) => asked[field] !== undefined) ? withStranger(page) : null;
    case "total-high":
    case "total-low":
      // Before the last page a total may be another: a listing may change while it is read.
      return total && total in page && page[more] !== true
        ? { ...page, [total]: Number(page[total]) + (as === "total-high" ? 3 : -1) }
        : null;
    default:
      return as satisfies never;
  }
}

/** The parameters that ask for certain people or roles. */
const askingFields = ["employment_id_list", "role_id_list", "PrincipalId"];
/** Each kind of item that names whom it is of, by the field that does so. */
const namingFields = ["employment_id", "PrincipalId"];

function withStranger(page: Page): Page | null {
  const list = Object.entries(page).find(([, value]) => Array.isArray(value) && value.length > 0);
  if (!list) return null;
  const [name, [first, ...others]] = list as [string, Page[]];
  const field = namingFields.find((each) => first && each in first);
  const role = (first?.permission_detail_list as { role: Page }[] | undefined)?.[0];
  if (!first || !field) return null;
  const foreign = role
    ? {
        ...first,
        employment_id: "7000000000000000001",
        permission_detail_list: [{ ...role, role: { ...role.role, id: "7000000000000000002" } }],
      }
    : { ...first, [field]: "u-stranger0000" };
  return { ...page, [name]: [foreign, ...others] };
}
