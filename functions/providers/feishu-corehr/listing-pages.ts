import type { PageChain } from "../../http/pages.ts";
import type { Listing, Page } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { blameToken } from "../feishu/page-tokens.ts";
import { type ListedStatuses, toEntries } from "./authorizations.ts";
import { queryAuthorizations, searchEmployees } from "./calls.ts";
import { type CoreHrListing, holdersListing } from "./listings.ts";
import type { AuthorizationsReply } from "./replies.ts";

type Paged = { has_more: boolean; page_token?: string | null | undefined };
type Content = Omit<Page, "next">;

export type PageReader = (listing: Listing, token: string | null) => Promise<Page>;

/** Reads one page of a listing with one call; a page of employees has no entries but spawns a listing of their grants. */
export function createPageReader(
  call: FeishuCall,
  chain: PageChain,
  readStatuses: () => Promise<ListedStatuses>,
): PageReader {
  async function read<Data extends Paged>(
    asked: { id: string; token: string | null },
    request: (token: string | null) => FeishuRequest<Data>,
    toContent: (data: Data) => Content,
  ): Promise<Page> {
    const { data } = await call(request(asked.token)).catch((error) =>
      blameToken(error, asked, () => call(request(null))),
    );
    const marks = { hasMore: data.has_more, pageToken: data.page_token ?? null };
    return { ...toContent(data), next: chain.follow(asked.id, asked.token, marks) };
  }

  return async (listing, token) => {
    const asked = { id: listing.id, token };
    const { kind, parameters } = listing as Listing & CoreHrListing;
    switch (kind) {
      case "employees":
        return read(
          asked,
          (next) => searchEmployees("hired", next),
          ({ items }) => foundPeople(items, "employees"),
        );
      case "leavers":
        return read(
          asked,
          (next) => searchEmployees("terminated", next),
          ({ items }) => foundPeople(items, "leavers"),
        );
      case "unfiltered":
      case "roles":
      case "holders": {
        const statuses = await readStatuses();
        const toContent = ({ items }: AuthorizationsReply): Content => ({
          entries: toEntries(items, statuses),
          spawned: [],
          counts: {},
        });
        return read(asked, (next) => queryAuthorizations(parameters, next), toContent);
      }
      default:
        throw new Error(`Cannot read a page as there is no such listing: ${kind satisfies never}`);
    }
  };
}

function foundPeople(items: { employment_id_v2: string }[] | null | undefined, counted: string): Content {
  const ids = [...new Set((items ?? []).map((item) => item.employment_id_v2))];
  return { entries: [], spawned: ids.length === 0 ? [] : [holdersListing(ids)], counts: { [counted]: ids.length } };
}
