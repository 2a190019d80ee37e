import { chunked } from "../../basics/chunked.ts";
import type { PageChain } from "../../http/pages.ts";
import type { Listing, Page } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { blameToken } from "../feishu/page-tokens.ts";
import { type ListedStatuses, toEntries } from "./authorizations.ts";
import { queryAuthorizations, searchEmployees } from "./calls.ts";
import { partsOf } from "./hire-periods.ts";
import { type CoreHrListing, type PeopleListing, toListing } from "./listings.ts";
import type { AuthorizationsReply, FoundEmployee } from "./replies.ts";

type Paged = { has_more: boolean; page_token?: string | null | undefined };
type Content = Omit<Page, "next">;
type Asked = { id: string; token: string | null };

/** So many ids `queryAuthorizations` takes. */
const idsACall = 100;
const statuses = { employees: "hired", leavers: "terminated" } as const;

export type PageReader = (listing: Listing, token: string | null) => Promise<Page>;

/** Reads one page of a listing with one call; a page of people has no entries but spawns listings of their grants. */
export function createPageReader(
  call: FeishuCall,
  chain: PageChain,
  readStatuses: () => Promise<ListedStatuses>,
): PageReader {
  async function read<Data extends Paged>(
    asked: Asked,
    request: (token: string | null) => FeishuRequest<Data>,
    toContent: (data: Data) => Content,
  ): Promise<Page> {
    const { data } = await call(request(asked.token)).catch((error) =>
      blameToken(error, asked, () => call(request(null))),
    );
    const marks = { hasMore: data.has_more, pageToken: data.page_token ?? null };
    return { ...toContent(data), next: chain.follow(asked.id, asked.token, marks) };
  }

  /** A period with more people than a page shows is left to its parts, if it has any. */
  async function readPeople(asked: Asked, { kind, parameters }: PeopleListing): Promise<Page> {
    const { period } = parameters;
    const filter = { status: statuses[kind], ...(period ? { period } : {}) };
    const page = await read(
      asked,
      (next) => searchEmployees(filter, next),
      ({ items }) => foundPeople(items, { kind, parameters }),
    );
    const parts = period && asked.token === null && page.next !== null ? partsOf(period) : [];
    if (parts.length === 0) return page;
    const spawned = parts.map((part) => toListing({ kind, parameters: { ...parameters, period: part } }));
    return { entries: [], spawned, counts: {}, next: null };
  }

  return async (listing, token) => {
    const asked = { id: listing.id, token };
    const { kind, parameters } = listing as Listing & CoreHrListing;
    switch (kind) {
      case "employees":
      case "leavers":
        return readPeople(asked, { kind, parameters });
      case "unfiltered":
      case "roles":
      case "holders": {
        const listed = await readStatuses();
        const toContent = ({ items }: AuthorizationsReply): Content => ({
          entries: toEntries(items, listed),
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

function foundPeople(items: FoundEmployee[] | null | undefined, { kind, parameters }: PeopleListing): Content {
  const ids = [...new Set((items ?? []).map((item) => item.employment_id_v2))];
  const spawned = chunked(ids, parameters.idsAListing ?? idsACall).map((employmentIds) =>
    toListing({ kind: "holders", parameters: { employmentIds } }),
  );
  return { entries: [], spawned, counts: { [kind]: ids.length } };
}
