import { IncompleteListingError } from "../../http/errors.ts";
import { eachPage } from "../../http/pages.ts";
import type { CloudCall, CloudRequest } from "./call.ts";
import { accountsPageSize, describeOrganizationMembers } from "./calls.ts";
import type { TokenPage } from "./replies.ts";

type PageOf<Item> = (token: string | null) => CloudRequest<TokenPage<Item>>;

/** Every item that a listing shows, each once, and how many its last page says there are. */
export async function readShown<Item>(
  call: CloudCall,
  request: PageOf<Item>,
  keyOf: (item: Item) => string,
): Promise<{ items: Item[]; total: number }> {
  const itemsByKey = new Map<string, Item>();
  let total = 0;
  for await (const page of eachPage(request(null).name, async (token) => (await call(request(token))).data)) {
    for (const item of page.items) itemsByKey.set(keyOf(item), item);
    total = page.total;
  }
  return { items: [...itemsByKey.values()], total };
}

/** How often a listing that changed while it was read is begun anew. */
const tries = 3;

/** Every item there is. Throws IncompleteListingError where the pages never show as many as they say there are. */
export async function readEvery<Item>(
  call: CloudCall,
  request: PageOf<Item>,
  keyOf: (item: Item) => string,
): Promise<Item[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { items, total } = await readShown(call, request, keyOf);
    if (items.length === total) return items;
    if (attempt === tries) refuseUnlessWhole(request(null).name, items.length, total);
  }
}

function refuseUnlessWhole(name: string, found: number, total: number): void {
  if (found === total) return;
  throw new IncompleteListingError(
    `Cannot use what ${name} shows as it is ${found} of ${total}: either it keeps changing, or something is hidden`,
  );
}

/** The uins of the organisation's accounts, by offset: this one call has no token. */
export async function readMemberUins(call: CloudCall): Promise<Set<string>> {
  const uins = new Set<string>();
  for (let offset = 0; ; offset += accountsPageSize) {
    const { Items, Total } = (await call(describeOrganizationMembers(offset))).data;
    for (const { MemberUin } of Items ?? []) uins.add(String(MemberUin));
    if (offset + accountsPageSize < Total) continue;
    refuseUnlessWhole("DescribeOrganizationMembers", uins.size, Total);
    return uins;
  }
}
